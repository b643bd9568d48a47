import { afterEach, describe, expect, it, vi } from 'vitest';
import { onAbort } from './abort.ts';
import { sleep } from './clock.ts';
import { VirtualClock } from './memory/virtual-clock.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('onAbort', () => {
  it('calls back when the signal aborts, unless it was called off', () => {
    const controller = new AbortController();
    const called: string[] = [];
    onAbort(controller.signal, () => called.push('kept'));
    onAbort(controller.signal, () => called.push('called off'))();
    controller.abort();
    expect(called).toEqual(['kept']);
  });

  it('lets any number wait for one signal without a warning', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const controller = new AbortController();
    const clock = new VirtualClock();
    const sleeps = Array.from({ length: 100 }, () => sleep(clock, 1000, controller.signal));
    controller.abort();
    await Promise.all(sleeps);
    expect(warn).not.toHaveBeenCalled();
    expect(clock.pending).toEqual([]);
  });
});
