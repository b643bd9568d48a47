import { beforeEach, describe, expect, it } from 'vitest';
import { FENCE_ANNOTATION } from '../../contract/keys.ts';
import { Fleet } from '../../upgrade/fleet.ts';
import { aNode, aPolicy } from '../../upgrade/testing/builders.ts';
import type { NodeView } from '../../upgrade/view.ts';
import type { Mode } from '../mode.ts';
import { aStoredDriverPod, aStoredNode } from '../testing/builders.ts';
import type { LeaderWork, Leadership } from './leadership.ts';
import { Mandate } from './mandate.ts';
import { parseReservation } from './reservation.ts';

/** A leadership of which a test says what it is good for. */
class ScriptedLeadership implements Leadership {
  readonly isShared = true;
  readonly inherited = parseReservation('["inherited"]');
  reserved = new Set<string>();
  proven = new Set<string>();
  renewalsAskedFor = 0;
  work: LeaderWork | undefined;
  #stamps = 0;

  isReserved(node: string): boolean {
    return this.reserved.has(node);
  }

  note(): void {
    // A test says itself what is proven.
  }

  isProven(kind: string, resourceVersion: string): boolean {
    return this.proven.has(`${kind}/${resourceVersion}`);
  }

  renew(): void {
    this.renewalsAskedFor += 1;
  }

  stamp(): string {
    this.#stamps += 1;
    return `me/${this.#stamps}`;
  }

  isOwn(stamp: string | undefined): boolean {
    return stamp?.startsWith('me/') === true;
  }

  serve(work: LeaderWork): void {
    this.work = work;
  }
}

let leadership: ScriptedLeadership;
let fleet: Fleet;
let mode: Mode;
let proven: readonly string[];
let mandate: Mandate;

beforeEach(() => {
  leadership = new ScriptedLeadership();
  fleet = new Fleet();
  mode = { kind: 'on', policy: aPolicy({ maxParallelUpgrades: 1 }) };
  proven = [];
  mandate = new Mandate({
    leadership,
    fleet,
    mode: () => mode,
    onProven: (nodes) => {
      proven = nodes;
    },
  });
});

function named(name: string, spec: Parameters<typeof aNode>[0]): NodeView {
  const view = aNode(spec);
  return { ...view, node: { ...view.node, name } };
}

const waiting = (name: string): NodeView => named(name, { state: 'upgrade-required' });
const stored = aStoredNode({ state: 'upgrade-required', resourceVersion: '7' });

function queue(...names: readonly string[]): void {
  for (const name of names) {
    fleet.see(name, 'upgrade-required');
    fleet.wish(name, 'start');
  }
}

describe('A node may be started', () => {
  it.each([
    ['once it is reserved, and this process has been proven to lead since', true, true, true],
    ['not before it is reserved', false, true, false],
    ['not as long as it is not certain that nobody else leads', true, false, false],
  ])('%s', (_, isReserved, isProven, may) => {
    if (isReserved) leadership.reserved.add(stored.name);
    if (isProven) leadership.proven.add('nodes/7');
    expect(mandate.mayStart(stored)).toBe(may);
    expect(leadership.renewalsAskedFor).toBe(may ? 0 : 1);
  });
});

describe('A driver pod may be deleted', () => {
  const pod = aStoredDriverPod({ resourceVersion: '9' });

  it('once this process has been proven to lead since the pod was written; its node is told then', () => {
    mandate.begin([]);
    expect(mandate.mayDelete('node-1', pod)).toBe(false);
    expect(leadership.renewalsAskedFor).toBe(1);
    leadership.proven.add('pods/9');
    leadership.work!.renewed();
    expect(proven).toEqual(['node-1']);
    expect(mandate.mayDelete('node-1', pod)).toBe(true);
  });
});

