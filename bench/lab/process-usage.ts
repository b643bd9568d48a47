import { readFileSync } from 'node:fs';

/** What a process has used. */
export interface ProcessUsage {
  /** Of all its threads, since it began. */
  readonly cpuSeconds: number;
  /** The most physical memory that it has held since it began. */
  readonly peakMebibytes: number;
}

/** The unit of CPU times in /proc, whatever the kernel's own is. @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS_PER_SECOND = 100;

/** @returns undefined where there is no /proc, or no such process any more */
export function processUsage(pid: number, proc = '/proc'): ProcessUsage | undefined {
  try {
    const stat = readFileSync(`${proc}/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const peak = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`${proc}/${pid}/status`, 'utf8'))?.[1];
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      peakMebibytes: Number(peak) / 1024,
    };
  } catch {
    return undefined;
  }
}
