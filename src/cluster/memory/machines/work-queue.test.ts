import { describe, expect, it } from 'vitest';
import { createApiServer } from '../api/api-server.ts';
import { StatusError } from '../api/status-error.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { DEFAULT_DELAYS } from './context.ts';
import { WorkQueue } from './work-queue.ts';

function queueOf(work: (key: string) => void): { clock: VirtualClock; queue: WorkQueue } {
  const clock = new VirtualClock();
  const random = (): number => 0.5;
  const context = { api: createApiServer({ clock, random }), random, delays: DEFAULT_DELAYS };
  return { clock, queue: new WorkQueue(context, 100, work) };
}

/** A queue, and when it did what. */
function recorded(): { clock: VirtualClock; queue: WorkQueue; done: readonly string[] } {
  const done: string[] = [];
  const { clock, queue } = queueOf((key) => done.push(`${key} at ${clock.monotonic()}`));
  return { clock, queue, done };
}

describe('A work queue', () => {
  it('does work once for a key, however often it is asked to before', async () => {
    const { clock, queue, done } = recorded();
    for (const key of ['a', 'b', 'a']) queue.add(key);
    await clock.advance(99);
    expect(done).toEqual([]);
    queue.add('a');
    await clock.advance(1000);
    expect(done).toEqual(['a at 100', 'b at 100']);
  });

  it('does work again that is asked for while it is done', async () => {
    let rounds = 0;
    const { clock, queue } = queueOf((key) => {
      rounds += 1;
      if (rounds < 3) queue.add(key);
    });
    queue.add('a');
    await clock.advance(1000);
    expect(rounds).toBe(3);
  });

  it('does it at the soonest of the times that it was asked for', async () => {
    const { clock, queue, done } = recorded();
    queue.add('a', 5000);
    queue.add('a', 1000);
    queue.add('a', 3000);
    await clock.advance(10_000);
    expect(done).toEqual(['a at 1000']);
  });

  it('tries again, later and later, what is refused, and then starts anew', async () => {
    const times: number[] = [];
    const { clock, queue } = queueOf(() => {
      times.push(clock.monotonic());
      if (times.length < 5) throw new StatusError(409, 'Conflict', 'somebody was faster');
    });
    queue.add('a');
    await clock.advance(10_000);
    expect(times.slice(1).map((time, index) => time - times[index]!)).toEqual([15, 30, 60, 120]);
  });

  it('remembers what comes up while it is paused', async () => {
    const { clock, queue, done } = recorded();
    queue.pause();
    queue.add('a');
    await clock.advance(1000);
    queue.add('a');
    await clock.advance(1000);
    expect(done).toEqual([]);
    queue.resume();
    await clock.advance(1000);
    expect(done).toEqual(['a at 2100']);
  });
});
