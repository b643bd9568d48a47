import { expect, it } from 'vitest';
import type { FleetChange, FleetSnapshot, NodeRecord, RolloutRecord } from '../../wire.ts';
import { FleetStore } from './store.ts';

const ROLLOUT: RolloutRecord = {
  ...{ message: '', version: '1', autoUpgrade: true, paused: false, maxParallel: 1, startedAt: 1 },
  ...{ podsEvicted: 0, nodeSecondsOutOfService: 0 },
};

const record = (name: string, more: Partial<NodeRecord> = {}): NodeRecord => ({
  ...{ name, zone: 'a', pool: 'p', state: 'upgrade-required', upToDate: false },
  ...{ cordoned: false, notReady: false, phases: [], ...more },
});

const point = (at: number) => ({ at, total: 2, done: 0, inProgress: 0, failed: 0 });

function aStore(): FleetStore {
  const store = new FleetStore();
  const snapshot: FleetSnapshot = {
    ...{ now: 0, seenSince: 0, rollout: ROLLOUT, progress: [point(1000)], titles: {} },
    nodes: [record('n1'), record('n2', { zone: 'b', code: 'skipped' })],
  };
  store.replace(snapshot);
  return store;
}

const change = (more: Partial<FleetChange>): FleetChange => ({
  ...{ now: 0, rollout: ROLLOUT, progress: [], nodes: [], gone: [] },
  ...more,
});

it('keeps its counts as nodes change, come and go', () => {
  const store = aStore();
  const told: string[][] = [];
  store.subscribe((names) => told.push([...names]));
  store.apply(change({ nodes: [record('n1', { state: 'upgrade-done' }), record('n3')], gone: ['n2'] }));
  expect(told).toEqual([['n2', 'n1', 'n3']]);
  expect(store.size).toBe(2);
  expect([store.kinds.of('done'), store.kinds.of('waiting'), store.kinds.of('aside')]).toEqual([1, 1, 0]);
  expect(store.zones.entries).toEqual([['a', 2]]);
  expect(store.reasons.entries).toEqual([]);
});

it('tells of nodes that are gone when it is told everything anew', () => {
  const store = aStore();
  const told: string[][] = [];
  store.subscribe((names) => told.push([...names].sort()));
  store.replace({ now: 0, seenSince: 0, rollout: ROLLOUT, progress: [], titles: {}, nodes: [record('n2')] });
  expect(told).toEqual([['n1', 'n2']]);
  expect([store.size, store.node('n1')]).toEqual([1, undefined]);
});

it('takes no point of the past twice, and begins anew with another rollout', () => {
  const store = aStore();
  store.apply(change({ progress: [point(1000), point(5000)] }));
  expect(store.progress.map(({ at }) => at)).toEqual([1000, 5000]);
  store.apply(change({ rollout: { ...ROLLOUT, version: '2' }, progress: [point(9000)] }));
  expect(store.progress.map(({ at }) => at)).toEqual([9000]);
});
