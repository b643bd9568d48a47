import { spawnSync } from 'node:child_process';

/** Why tests are left out where there is none. */
export const NO_PROMTOOL =
  'there is no promtool: install prometheus, or name one in PROMTOOL (`apt-get install prometheus` has it)';

const { PROMTOOL: named = '' } = process.env;
const PROMTOOL = named === '' ? 'promtool' : named;

export function hasPromtool(): boolean {
  return spawnSync(PROMTOOL, ['--version']).status === 0;
}

/** @returns what it says, where it finds something wrong; empty: nothing is */
export function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(PROMTOOL, args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return status === 0 ? '' : `${stdout}${stderr}`;
}
