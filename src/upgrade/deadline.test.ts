import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DRAIN_START_ANNOTATION } from '../contract/keys.ts';
import { deadline, unixSeconds } from './deadline.ts';
import { aNode, aPolicy, NOW, secondsFromNow } from './testing/builders.ts';

function limit(drainStart: string | undefined, timeoutSeconds: number, now = NOW) {
  const view = aNode(drainStart === undefined ? {} : { drainStart });
  return deadline(view, { policy: aPolicy(), now }, DRAIN_START_ANNOTATION, timeoutSeconds);
}

const adopted = {
  kind: 'unset',
  action: { kind: 'patch-node', change: { annotations: { [DRAIN_START_ANNOTATION]: secondsFromNow(0) } } },
};

describe('a time limit', () => {
  it('of zero seconds never ends, whatever stands on the node', () => {
    expect(limit(undefined, 0)).toEqual({ kind: 'none' });
    expect(limit('0', 0)).toEqual({ kind: 'none' });
  });

  it('ends within a second after its time, counted from the start on the node', () => {
    expect(limit(secondsFromNow(-10), 60)).toEqual({ kind: 'running', at: NOW + 51_000 });
  });

  it('is over at the moment that it announced, and not a millisecond before', () => {
    const start = secondsFromNow(0);
    expect(limit(start, 60, NOW + 60_999)).toEqual({ kind: 'running', at: NOW + 61_000 });
    expect(limit(start, 60, NOW + 61_000)).toEqual({ kind: 'over' });
  });

  it('is never early and at most a second late, in whichever part of a second it began', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 1, max: 3600 }), (part, seconds) => {
        const began = NOW + part;
        const running = limit(unixSeconds(began), seconds, began);
        if (running.kind !== 'running') throw new Error(`the limit is ${running.kind}`);
        const took = running.at - began;
        expect(took).toBeGreaterThan(seconds * 1000);
        expect(took).toBeLessThanOrEqual(seconds * 1000 + 1000);
      }),
    );
  });

  it('begins now if no start stands on the node', () => {
    expect(limit(undefined, 60)).toEqual(adopted);
  });

  it.each(['', 'soon', '-1', '1e9', '1.5', ' 1', '0x10', '9'.repeat(13), '__proto__', 'NaN'])(
    'begins anew if the start on the node is garbled: %j',
    (garbled) => {
      expect(limit(garbled, 60)).toEqual(adopted);
    },
  );

  it('begins anew if the start lies further in the future than clocks differ', () => {
    expect(limit(secondsFromNow(61), 60)).toEqual(adopted);
    expect(limit(secondsFromNow(86_400), 60)).toEqual(adopted);
  });

  it('takes a start a little in the future for another clock’s', () => {
    expect(limit(secondsFromNow(60), 60)).toEqual({ kind: 'running', at: NOW + 121_000 });
  });

  it('cuts the part of a second off when it writes a start', () => {
    expect(unixSeconds(NOW + 999)).toBe(secondsFromNow(0));
  });
});
