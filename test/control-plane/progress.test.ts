import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { progressToStderr, startProgress } from './progress.ts';

describe('progress', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('says at once what is done, again every five seconds, and ends with an empty line', () => {
    const lines: string[] = [];
    const progress = startProgress((line) => lines.push(line));
    progress.say('building etcd');
    vi.advanceTimersByTime(61_000);
    progress.say('building kwok');
    progress.stop();
    vi.advanceTimersByTime(60_000);
    expect(lines.slice(0, 2)).toEqual(['building etcd, 0m00s', 'building etcd, 0m05s']);
    expect(lines.slice(-2)).toEqual(['building kwok, 1m01s', '']);
    expect(lines).toHaveLength(15);
  });

  it('writes over its line on a terminal', () => {
    const written: string[] = [];
    const write = (text: string) => written.push(text) > 0;
    const report = progressToStderr({ isTTY: true, write });
    report('one');
    report('');
    expect(written).toEqual(['\r\u001b[Kone', '\r\u001b[K']);
  });

  it('writes a line each elsewhere', () => {
    const written: string[] = [];
    const write = (text: string) => written.push(text) > 0;
    const report = progressToStderr({ isTTY: false, write });
    report('one');
    report('');
    expect(written).toEqual(['one\n']);
  });
});
