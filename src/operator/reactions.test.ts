import { beforeEach, describe, expect, it } from 'vitest';
import { POLICY_NAME } from '../contract/keys.ts';
import { idle } from '../upgrade/decision.ts';
import { Fleet } from '../upgrade/fleet.ts';
import { aNode } from '../upgrade/testing/builders.ts';
import { PoolIndex } from './driver/pool-index.ts';
import { DriverPodIndex } from './nodes/driver-pod-index.ts';
import { ActivePolicy } from './policy.ts';
import { Reactions, type ReactionsOptions } from './reactions.ts';
import type { StoredDaemonSet } from './resources/daemonsets.ts';
import type { StoredNode } from './resources/nodes.ts';
import type { StoredObject } from './resources/objects.ts';
import { Tally } from './status/tally.ts';
import { aStoredDaemonSet, aStoredDriverPod, aStoredNode, aStoredPolicy } from './testing/builders.ts';
import { RecordedEvents, RecordedLog } from './testing/recorders.ts';

let fleet: Fleet;
let tally: Tally;
let nodes: Map<string, StoredNode>;
let policy: StoredObject | undefined;
let waitsForPods: boolean;
/** Who was told of something: a node's name, or a part's. */
let told: string[];
let reactions: Reactions;

beforeEach(() => {
  fleet = new Fleet();
  tally = new Tally();
  nodes = new Map();
  policy = aStoredPolicy();
  waitsForPods = false;
  told = [];
  const tell = (what: string): void => {
    told.push(what);
  };
  const parts = {
    watches: { nodes },
    policy: new ActivePolicy((name) => (name === POLICY_NAME ? policy : undefined)),
    pools: new PoolIndex(),
    driverPods: new DriverPodIndex(),
    revisions: {
      see: ({ uid }: StoredDaemonSet) => {
        tell(`revision of ${uid}`);
      },
      forget: (uid: string) => {
        tell(`forget ${uid}`);
      },
    },
    workloads: {
      stale: (node: string) => {
        tell(`stale ${node}`);
      },
    },
    fleet,
    tally,
    nodes: {
      touch: tell,
      reported: ({ name, resourceVersion }: StoredNode) => {
        tell(`${name} reported, ${resourceVersion}`);
      },
    },
    driverSync: {
      touch: () => {
        tell('driver objects');
      },
      get waitsForPods() {
        return waitsForPods;
      },
    },
    status: {
      touch: () => {
        tell('status');
      },
    },
    actor: { announce: () => undefined },
    events: new RecordedEvents(),
    log: new RecordedLog(),
  };
  reactions = new Reactions(parts as unknown as ReactionsOptions);
});

/** The work has begun, and what was told until now is of no interest. */
function begun(...known: readonly StoredNode[]): void {
  for (const node of known) see(undefined, node);
  reactions.begin();
  told = [];
}

function see(before: StoredNode | undefined, after: StoredNode | undefined): void {
  const { name } = (after ?? before)!;
  if (after === undefined) nodes.delete(name);
  else nodes.set(name, after);
  reactions.node({ key: name, before, after });
}

const daemonSet = (before: StoredDaemonSet | undefined, after: StoredDaemonSet | undefined): void => {
  reactions.daemonSet({ key: 'ds', before, after });
};
const inState = (state: string, name = 'node-1'): StoredNode => aStoredNode({ name, state });
const without = (what: string): readonly string[] => told.filter((each) => each !== what);

describe('Before everything has been read', () => {
  it('a node in the middle of its upgrade counts already, though nobody has decided about it', () => {
    see(undefined, inState('drain-required'));
    expect(fleet.counts.inProgress).toBe(1);
    expect(told).toEqual([]);
  });

  it('the newest revision of a DaemonSet is asked for, and nothing else is done', () => {
    daemonSet(undefined, aStoredDaemonSet());
    reactions.policy({ key: POLICY_NAME, before: undefined, after: policy });
    reactions.object();
    expect(told).toEqual(['revision of ds-1']);
  });

  it('comes the moment when all of it is looked at', () => {
    see(undefined, inState('upgrade-done', 'a'));
    see(undefined, inState('upgrade-done', 'b'));
    reactions.begin();
    expect(told).toEqual(['driver objects', 'a', 'b', 'status']);
  });
});

