import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError, type ApiErrorCode, type ApiErrorDetails } from '../../cluster/errors.ts';
import { FENCE_ANNOTATION, REASON_ANNOTATION, STATE_LABEL } from '../../contract/keys.ts';
import { exampleOf } from '../../reasons/index.ts';
import type { NodeChange } from '../../upgrade/actions.ts';
import { aPod } from '../../upgrade/testing/builders.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { driverPods, type StoredDriverPod } from '../resources/driver-pods.ts';
import { nodes, type StoredNode } from '../resources/nodes.ts';
import { aRawDriverPod, aRawNode, aRawPod, aStoredDriverPod } from '../testing/builders.ts';
import type { RecordingCluster } from '../testing/recording-cluster.ts';
import { TestCluster } from '../testing/test-cluster.ts';
import { readSeries, RecordedEvents, RecordedLog } from '../testing/recorders.ts';
import { Actor } from './actor.ts';

let cluster: TestCluster;
let wire: RecordingCluster;
let log: RecordedLog;
let events: RecordedEvents;
let metrics: Metrics;
let actor: Actor;
/** The nodes of which nobody knows what came of a write. */
let doubted: string[];
/** Aborted when the operator ends. */
let operator: AbortController;
/** The node as the decision knew it. */
let believed: StoredNode;

beforeEach(() => {
  cluster = new TestCluster();
  wire = cluster.wire;
  log = new RecordedLog();
  events = new RecordedEvents();
  metrics = createMetrics();
  operator = new AbortController();
  const { signal } = operator;
  doubted = [];
  actor = new Actor({ cluster: wire, log, events, metrics, signal, onDoubt: (node) => doubted.push(node) });
  believed = nodes.trim(cluster.create(nodes, aRawNode({ state: 'upgrade-required' })));
});

const cordon: NodeChange = {
  to: 'cordon-required',
  event: { type: 'Normal', reason: 'DriverUpgradeStarted', message: 'has started' },
};
const refusal = (code: ApiErrorCode, details: ApiErrorDetails = {}): ApiError =>
  new ApiError(code, `the answer is ${code}`, details);

/** Every write is answered with this error, and not done. */
function refuse(error: ApiError): void {
  wire.before = ({ verb }) => (verb === 'get' ? undefined : Promise.reject(error));
}

/** Every write is done, and its answer lost. */
function loseAnswers(): void {
  const error = refusal('timeout', { maybeApplied: true });
  wire.after = ({ verb }) => (verb === 'get' ? undefined : Promise.reject(error));
}

const setState = (state: string): void => {
  cluster.change(nodes, believed, { metadata: { labels: { [STATE_LABEL]: state } } });
};
const stateOf = (node: StoredNode | undefined): string | undefined => node?.labels[STATE_LABEL];
const verbs = (): readonly string[] => wire.calls.map(({ verb }) => verb);
const transitions = (): Promise<number | undefined> =>
  readSeries(metrics, 'ofed_operator_node_transitions_total{to="cordon-required"}');

async function expectNothingTold(): Promise<void> {
  expect(events.records).toEqual([]);
  expect(await transitions()).toBe(0);
  expect(log.messages('info')).toEqual([]);
}

describe('A change to a node', () => {
  it('takes one request, and comes back as the node is then', async () => {
    const now = await actor.patchNode(believed, cordon, { 'a/b': 'c' });
    expect(stateOf(now)).toBe('cordon-required');
    expect(cluster.api.get(nodes, { name: 'node-1' }).metadata.labels).toHaveProperty(['a/b'], 'c');
    expect(verbs()).toEqual(['patch']);
  });

  it('is told as an event on the node, counted and logged once it is done', async () => {
    await actor.patchNode(believed, cordon, {});
    expect(events.records).toEqual([
      {
        regarding: { apiVersion: 'v1', kind: 'Node', name: 'node-1', uid: believed.uid },
        type: 'Normal',
        reason: 'DriverUpgradeStarted',
        message: 'has started',
      },
    ]);
    expect(await transitions()).toBe(1);
    expect(log.lines).toEqual([
      {
        level: 'info',
        message: 'node state changed',
        fields: { node: 'node-1', to: 'cordon-required', why: 'has started' },
      },
    ]);
  });

  it('is not counted as a change of state where the state stays', async () => {
    const event = { type: 'Warning', reason: 'EvictionBlocked', message: 'refused' } as const;
    await actor.patchNode(believed, { annotations: { [REASON_ANNOTATION]: 'x' }, event }, {});
    expect(events.records).toMatchObject([{ reason: 'EvictionBlocked' }]);
    expect(log.messages('info')).toEqual([]);
  });
});

