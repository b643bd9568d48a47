import { describe, expect, it } from 'vitest';
import type { NodeState } from '../../contract/states.ts';
import type { Condition, PolicyStatus } from '../../contract/status.ts';
import { entryOf } from '../../reasons/index.ts';
import { ignoredStatus, policyStatus, type StatusInput } from './policy-status.ts';

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0, 999);
const EARLIER = '2025-12-24T18:00:00Z';

/** Twenty nodes, all upgraded, and nothing wrong. */
const FINE: StatusInput = {
  generation: 7,
  invalid: undefined,
  version: '24.01-0.3.3.1-0',
  autoUpgrade: true,
  paused: false,
  problems: [],
  settled: true,
  desired: 20,
  serving: 20,
  upToDate: 20,
  states: new Map<NodeState, number>([['upgrade-done', 20]]),
  total: 20,
  queued: 0,
  maxParallel: 4,
  rollout: {},
  blocked: [],
  conditions: [],
  now: NOW,
};

const status = (change: Partial<StatusInput> = {}): PolicyStatus => policyStatus({ ...FINE, ...change });
const states = (...entries: [NodeState, number][]): ReadonlyMap<NodeState, number> => new Map(entries);
const condition = (type: string, change: Partial<StatusInput> = {}): Condition | undefined =>
  status(change).conditions?.find((each) => each.type === type);

describe('state-OFED', () => {
  it('is ready when every driver pod that should exist is up to date and Ready and nothing else goes on', () => {
    expect(status()).toMatchObject({
      observedGeneration: 7,
      state: 'ready',
      reason: '',
      appliedStates: [
        { name: 'state-OFED', state: 'ready', message: '20 of 20 driver pods are up to date and Ready' },
      ],
    });
  });

  it.each<[string, Partial<StatusInput>, string, RegExp]>([
    ['the policy cannot be used', { invalid: 'version is missing' }, 'error', /^version is missing$/],
    [
      'its objects cannot be made',
      { problems: ['no such ConfigMap', 'more'] },
      'error',
      /^no such ConfigMap$/,
    ],
    [
      'the DaemonSets are not there yet',
      { settled: false },
      'notReady',
      /Waiting for the DaemonSet controller/,
    ],
    ['no node has a NIC', { desired: 0, upToDate: 0, total: 0 }, 'notReady', /No node has an NVIDIA NIC/],
    ['a pod is not up to date', { serving: 19 }, 'notReady', /^19 of 20 driver pods/],
    [
      'a node is in the middle of its upgrade',
      { states: states(['upgrade-done', 19], ['uncordon-required', 1]) },
      'notReady',
      /, 1 node\(s\) in the middle of an upgrade$/,
    ],
    [
      'an external operator has a node',
      { states: states(['upgrade-done', 19], ['node-maintenance-required', 1]) },
      'notReady',
      /, 1 node\(s\) in the middle of an upgrade$/,
    ],
    [
      'a node has failed',
      { states: states(['upgrade-done', 19], ['upgrade-failed', 1]) },
      'notReady',
      /, 1 node\(s\) failed$/,
    ],
  ])('is not ready when %s', (_, change, state, message) => {
    expect(status(change)).toMatchObject({
      state,
      reason: expect.stringMatching(message) as unknown,
      appliedStates: [{ state, message: expect.stringMatching(message) as unknown }],
    });
  });

  it('is ready though more nodes are up to date than should be: a count comes late', () => {
    expect(status({ desired: 19 }).state).toBe('ready');
  });

  it('is not concerned by nodes that wait for an upgrade, as long as their drivers are up to date', () => {
    expect(status({ states: states(['upgrade-done', 19], ['upgrade-required', 1]) }).state).toBe('ready');
  });

  it('is to be ignored where no driver is wanted, and the policy is ready then', () => {
    const none = status({ version: undefined, desired: 0, settled: false });
    expect(none).toMatchObject({ state: 'ready', appliedStates: [{ state: 'ignore' }] });
    expect(none.upgrade).toBeUndefined();
  });

  it('tells first what has to be mended first', () => {
    const all = { invalid: 'invalid', problems: ['problem'], settled: false, desired: 0 };
    expect(status(all).reason).toBe('invalid');
    expect(status({ ...all, invalid: undefined }).reason).toBe('problem');
    expect(status({ ...all, invalid: undefined, problems: [] }).reason).toMatch(/DaemonSet controller/);
  });
});