describe('A node that whoever led before may be starting', () => {
  it('holds a slot until it is in this one’s hands', () => {
    mandate.begin([waiting('inherited'), waiting('other')]);
    expect([...fleet.granted]).toEqual(['inherited']);
    expect(mandate.mustTakeInHand(waiting('inherited'))).toBe(true);
    expect(mandate.mustTakeInHand(waiting('other'))).toBe(false);
    mandate.taken('inherited');
    expect([...fleet.granted]).toEqual([]);
    expect(mandate.mustTakeInHand(waiting('inherited'))).toBe(false);
  });

  it('need not be taken in hand once it has been written: what comes late is refused', () => {
    mandate.begin([waiting('inherited')]);
    expect(mandate.mustTakeInHand(named('inherited', { state: 'upgrade-done' }))).toBe(false);
    expect(mandate.mustTakeInHand(waiting('inherited'))).toBe(false);
  });

  it('need not be taken in hand where there is no limit', () => {
    mode = { kind: 'on', policy: aPolicy({ maxParallelUpgrades: 0 }) };
    mandate.begin([waiting('inherited')]);
    expect(mandate.mustTakeInHand(waiting('inherited'))).toBe(false);
  });
});

describe('A node in the middle of its upgrade', () => {
  const inState = (fence?: string): NodeView =>
    named('n', {
      state: 'drain-required',
      ...(fence === undefined ? {} : { annotations: { [FENCE_ANNOTATION]: fence } }),
    });

  it('is to be taken in hand unless it bears the mark of this leadership', () => {
    expect(mandate.mustTakeInHand(inState())).toBe(true);
    expect(mandate.mustTakeInHand(inState('another/1'))).toBe(true);
    expect(mandate.mustTakeInHand(inState('me/1'))).toBe(false);
  });

  it('is to be taken in hand anew when a write to it got no answer', () => {
    mandate.doubt('n');
    expect(mandate.mustTakeInHand(inState('me/1'))).toBe(true);
    mandate.taken('n');
    expect(mandate.mustTakeInHand(inState('me/2'))).toBe(false);
  });

  it('is not taken in hand by one that may have been replaced', () => {
    mandate.begin([]);
    expect(mandate.stampFor(stored)).toBeUndefined();
    leadership.proven.add('nodes/7');
    leadership.work!.renewed();
    expect(proven).toEqual([stored.name]);
    expect(mandate.stampFor(stored)).toBe('me/1');
  });

  it('is marked when it starts and no more when it ends', () => {
    expect(mandate.mark(waiting('n'), { to: 'cordon-required' })).toEqual({ [FENCE_ANNOTATION]: 'me/1' });
    expect(mandate.mark(inState('me/1'), { to: 'pod-restart-required' })).toEqual({});
    expect(mandate.mark(inState('me/1'), { annotations: {} })).toEqual({});
    for (const to of ['upgrade-done', 'upgrade-failed', 'none'] as const)
      expect(mandate.mark(inState('me/1'), { to })).toEqual({ [FENCE_ANNOTATION]: null });
  });
});

describe('What is reserved', () => {
  const upcoming = (): readonly string[] => leadership.work!.upcoming();
  const names = Array.from({ length: 100 }, (_, number) => `n${String(number).padStart(3, '0')}`);

  beforeEach(() => {
    mandate.begin([]);
  });

  it('are the nodes that are next, some way ahead', () => {
    queue(...names);
    expect(upcoming()).toEqual(names.slice(0, 64));
  });

  it('are those that are being started, too', () => {
    queue('a', 'b');
    fleet.grant(aPolicy({ maxParallelUpgrades: 1 }));
    expect(leadership.work!.starting()).toEqual(['a']);
    expect(upcoming()).toEqual(['b']);
  });

  it('is any node where there is no limit, and none while none waits', () => {
    mode = { kind: 'on', policy: aPolicy({ maxParallelUpgrades: 0 }) };
    expect(upcoming()).toEqual([]);
    queue('a');
    expect(upcoming()).toEqual(['*']);
  });

  it('is nothing while nothing is started at all', () => {
    queue('a');
    mode = { kind: 'off', driverWanted: true };
    expect(upcoming()).toEqual([]);
  });
});
