import { describe, expect, it } from 'vitest';
import { ApiError } from '../errors.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { READ_RETRIES, withRetries } from './retry.ts';

function failing(...errors: ApiError[]) {
  const left = [...errors];
  return () => {
    const error = left.shift();
    return error === undefined ? Promise.resolve('done') : Promise.reject(error);
  };
}

function busy(retryAfterSeconds: number): ApiError {
  return new ApiError('too-many-requests', 'busy', { retryAfterSeconds });
}

describe('withRetries', () => {
  it('waits longer from try to try', async () => {
    const clock = new VirtualClock();
    const delays: number[] = [];
    const down = new ApiError('connection', 'down');
    const result = withRetries(failing(down, down, down), READ_RETRIES, {
      clock,
      random: () => 0,
      onRetry: (_error, delay) => delays.push(delay),
    });
    await clock.advance(1000);
    await expect(result).resolves.toBe('done');
    expect(delays).toEqual([100, 200, 400]);
  });

  it('waits as long as the server asks', async () => {
    const clock = new VirtualClock();
    const result = withRetries(failing(busy(5)), READ_RETRIES, { clock, random: () => 0 });
    await clock.advance(4000);
    expect(clock.pending).toEqual([1000]);
    await clock.advance(1000);
    await expect(result).resolves.toBe('done');
  });

  it('does not come back at the same moment as everybody else whom the server asked to wait', async () => {
    const clock = new VirtualClock();
    const late = withRetries(failing(busy(2)), READ_RETRIES, { clock, random: () => 0.5 });
    await clock.advance(2000);
    expect(clock.pending).toEqual([500]);
    await clock.advance(500);
    await expect(late).resolves.toBe('done');
  });

  it('leaves it to the caller when the server asks for a long wait', async () => {
    const clock = new VirtualClock();
    const result = withRetries(failing(busy(60)), READ_RETRIES, { clock, random: () => 0 });
    await expect(result).rejects.toMatchObject({ details: { retryAfterSeconds: 60 } });
  });

  it('does not wait out the delay when the caller gives up', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const aborted = new ApiError('aborted', 'given up');
    const result = withRetries(failing(busy(5), aborted), READ_RETRIES, {
      clock,
      random: () => 0,
      signal: controller.signal,
    });
    const failed = expect(result).rejects.toBe(aborted);
    await clock.advance(1);
    controller.abort();
    await failed;
    expect(clock.pending).toEqual([]);
  });
});