describe('How far the rollout is', () => {
  it('is counted by what the nodes are', () => {
    const upgrade = status({
      upToDate: 12,
      states: states(
        ['upgrade-required', 4],
        ['upgrade-done', 11],
        ['drain-required', 2],
        ['pod-restart-required', 1],
        ['upgrade-failed', 2],
      ),
    }).upgrade;
    expect(upgrade).toEqual({
      progress: '12/20',
      total: 20,
      done: 12,
      required: 4,
      queued: 0,
      inProgress: 3,
      failed: 2,
      byState: {
        'drain-required': 2,
        'pod-restart-required': 1,
        'upgrade-done': 11,
        'upgrade-failed': 2,
        'upgrade-required': 4,
      },
      targetVersion: '24.01-0.3.3.1-0',
      blocked: [],
    });
  });

  it('names the nodes that are held up, by what, and since when in whole seconds', () => {
    const blocked = {
      node: 'gpu-17',
      state: 'drain-required',
      reason: entryOf('eviction-blocked').example,
      since: NOW,
    } as const;
    expect(status({ blocked: [blocked] }).upgrade?.blocked).toEqual([
      {
        node: 'gpu-17',
        state: 'drain-required',
        code: 'eviction-blocked',
        message: expect.stringContaining('PodDisruptionBudget database') as unknown,
        since: '2026-01-01T12:00:00Z',
        remedy: {
          text: expect.stringContaining('budget') as unknown,
          look: ['kubectl get poddisruptionbudgets -n work'],
          commands: [
            `kubectl patch poddisruptionbudget -n work database --type=merge -p '{"spec":{"minAvailable":null,"maxUnavailable":1}}'`,
          ],
        },
      },
    ]);
  });

  it('names what a node has failed on, where that is known', () => {
    const cause = { told: true, code: 'drain-timeout', message: 'The pod web stayed' } as const;
    const failed = {
      node: 'gpu-17',
      state: 'upgrade-failed' as const,
      reason: { code: 'failed' as const, cause },
      since: NOW,
    };
    expect(status({ blocked: [failed] }).upgrade?.blocked).toMatchObject([
      {
        code: 'drain-timeout',
        message: 'The pod web stayed',
        remedy: {
          commands: [
            'kubectl annotate --overwrite node gpu-17 nvidia.com/ofed-driver-upgrade-requested=true',
          ],
        },
      },
    ]);
  });

  it('names no more than five commands for a node', () => {
    const pod = (name: string) => ({ namespace: 'work', name, owner: undefined });
    const pods = Array.from({ length: 30 }, (_, i) => pod(`job-${i}`));
    const reason = { code: 'jobs-running' as const, pods, until: undefined };
    const blocked = { node: 'a', state: 'wait-for-jobs-required' as const, reason, since: NOW };
    expect(status({ blocked: [blocked] }).upgrade?.blocked[0]?.remedy?.commands).toHaveLength(5);
  });

  it('names no more than twenty of them', () => {
    const reason = entryOf('failed').example;
    const blocked = Array.from({ length: 30 }, (_, i) => ({
      node: `node-${i}`,
      state: 'upgrade-failed' as const,
      reason,
      since: NOW,
    }));
    expect(status({ blocked }).upgrade?.blocked).toHaveLength(20);
  });
});

