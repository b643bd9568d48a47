import { readFileSync } from 'node:fs';

/** What a process has used. */
export interface ProcessUsage {
  /** Of all its threads, since it began. */
  readonly cpuSeconds: number;
  /** The physical memory that it holds, and the most that it has held since it began. */
  readonly mebibytes: number;
  readonly peakMebibytes: number;
  /** How long its main thread could have run, but others had the processors; NaN where the kernel keeps no such account. */
  readonly waitedSeconds: number;
}

/** The unit of CPU times in /proc, whatever the kernel's own is. @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS_PER_SECOND = 100;

/** @returns undefined where there is no /proc, or no such process any more */
export function processUsage(pid: number, proc = '/proc'): ProcessUsage | undefined {
  try {
    const stat = readFileSync(`${proc}/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const status = readFileSync(`${proc}/${pid}/status`, 'utf8');
    const mebibytes = (key: string): number =>
      Number(new RegExp(`${key}:\\s*(\\d+) kB`).exec(status)?.[1]) / 1024;
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      mebibytes: mebibytes('VmRSS'),
      peakMebibytes: mebibytes('VmHWM'),
      waitedSeconds: waitedSeconds(`${proc}/${pid}/schedstat`),
    };
  } catch {
    return undefined;
  }
}

/** @see https://docs.kernel.org/scheduler/sched-stats.html */
function waitedSeconds(schedstat: string): number {
  try {
    return Number(readFileSync(schedstat, 'utf8').split(' ')[1]) / 1e9;
  } catch {
    return NaN;
  }
}
