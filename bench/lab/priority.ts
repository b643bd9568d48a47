import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Has a process go before others, or behind them.
 *
 * @param nice from -20, before everybody, to 19
 * @returns takes back what outlives the process
 * @throws Error if that is not allowed: below 0 it takes root
 */
export function prioritize(pid: number, nice: number): () => void {
  setPriority(pid, nice);
  // Where Linux shares the processors between sessions first, a priority only counts within one: then its session's counts too.
  // https://man7.org/linux/man-pages/man7/sched.7.html, "The autogroup feature"
  const autogroup = `/proc/${pid}/autogroup`;
  const before = existsSync(autogroup)
    ? /nice (-?\d+)/.exec(readFileSync(autogroup, 'utf8'))?.[1]
    : undefined;
  if (before === undefined) return () => undefined;
  writeFileSync(autogroup, String(nice));
  return () => {
    writeFileSync(autogroup, before);
  };
}
