import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../cluster/clock.ts';
import { settled, VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import { KeyedWork } from './keyed-work.ts';

const MINUTE = 60_000;

let time: VirtualClock;
/** By how much the wall clock is off, in milliseconds: an administrator has set it. */
let skew: number;
let clock: Clock;
let runs: string[];
let batches: number;
let failures: { key: string; retryIn: number }[];
let random: number;
/** What a key's work does; a key that is not here is done at once. */
let work: Record<string, () => Promise<void> | undefined>;
let afterBatch: () => void;
let keyed: KeyedWork;

beforeEach(() => {
  time = new VirtualClock();
  skew = 0;
  clock = {
    now: () => time.now() + skew,
    monotonic: () => time.monotonic(),
    after: (delay, callback) => time.after(delay, callback),
  };
  runs = [];
  batches = 0;
  failures = [];
  random = 0;
  work = {};
  afterBatch = () => undefined;
  keyed = new KeyedWork({
    clock,
    run: (key) => {
      runs.push(key);
      return work[key]?.();
    },
    afterBatch: () => {
      batches += 1;
      afterBatch();
    },
    onFailure: (key, _, retryIn) => failures.push({ key, retryIn }),
    random: () => random,
  });
});

/** Work that goes on until the test ends it. */
function openWork(): { readonly promise: Promise<void>; end: () => void; fail: () => void } {
  let end: () => void = () => undefined;
  let fail: () => void = () => undefined;
  const promise = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = () => {
      reject(new Error('no'));
    };
  });
  return { promise, end, fail };
}

const failing = (): Promise<void> => Promise.reject(new Error('no'));

describe('A key that is touched', () => {
  it('is done once, however often it was touched before its turn came', async () => {
    keyed.touch('a');
    keyed.touch('a');
    keyed.touch('b');
    await settled();
    expect(runs).toEqual(['a', 'b']);
  });

  it('is not done before whoever touched it has finished', async () => {
    keyed.touch('a');
    expect(runs).toEqual([]);
    await settled();
    expect(runs).toEqual(['a']);
  });

  it('is never done twice at once: touches while it runs come to one more run when it ends', async () => {
    const first = openWork();
    work['a'] = () => first.promise;
    keyed.touch('a');
    await settled();
    keyed.touch('a');
    keyed.touch('a');
    await settled();
    expect(runs).toEqual(['a']);
    work = {};
    first.end();
    await settled();
    expect(runs).toEqual(['a', 'a']);
  });

  it('is not done again when its work ends and nobody has touched it meanwhile', async () => {
    const first = openWork();
    work['a'] = () => first.promise;
    keyed.touch('a');
    await settled();
    first.end();
    await time.advance(MINUTE);
    expect(runs).toEqual(['a']);
  });

  it('does not wait for another key that takes long', async () => {
    work['slow'] = () => openWork().promise;
    keyed.touch('slow');
    keyed.touch('quick');
    await settled();
    expect(runs).toEqual(['slow', 'quick']);
  });
});

describe('A key that is to be done at a time', () => {
  it('is done then, though nothing happens', async () => {
    keyed.wakeAt('a', clock.now() + 5000);
    await time.advance(4999);
    expect(runs).toEqual([]);
    await time.advance(1);
    expect(runs).toEqual(['a']);
  });

  it('is done at the new time if another one is given, and not at the old one', async () => {
    keyed.wakeAt('a', clock.now() + 5000);
    keyed.wakeAt('a', clock.now() + 2000);
    await time.advance(2000);
    expect(runs).toEqual(['a']);
    await time.advance(MINUTE);
    expect(runs).toEqual(['a']);
  });

  it('is left alone if it is not to be done at any time after all', async () => {
    keyed.wakeAt('a', clock.now() + 5000);
    keyed.wakeAt('a', undefined);
    await time.advance(MINUTE);
    expect(runs).toEqual([]);
  });

  it('is done at once if the time has passed already', async () => {
    keyed.wakeAt('a', clock.now() - 1);
    await time.advance(0);
    expect(runs).toEqual(['a']);
  });

  it('can be given the same time again after it was done', async () => {
    const when = clock.now() + 1000;
    keyed.wakeAt('a', when);
    await time.advance(1000);
    keyed.wakeAt('a', when);
    await time.advance(0);
    expect(runs).toEqual(['a', 'a']);
  });

  it('waits longer if the wall clock is set back meanwhile', async () => {
    keyed.wakeAt('a', clock.now() + 5000);
    skew = -3000;
    await time.advance(5000);
    expect(runs).toEqual([]);
    await time.advance(3000);
    expect(runs).toEqual(['a']);
  });

  it('notices within a minute that the wall clock was set forward', async () => {
    keyed.wakeAt('a', clock.now() + 60 * MINUTE);
    skew = 60 * MINUTE;
    await time.advance(MINUTE);
    expect(runs).toEqual(['a']);
  });

  it('is done then even if that is further away than a timer reaches', async () => {
    const day = 24 * 60 * MINUTE;
    keyed.wakeAt('in a month', clock.now() + 30 * day);
    keyed.wakeAt('tomorrow', clock.now() + day);
    expect(Math.max(...time.pending)).toBeLessThan(2 ** 31);
    await time.advance(day - 1);
    expect(runs).toEqual([]);
    await time.advance(1);
    expect(runs).toEqual(['tomorrow']);
  });
});