describe('A change that is made because a node is held up or has failed', () => {
  const failures = (code: string): Promise<number | undefined> =>
    readSeries(metrics, `ofed_operator_node_failures_total{reason="${code}"}`);
  const drains = (result: string): Promise<number | undefined> =>
    readSeries(metrics, `ofed_operator_drains_total{result="${result}"}`);
  const draining = (): StoredNode => {
    setState('drain-required');
    return nodes.trim(cluster.api.get(nodes, believed));
  };

  it('is logged with the code of the reason', async () => {
    const event = { type: 'Warning', reason: 'Skipped', message: 'is skipped' } as const;
    await actor.patchNode(believed, { annotations: {}, event, reason: { code: 'skipped' } }, {});
    expect(log.lines).toMatchObject([
      {
        message: 'node is held up',
        fields: { node: 'node-1', reason: 'skipped', why: 'is skipped' },
      },
    ]);
  });

  it('is counted as a failure by its reason, and as a drain that has ended', async () => {
    const reason = exampleOf('drain-timeout');
    await actor.patchNode(draining(), { to: 'upgrade-failed', reason }, {});
    expect(await failures('drain-timeout')).toBe(1);
    expect(await drains('timed-out')).toBe(1);
    expect(await drains('drained')).toBe(0);
  });

  it('is a drain that has succeeded where the node goes on to the restart of its driver', async () => {
    await actor.patchNode(draining(), { to: 'pod-restart-required' }, {});
    expect(await drains('drained')).toBe(1);
  });
});

describe('A node that is not what it was believed to be', () => {
  it('is read and returned as it is, and nothing is told', async () => {
    setState('upgrade-done');
    const now = await actor.patchNode(believed, cordon, {});
    expect(stateOf(now)).toBe('upgrade-done');
    expect(verbs()).toEqual(['patch', 'get']);
    await expectNothingTold();
  });

  it('is undefined if it is gone', async () => {
    cluster.remove(nodes, { name: 'node-1' });
    expect(await actor.patchNode(believed, cordon, {})).toBeUndefined();
    await expectNothingTold();
  });

  it('is an error if it has not changed at all, so that the same write is not made again at once', async () => {
    refuse(refusal('precondition-failed'));
    await expect(actor.patchNode(believed, cordon, {})).rejects.toMatchObject({
      code: 'conflict',
      message: 'The write to node node-1 was refused, though the node has not changed',
    });
    await expectNothingTold();
  });

  it('is an error if it cannot be read either', async () => {
    wire.before = ({ verb }) => Promise.reject(refusal(verb === 'get' ? 'server' : 'conflict'));
    await expect(actor.patchNode(believed, cordon, {})).rejects.toMatchObject({ code: 'server' });
  });
});

describe('A write to a node whose answer was lost', () => {
  it('leaves the node in doubt, for it may be done yet', async () => {
    loseAnswers();
    await actor.patchNode(believed, cordon, {});
    expect(doubted).toEqual(['node-1']);
  });

  it('is looked for: the node is read and returned as it is', async () => {
    loseAnswers();
    const now = await actor.patchNode(believed, cordon, {});
    expect(stateOf(now)).toBe('cordon-required');
    expect(verbs()).toEqual(['patch', 'get']);
  });

  it('is an error if it was not done, so that it is made again after a while', async () => {
    refuse(refusal('timeout', { maybeApplied: true }));
    await expect(actor.patchNode(believed, cordon, {})).rejects.toMatchObject({ code: 'conflict' });
    await expectNothingTold();
  });
});

describe('A write to a node that was certainly not done', () => {
  it.each(['server', 'connection', 'forbidden', 'invalid', 'aborted'] as const)(
    'is an error, and the node is not read: %s',
    async (code) => {
      refuse(refusal(code, code === 'aborted' ? { maybeApplied: true } : {}));
      await expect(actor.patchNode(believed, cordon, {})).rejects.toMatchObject({ code });
      expect(verbs()).toEqual(['patch']);
      await expectNothingTold();
    },
  );
});

/** A driver pod is in the cluster, and known. */
function driverExists(): StoredDriverPod {
  return driverPods.trim(cluster.create(driverPods, aRawDriverPod()));
}