describe('What the rollout is waiting for', () => {
  const progressing = (change: Partial<StatusInput>): string | undefined =>
    condition('Progressing', {
      states: states(['drain-required', 4], ['upgrade-required', 10]),
      queued: 9,
      ...change,
    })?.message;

  it('is the limit, where as many nodes are in progress as it allows', () => {
    expect(progressing({})).toBe(
      '4 node(s) in progress, as many as maxParallelUpgrades (4) allows; 9 waiting for their turn; 1 that cannot start yet',
    );
  });

  it('is to be resumed, where it is paused', () => {
    expect(progressing({ paused: true, queued: 0 })).toBe(
      'Paused: no new node is started; 4 node(s) in progress, which finish; 10 that wait',
    );
  });

  it('is not the limit, where it leaves room, or there is none', () => {
    for (const maxParallel of [0, 5])
      expect(progressing({ maxParallel, queued: 10 })).toBe(
        '4 node(s) in progress; 10 waiting for their turn',
      );
  });
});

describe('The conditions', () => {
  it.each<[string, Partial<StatusInput>, string, string]>([
    ['Ready', {}, 'True', 'UpToDate'],
    ['Ready', { version: undefined }, 'True', 'NotWanted'],
    ['Ready', { serving: 19 }, 'False', 'NotUpToDate'],
    ['Ready', { invalid: 'x' }, 'False', 'InvalidPolicy'],
    ['Ready', { problems: ['x'] }, 'False', 'DriverObjects'],
    ['Ready', { settled: false }, 'False', 'DaemonSetsNotObserved'],
    ['Ready', { desired: 0 }, 'False', 'NoNodes'],
    ['Ready', { states: states(['upgrade-failed', 1]) }, 'False', 'NodesFailed'],
    ['OFEDDriverReady', {}, 'True', 'UpToDate'],
    ['OFEDDriverReady', { version: undefined }, 'False', 'NotWanted'],
    ['OFEDDriverReady', { serving: 19 }, 'False', 'NotUpToDate'],
    ['Progressing', {}, 'False', 'RolloutComplete'],
    ['Progressing', { states: states(['upgrade-required', 1]) }, 'True', 'RolloutInProgress'],
    ['Progressing', { states: states(['drain-required', 1]) }, 'True', 'RolloutInProgress'],
    ['Progressing', { states: states(['upgrade-required', 1]), paused: true }, 'True', 'RolloutPaused'],
    ['Progressing', { paused: true }, 'False', 'RolloutComplete'],
    ['Progressing', { states: states(['drain-required', 1]), autoUpgrade: false }, 'False', 'AutoUpgradeOff'],
    ['Progressing', { version: undefined }, 'False', 'AutoUpgradeOff'],
    ['Degraded', {}, 'False', 'AsExpected'],
    ['Degraded', { states: states(['upgrade-failed', 1]) }, 'True', 'NodesFailed'],
    ['Degraded', { invalid: 'x' }, 'True', 'PolicyNotApplied'],
    ['Degraded', { problems: ['x'] }, 'True', 'PolicyNotApplied'],
  ])('%s, given %j, is %s: %s', (type, change, value, reason) => {
    expect(condition(type, change)).toMatchObject({ status: value, reason, observedGeneration: 7 });
  });

  it('keep their time as long as they stay what they are, whatever their reason is by now', () => {
    const before: Condition = {
      type: 'Ready',
      status: 'False',
      reason: 'NoNodes',
      message: '',
      lastTransitionTime: EARLIER,
    };
    expect(condition('Ready', { serving: 19, conditions: [before] })?.lastTransitionTime).toBe(EARLIER);
    expect(condition('Ready', { conditions: [before] })?.lastTransitionTime).toBe('2026-01-01T12:00:00Z');
    expect(condition('Degraded', { conditions: [before] })?.lastTransitionTime).toBe('2026-01-01T12:00:00Z');
  });

  it('are nothing but the operator’s own', () => {
    expect(status().conditions?.map(({ type }) => type)).toEqual([
      'Ready',
      'OFEDDriverReady',
      'Progressing',
      'Degraded',
    ]);
  });
});

describe('A policy of another name than the one that counts', () => {
  it('is ignored, and told which one counts', () => {
    expect(ignoredStatus(3, 'nic-cluster-policy')).toEqual({
      observedGeneration: 3,
      state: 'ignore',
      reason: 'Only the NicClusterPolicy named nic-cluster-policy counts; this one is ignored',
    });
  });
});