describe('A key whose work fails', () => {
  it('is done again after 0.1 s, then after twice as long each time, up to 30 s', async () => {
    random = 0.999_999_999;
    work['a'] = failing;
    keyed.touch('a');
    await time.advance(10 * MINUTE);
    expect(failures.slice(0, 11).map(({ retryIn }) => Math.round(retryIn))).toEqual([
      100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000,
    ]);
  });

  it('waits for as little as half of that, at random, lest all come back at the same time', async () => {
    random = 0;
    work['a'] = failing;
    keyed.touch('a');
    await settled();
    expect(failures).toEqual([{ key: 'a', retryIn: 50 }]);
    await time.advance(49);
    expect(runs).toHaveLength(1);
    await time.advance(1);
    expect(runs).toHaveLength(2);
  });

  it('is not done any sooner for being touched', async () => {
    work['a'] = failing;
    keyed.touch('a');
    await settled();
    keyed.touch('a');
    await time.advance(49);
    expect(runs).toHaveLength(1);
    await time.advance(1);
    expect(runs).toHaveLength(2);
  });

  it('begins with the shortest wait again after it went well once', async () => {
    work['a'] = failing;
    keyed.touch('a');
    await time.advance(1000);
    work = {};
    await time.advance(MINUTE);
    failures = [];
    work['a'] = failing;
    keyed.touch('a');
    await settled();
    expect(failures).toEqual([{ key: 'a', retryIn: 50 }]);
  });

  it('begins with the shortest wait again, too, after a run that took a while and went well', async () => {
    work['a'] = failing;
    keyed.touch('a');
    await time.advance(200);
    const long = openWork();
    work['a'] = () => long.promise;
    await time.advance(1000);
    long.end();
    await settled();
    failures = [];
    work['a'] = failing;
    keyed.touch('a');
    await settled();
    expect(failures).toEqual([{ key: 'a', retryIn: 50 }]);
  });

  it('is treated the same if it throws instead of rejecting', async () => {
    work['a'] = () => {
      throw new Error('no');
    };
    keyed.touch('a');
    await settled();
    expect(failures).toEqual([{ key: 'a', retryIn: 50 }]);
    work = {};
    await time.advance(50);
    expect(runs).toEqual(['a', 'a']);
  });

  it('delays no other key', async () => {
    work['bad'] = failing;
    keyed.touch('bad');
    keyed.touch('good');
    await settled();
    keyed.touch('good');
    await settled();
    expect(runs).toEqual(['bad', 'good', 'good']);
    expect(failures.map(({ key }) => key)).toEqual(['bad']);
  });
});

describe('After a batch of keys', () => {
  it('the word is given once, when all of them have been begun', async () => {
    let seen: string[] = [];
    afterBatch = () => (seen = [...runs]);
    keyed.touch('a');
    keyed.touch('b');
    await settled();
    expect(seen).toEqual(['a', 'b']);
    expect(batches).toBe(1);
  });

  it('keys that are touched by it are done right away', async () => {
    afterBatch = () => {
      if (batches === 1) keyed.touch('granted');
    };
    keyed.touch('a');
    await settled();
    expect(runs).toEqual(['a', 'granted']);
    expect(batches).toBe(2);
  });

  it('others get their turn: no more than 200 keys are done in one go', async () => {
    for (let i = 0; i < 450; i += 1) keyed.touch(`key-${i}`);
    await settled();
    expect(runs).toHaveLength(200);
    await time.advance(0);
    expect(new Set(runs).size).toBe(450);
    expect(runs).toHaveLength(450);
  });

  it('a key that touches itself without end does not hold up the program', async () => {
    work['restless'] = () => {
      if (runs.length < 1000) keyed.touch('restless');
      return undefined;
    };
    keyed.touch('restless');
    await settled();
    expect(runs).toHaveLength(200);
  });
});

describe('A key that is forgotten', () => {
  it('is neither woken nor tried again', async () => {
    work['failed'] = failing;
    keyed.touch('failed');
    keyed.wakeAt('asleep', clock.now() + 1000);
    await settled();
    keyed.forget('failed');
    keyed.forget('asleep');
    await time.advance(MINUTE);
    expect(runs).toEqual(['failed']);
    expect(time.pending).toEqual([]);
  });

  it('begins anew, without the backoff that it had, if it is touched after all', async () => {
    work['a'] = failing;
    keyed.touch('a');
    await time.advance(1000);
    keyed.forget('a');
    failures = [];
    keyed.touch('a');
    await settled();
    expect(failures).toEqual([{ key: 'a', retryIn: 50 }]);
  });

  it('is still never done twice at once if its work was running', async () => {
    const first = openWork();
    work['a'] = () => first.promise;
    keyed.touch('a');
    await settled();
    keyed.forget('a');
    keyed.touch('a');
    await settled();
    expect(runs).toEqual(['a']);
    first.end();
    await settled();
    expect(runs).toEqual(['a', 'a']);
  });

  it('can be given the time to be woken that it had before', async () => {
    const first = openWork();
    work['a'] = () => first.promise;
    keyed.touch('a');
    await settled();
    keyed.wakeAt('a', clock.now() + 1000);
    keyed.forget('a');
    first.end();
    await settled();
    keyed.wakeAt('a', clock.now() + 1000);
    await time.advance(1000);
    expect(runs).toEqual(['a', 'a']);
  });
});

describe('Once it is stopped', () => {
  it('nothing is begun, woken or tried again', async () => {
    const running = openWork();
    const bad = openWork();
    work['running'] = () => running.promise;
    work['bad'] = () => bad.promise;
    keyed.touch('running');
    keyed.touch('bad');
    keyed.wakeAt('asleep', clock.now() + 1000);
    await settled();
    keyed.touch('running');
    keyed.touch('waiting');
    keyed.stop();
    keyed.touch('late');
    keyed.wakeAt('later', clock.now() + 1000);
    running.end();
    bad.fail();
    await time.advance(MINUTE);
    expect(runs).toEqual(['running', 'bad']);
    expect(failures).toEqual([]);
    expect(time.pending).toEqual([]);
  });
});