describe('A change of a node', () => {
  it('concerns that node alone', () => {
    begun(inState('upgrade-done', 'a'), inState('upgrade-done', 'b'));
    see(inState('upgrade-done', 'a'), inState('upgrade-required', 'a'));
    expect(without('stale a')).toEqual(['a']);
    expect(fleet.states.get('upgrade-required')).toBe(1);
  });

  it('leads to no decision where the node has only reported that nothing has changed', () => {
    const node = aStoredNode();
    begun(node);
    see(node, { ...aStoredNode(), resourceVersion: '1000' });
    expect(told).toEqual(['node-1 reported, 1000']);
    see(node, { ...aStoredNode(), annotations: { other: 'x' }, resourceVersion: '1001' });
    expect(told).toContain('node-1');
  });

  it('counts at once where somebody else has put the node into the middle of an upgrade, or taken it out', () => {
    begun(aStoredNode());
    see(aStoredNode(), inState('drain-required'));
    expect(fleet.counts.inProgress).toBe(1);
    see(inState('drain-required'), aStoredNode());
    expect(fleet.counts.inProgress).toBe(0);
  });

  it('concerns the driver’s objects, too, where a pool comes or goes by it', () => {
    begun();
    see(undefined, aStoredNode());
    expect(told).toEqual(['driver objects', 'node-1']);
    see(aStoredNode(), undefined);
    expect(without('stale node-1')).toEqual(['driver objects', 'node-1', 'driver objects', 'node-1']);
  });

  it('makes what was read of its pods doubtful where it was schedulable before', () => {
    const cordoned = aStoredNode({ cordoned: true });
    begun(cordoned);
    see(cordoned, aStoredNode());
    expect(told).not.toContain('stale node-1');
    see(aStoredNode(), cordoned);
    expect(told).toContain('stale node-1');
  });

  it('that has no state, and is gone, leaves nothing behind', () => {
    begun(inState('drain-required'));
    see(inState('drain-required'), undefined);
    expect(fleet.size).toBe(0);
  });
});

describe('A change of a driver pod', () => {
  const change = (before: boolean, after: boolean): void => {
    const pod = aStoredDriverPod({ node: 'node-7' });
    reactions.driverPod({
      key: 'pod',
      before: before ? pod : undefined,
      after: after ? pod : undefined,
    });
  };

  it('concerns its node', () => {
    begun();
    change(false, true);
    change(true, true);
    expect(told).toEqual(['node-7', 'node-7']);
  });

  it('concerns the driver’s objects where a DaemonSet was only waiting for it to go', () => {
    begun();
    waitsForPods = true;
    change(true, true);
    expect(told).toEqual(['node-7']);
    change(true, false);
    expect(told).toEqual(['node-7', 'node-7', 'driver objects']);
  });
});

describe('A change of a DaemonSet', () => {
  const other = aStoredNode({
    name: 'other',
    labels: { 'feature.node.kubernetes.io/pci-15b3.present': 'no' },
  });

  it('concerns the nodes that it selects, and those that still have a pod of it', () => {
    begun(aStoredNode(), other, { ...other, name: 'left' });
    const pod = aStoredDriverPod({ node: 'left' });
    reactions.driverPod({ key: 'pod', before: undefined, after: pod });
    told = [];
    daemonSet(aStoredDaemonSet(), aStoredDaemonSet({ generation: 2 }));
    expect(told).toEqual(['revision of ds-1', 'driver objects', 'node-1', 'left', 'status', 'status']);
  });

  it('has none of these nodes count as up to date before it has been looked at anew', () => {
    begun(aStoredNode(), other);
    tally.note('node-1', aNode(), idle);
    tally.note('other', aNode(), idle);
    daemonSet(aStoredDaemonSet(), aStoredDaemonSet({ generation: 2 }));
    expect(tally.upToDate).toBe(1);
  });

  it('concerns no node where only the counts in its status are others', () => {
    begun(aStoredNode());
    daemonSet(aStoredDaemonSet({ desired: 1 }), aStoredDaemonSet({ desired: 2 }));
    expect(told).toEqual(['revision of ds-1', 'status']);
  });

  it('concerns its nodes, but not what the DaemonSet should be, where its controller has caught up', () => {
    begun(aStoredNode());
    daemonSet(
      aStoredDaemonSet({ generation: 2, observedGeneration: 1 }),
      aStoredDaemonSet({ generation: 2 }),
    );
    expect(without('status')).toEqual(['revision of ds-1', 'node-1']);
  });

  it('concerns all of that where another one has taken its place, or it is gone', () => {
    begun(aStoredNode());
    daemonSet(aStoredDaemonSet(), aStoredDaemonSet({ uid: 'ds-2' }));
    expect(without('status')).toEqual(['forget ds-1', 'revision of ds-2', 'driver objects', 'node-1']);
    told = [];
    daemonSet(aStoredDaemonSet(), undefined);
    expect(without('status')).toEqual(['forget ds-1', 'driver objects', 'node-1']);
  });
});

describe('A change of a policy', () => {
  const change = (before: StoredObject | undefined, after: StoredObject | undefined): void => {
    reactions.policy({ key: POLICY_NAME, before, after });
  };

  it('concerns everything', () => {
    begun(inState('upgrade-done', 'a'), inState('upgrade-done', 'b'));
    change(aStoredPolicy(), aStoredPolicy({ generation: 2 }));
    expect(without('status')).toEqual(['driver objects', 'a', 'b']);
  });

  it('concerns only its status where it is only that: the operator has written it itself', () => {
    begun(inState('upgrade-done'));
    change(aStoredPolicy(), aStoredPolicy({ status: { state: 'ready' } }));
    expect(told).toEqual(['status']);
  });

  it('concerns everything where it is gone, or made anew', () => {
    begun(inState('upgrade-done'));
    change(aStoredPolicy(), undefined);
    expect(without('status')).toEqual(['driver objects', 'node-1']);
    told = [];
    change(aStoredPolicy(), aStoredPolicy({ uid: 'another' }));
    expect(without('status')).toEqual(['driver objects', 'node-1']);
  });
});
