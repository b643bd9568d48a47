import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import { prioritize } from './priority.ts';

// A session of its own: what holds for a session must not hold for that of the tests.
const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], {
  detached: true,
  stdio: 'ignore',
});
afterEach(() => {
  child.kill('SIGKILL');
});

it('has a process and its session go behind others, and takes back what the session would keep', () => {
  const pid = child.pid!;
  const autogroup = `/proc/${pid}/autogroup`;
  const ofSession = (): string => (existsSync(autogroup) ? readFileSync(autogroup, 'utf8') : '');
  const before = ofSession();
  const restore = prioritize(pid, 5);
  expect(getPriority(pid)).toBe(5);
  if (before !== '') expect(ofSession()).toMatch(/nice 5$/m);
  restore();
  expect(ofSession()).toBe(before);
});
