import { beforeEach, describe, expect, it } from 'vitest';
import { REASON_ANNOTATION } from '../../contract/keys.ts';
import { VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import {
  entryOf,
  exampleOf,
  formatReason,
  messageOf,
  type Reason,
  type ReasonCode,
  type ReasonOf,
} from '../../reasons/index.ts';
import { aStoredNode } from '../testing/builders.ts';
import { StandingReasons } from './standing-reasons.ts';

let clock: VirtualClock;
let reasons: StandingReasons;

beforeEach(() => {
  clock = new VirtualClock();
  reasons = new StandingReasons(clock);
});

const reason = (code: ReasonCode): Reason => exampleOf(code);
const blocked: ReasonOf<'eviction-blocked'> = entryOf('eviction-blocked').example;
const otherBlocked: Reason = {
  ...blocked,
  blocked: [{ namespace: 'default', name: 'db-1', owner: undefined, budget: undefined, says: 'no' }],
};
const telling = (text: string) => aStoredNode({ annotations: { [REASON_ANNOTATION]: text } });

/** Takes note of what a node waits for, which says this. */
const note = (name: string, it: Reason | undefined, text?: string): number | undefined =>
  reasons.note(
    aStoredNode({ name, ...(text === undefined ? {} : { annotations: { [REASON_ANNOTATION]: text } }) }),
    it,
  );

/** The node has been waiting for this, for this long. */
async function waitingFor(it: Reason, milliseconds: number): Promise<void> {
  note('node-1', it);
  await clock.advance(milliseconds);
  note('node-1', it);
}

describe('A reason that a node waits', () => {
  it('is not written at once: most pass by themselves', async () => {
    await waitingFor(blocked, 4999);
    expect(reasons.due(aStoredNode(), blocked)).toBeUndefined();
  });

  it('is written on the node and told as an event once it has stood for five seconds', async () => {
    await waitingFor(blocked, 5000);
    expect(reasons.due(aStoredNode(), blocked)).toEqual({
      annotations: { [REASON_ANNOTATION]: formatReason(blocked) },
      event: { type: 'Warning', reason: 'EvictionBlocked', message: messageOf(blocked) },
      reason: blocked,
    });
  });

  it('names the time at which it will be worth telling, as long as that lies ahead', async () => {
    const now = clock.now();
    expect(note('node-1', blocked)).toBe(now + 5000);
    await clock.advance(2000);
    expect(note('node-1', blocked)).toBe(now + 5000);
    await clock.advance(3000);
    expect(note('node-1', blocked)).toBeUndefined();
  });

  it('is the same one while only its words change', async () => {
    note('node-1', blocked);
    await clock.advance(5000);
    note('node-1', otherBlocked);
    expect(reasons.due(aStoredNode(), otherBlocked)?.event?.message).toMatch(
      /^Eviction of default\/db-1 is refused/,
    );
  });

  it('has to stand for five seconds anew when it is another one', async () => {
    await waitingFor(reason('pods-leaving'), 5000);
    note('node-1', blocked);
    expect(reasons.due(aStoredNode(), blocked)).toBeUndefined();
  });

  it('has to stand for five seconds anew when there was none in between', async () => {
    await waitingFor(blocked, 5000);
    note('node-1', undefined);
    note('node-1', blocked);
    expect(reasons.due(aStoredNode(), blocked)).toBeUndefined();
  });

  it('is not written a second time', async () => {
    await waitingFor(blocked, 60_000);
    expect(reasons.due(telling(formatReason(blocked)), blocked)).toBeUndefined();
  });

  it('is written anew, without another event, once its words have not been so for five seconds', async () => {
    const text = formatReason(otherBlocked);
    note('node-1', otherBlocked, text);
    await clock.advance(60_000);
    expect(note('node-1', blocked, text)).toBe(clock.now() + 5000);
    expect(reasons.due(telling(text), blocked)).toBeUndefined();
    await clock.advance(5000);
    note('node-1', blocked, text);
    expect(reasons.due(telling(text), blocked)).toEqual({
      annotations: { [REASON_ANNOTATION]: formatReason(blocked) },
    });
  });

  it('is written anew, too, where its words change all the time', async () => {
    const names = (pod: number): Reason => ({
      ...blocked,
      blocked: [{ namespace: 'default', name: `db-${pod}`, owner: undefined, budget: undefined, says: 'no' }],
    });
    const text = formatReason(names(0));
    note('node-1', names(0), text);
    for (const pod of [1, 2, 3, 4]) {
      await clock.advance(pod === 1 ? 60_000 : 2000);
      note('node-1', names(pod), text);
    }
    expect(reasons.due(telling(text), names(4))).toEqual({
      annotations: { [REASON_ANNOTATION]: formatReason(names(4)) },
    });
  });

  it('takes the place of another one that the node tells', async () => {
    await waitingFor(blocked, 5000);
    expect(reasons.due(telling('pods-leaving: 3 pods'), blocked)?.annotations).toEqual({
      [REASON_ANNOTATION]: formatReason(blocked),
    });
  });

  it.each(['in-progress', 'reading-pods', 'slot', 'paused', 'failed'] as const)(
    'is never written if it only says that things take their course: %s',
    async (code) => {
      expect(note('node-1', reason(code))).toBeUndefined();
      await clock.advance(60_000);
      note('node-1', reason(code));
      expect(reasons.due(aStoredNode(), reason(code))).toBeUndefined();
    },
  );

  it('has to stand for longer, and is no warning, if it is a part of every upgrade', async () => {
    await waitingFor(reason('driver-starting'), 19_000);
    expect(reasons.due(aStoredNode(), reason('driver-starting'))).toBeUndefined();
    await clock.advance(1000);
    note('node-1', reason('driver-starting'));
    expect(reasons.due(aStoredNode(), reason('driver-starting'))?.event).toMatchObject({
      type: 'Normal',
      reason: 'DriverStarting',
    });
  });

  it('stands at once, or, if it is a part of every upgrade, when it takes long', async () => {
    expect(reasons.stands('node-1')).toBe(false);
    note('node-1', reason('failed'));
    expect(reasons.stands('node-1')).toBe(true);
    note('node-1', reason('driver-missing'));
    expect(reasons.stands('node-1')).toBe(false);
    await clock.advance(20_000);
    expect(reasons.stands('node-1')).toBe(true);
  });

  it('is one node’s own', async () => {
    await waitingFor(blocked, 5000);
    expect(reasons.due(aStoredNode({ name: 'node-2' }), blocked)).toBeUndefined();
  });
});

describe('A reason that stands on a node', () => {
  it('is taken away when the node waits for nothing any more', () => {
    expect(reasons.due(telling('skipped: labelled'), undefined)).toEqual({
      annotations: { [REASON_ANNOTATION]: null },
    });
  });

  it('gives way at once, without an Event, when the node waits for nothing but its turn', () => {
    for (const [code, other] of [
      ['slot', 'paused'],
      ['paused', 'slot'],
    ] as const) {
      note('node-1', reason(code));
      for (const before of ['skipped: labelled', `${other}: x`, `${code}: somebody’s own words`])
        expect(reasons.due(telling(before), reason(code))).toEqual({
          annotations: { [REASON_ANNOTATION]: formatReason(reason(code)) },
        });
      expect(reasons.due(telling(formatReason(reason(code))), reason(code))).toBeUndefined();
    }
  });

  it('stays when it says why the node has failed', async () => {
    await waitingFor(reason('failed'), 60_000);
    expect(reasons.due(telling('drain-timeout: too slow'), reason('failed'))).toBeUndefined();
  });

  it('is left alone if nobody can read it', () => {
    expect(reasons.due(telling('words of another kind'), undefined)).toBeUndefined();
  });
});

describe('Since when a node waits', () => {
  it('is known, with what for, until it is forgotten', async () => {
    const began = clock.now();
    await waitingFor(blocked, 1000);
    expect(reasons.of('node-1')).toEqual({ reason: blocked, since: began });
    reasons.forget('node-1');
    expect(reasons.of('node-1')).toBeUndefined();
  });

  it('is as long as the reason itself knows, where that is longer', () => {
    const notReady: Reason = { code: 'node-not-ready', since: clock.now() - 60_000, holds: 'start' };
    note('node-1', notReady);
    expect(reasons.of('node-1')?.since).toBe(clock.now() - 60_000);
    note('node-2', { ...notReady, since: 0 });
    expect(reasons.of('node-2')?.since).toBe(clock.now());
  });

  it('is taken over from an operator that ran before, as long as it is for the same thing', () => {
    const then = clock.now() - 60_000;
    for (const node of ['a', 'b', 'c']) reasons.remember(node, 'eviction-blocked', then);
    reasons.remember('d', 'drain-timeout', then);
    note('a', blocked);
    note('b', reason('jobs-running'));
    note('c', undefined);
    note('c', blocked);
    note('d', { code: 'failed', cause: { told: true, code: 'drain-timeout', message: 'x' } });
    expect(['a', 'b', 'c', 'd'].map((node) => reasons.of(node)?.since)).toEqual([
      ...[then, clock.now(), clock.now(), then],
    ]);
  });

  it('is not believed to lie in the future', () => {
    reasons.remember('a', 'eviction-blocked', clock.now() + 1);
    note('a', blocked);
    expect(reasons.of('a')?.since).toBe(clock.now());
  });
});