describe('The restart of a driver', () => {
  const isLeaving = (pod: StoredDriverPod): boolean =>
    cluster.api.find(driverPods, pod)?.metadata.deletionTimestamp !== undefined;

  it('is the deletion of this very pod', async () => {
    const pod = driverExists();
    await actor.restartDriver('node-1', pod);
    expect(isLeaving(pod)).toBe(true);
    expect(log.messages('info')).toEqual(['driver pod deleted']);
  });

  it('leaves a pod alone that has taken its place under the same name', async () => {
    const pod = driverExists();
    cluster.remove(driverPods, pod);
    driverExists();
    await expect(actor.restartDriver('node-1', pod)).rejects.toMatchObject({ code: 'conflict' });
    expect(isLeaving(pod)).toBe(false);
    expect(log.messages('info')).toEqual([]);
  });

  it('leaves a pod alone that somebody has written since', async () => {
    const pod = driverExists();
    cluster.change(driverPods, pod, { metadata: { labels: { marked: 'true' } } });
    await expect(actor.restartDriver('node-1', pod)).rejects.toMatchObject({ code: 'conflict' });
    expect(isLeaving(pod)).toBe(false);
  });

  it('has nothing to do where the pod is gone already', async () => {
    await actor.restartDriver('node-1', aStoredDriverPod());
    expect(log.messages('info')).toEqual([]);
  });

  it('is an error where nobody knows what became of it, and leaves the node in doubt', async () => {
    refuse(refusal('timeout', { maybeApplied: true }));
    await expect(actor.restartDriver('node-1', aStoredDriverPod())).rejects.toMatchObject({
      code: 'timeout',
    });
    expect(doubted).toEqual(['node-1']);
  });
});

describe('To take a node in hand', () => {
  it('is to have refused what others still have under way for it and for its driver pod', async () => {
    const pod = driverExists();
    const now = await actor.takeInHand(believed, [pod], 'me/1.1');
    expect(now.node?.annotations[FENCE_ANNOTATION]).toBe('me/1.1');
    expect(now.pods).toEqual([driverPods.trim(cluster.api.get(driverPods, pod))]);
    await expect(actor.restartDriver('node-1', pod)).rejects.toMatchObject({ code: 'conflict' });
    await actor.patchNode(believed, cordon, {});
    expect(stateOf(nodes.trim(cluster.api.get(nodes, believed)))).toBe('upgrade-required');
  });

  it('leaves out a driver pod that is gone', async () => {
    const { pods, node } = await actor.takeInHand(believed, [aStoredDriverPod()], 'me/1.1');
    expect(pods).toEqual([]);
    expect(node?.annotations[FENCE_ANNOTATION]).toBe('me/1.1');
  });

  it('is nothing half done: where the pod cannot be marked, the node is not', async () => {
    const pod = driverExists();
    wire.before = ({ resource }) => (resource === 'pods' ? Promise.reject(refusal('server')) : undefined);
    await expect(actor.takeInHand(believed, [pod], 'me/1.1')).rejects.toMatchObject({ code: 'server' });
    expect(cluster.api.get(nodes, believed).metadata.annotations).toBeUndefined();
  });
});

describe('An eviction', () => {
  const pod = aPod({ name: 'pod-1', uid: 'uid-of-pod-1' });
  const exists = () => aPod({ name: 'pod-1', uid: cluster.create(driverPods, aRawPod()).metadata.uid! });
  const counted = (result: string): Promise<number | undefined> =>
    readSeries(metrics, `ofed_operator_evictions_total{result="${result}"}`);

  it('is not given up when the operator ends while its answer is on the way', async () => {
    const pod = exists();
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    wire.after = async () => {
      await turn();
      operator.abort();
      await turn();
    };
    expect(await actor.evict('node-1', pod)).toEqual({ result: 'evicted', message: '' });
  });

  it('is accepted where nothing stands in its way', async () => {
    const pod = exists();
    expect(await actor.evict('node-1', pod)).toEqual({ result: 'evicted', message: '' });
    expect(await counted('evicted')).toBe(1);
    expect(log.messages('info')).toEqual(['pod evicted']);
  });

  it('is refused by a budget, in the API server’s words', async () => {
    refuse(new ApiError('too-many-requests', 'The budget db needs 2 healthy pods'));
    expect(await actor.evict('node-1', pod)).toEqual({
      result: 'refused',
      message: 'The budget db needs 2 healthy pods',
    });
    expect(await counted('refused')).toBe(1);
    expect(log.messages('info')).toEqual([]);
  });

  it('is refused by a budget that the API server names', async () => {
    const said = 'It would violate: The disruption budget db needs 2 healthy pods and has 2 currently';
    refuse(refusal('too-many-requests', { said }));
    expect(await actor.evict('node-1', pod)).toEqual({
      result: 'refused',
      message: said,
      budget: { name: 'db', needsHealthy: 2, hasHealthy: 2 },
    });
  });

  it.each(['not-found', 'conflict'] as const)('is not needed where the pod is gone: %s', async (code) => {
    refuse(refusal(code));
    expect(await actor.evict('node-1', pod)).toEqual({ result: 'gone', message: '' });
    expect(await counted('gone')).toBe(1);
  });

  it.each(['server', 'timeout', 'forbidden', 'connection'] as const)(
    'has failed where it was not answered or not permitted, and never throws: %s',
    async (code) => {
      refuse(refusal(code));
      expect(await actor.evict('node-1', pod)).toEqual({
        result: 'failed',
        message: `the answer is ${code}`,
      });
      expect(await counted('failed')).toBe(1);
    },
  );
});
