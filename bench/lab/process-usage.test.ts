import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { processUsage } from './process-usage.ts';

const proc = mkdtempSync(join(tmpdir(), 'proc-'));
afterEach(() => {
  rmSync(proc, { recursive: true, force: true });
});

it('reads CPU time and peak memory, whatever the process is called', () => {
  mkdirSync(join(proc, '42'), { recursive: true });
  const stat = '42 (a) b (c) S 1 42 42 0 -1 4194304 100 0 0 0 150 50 7 8 20 0 11 0 12345 1 2';
  writeFileSync(join(proc, '42', 'stat'), stat);
  writeFileSync(
    join(proc, '42', 'status'),
    'Name:\tx\nVmPeak:\t999999 kB\nVmHWM:\t  204800 kB\nVmRSS:\t102400 kB\n',
  );
  const usage = { cpuSeconds: 2, mebibytes: 100, peakMebibytes: 200 };
  expect(processUsage(42, proc)).toEqual({ ...usage, waitedSeconds: NaN });
  writeFileSync(join(proc, '42', 'schedstat'), '2000000000 3500000000 1234\n');
  expect(processUsage(42, proc)).toEqual({ ...usage, waitedSeconds: 3.5 });
});

it('knows nothing of a process that has ended', () => {
  expect(processUsage(42, proc)).toBeUndefined();
});
