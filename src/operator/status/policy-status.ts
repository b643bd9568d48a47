import { isInProgress, type NodeState } from '../../contract/states.ts';
import {
  DRIVER_STATE_NAME,
  MOST_BLOCKED,
  type BlockedNode,
  type Condition,
  type PolicyState,
  type PolicyStatus,
  type RolloutStatus,
  type UpgradeStatus,
} from '../../contract/status.ts';
import { remedyFor, timestamp, told } from '../../reasons/index.ts';
import type { Blocked } from './tally.ts';

/** All that a policy's status is made from. */
export interface StatusInput {
  readonly generation: number;
  /** Why the policy cannot be used; undefined: it can. */
  readonly invalid: string | undefined;
  /** undefined: the policy asks for no driver. */
  readonly version: string | undefined;
  readonly autoUpgrade: boolean;
  readonly paused: boolean;
  /** What is wrong with the driver's objects. */
  readonly problems: readonly string[];
  /** Every DaemonSet that should be there is, and its newest revision is known. */
  readonly settled: boolean;
  /** How many driver pods should exist. Those of nodes that nothing is heard of do not count: no DaemonSet controller wants one there. */
  readonly desired: number;
  /** How many of those are up to date and Ready. */
  readonly serving: number;
  /** How many nodes' driver pods are up to date and Ready. */
  readonly upToDate: number;
  readonly states: ReadonlyMap<NodeState, number>;
  /** Nodes of which the upgrade knows. */
  readonly total: number;
  /** How many nodes wait for nothing but their turn. */
  readonly queued: number;
  /** How many may be upgraded at once; 0: any number. */
  readonly maxParallel: number;
  readonly rollout: RolloutStatus;
  readonly blocked: readonly (Blocked & { readonly node: string; readonly since: number })[];
  /** Those of the status as it stands: a condition that does not change keeps its time. */
  readonly conditions: readonly Condition[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The status of the policy that counts. */
export function policyStatus(input: StatusInput): PolicyStatus {
  const driver = driverState(input);
  const upgrade = input.version === undefined ? undefined : upgradeStatus(input);
  return {
    observedGeneration: input.generation,
    state: driver.state === 'ignore' ? 'ready' : driver.state,
    reason: driver.state === 'ready' ? '' : driver.message,
    appliedStates: [{ name: DRIVER_STATE_NAME, state: driver.state, message: driver.message }],
    conditions: conditions(input, driver, upgrade),
    ...(upgrade === undefined ? {} : { upgrade }),
  };
}

/** The status of a policy that has another name than the one that counts. */
export function ignoredStatus(generation: number, wantedName: string): PolicyStatus {
  return {
    observedGeneration: generation,
    state: 'ignore',
    reason: `Only the NicClusterPolicy named ${wantedName} counts; this one is ignored`,
  };
}

interface DriverState {
  readonly state: PolicyState;
  /** CamelCase. */
  readonly reason: string;
  readonly message: string;
}

/** @see docs/contract.md: `state-OFED` is ready only when every driver pod that should exist is up to date and Ready and no node is in
 * the middle of an upgrade. */
function driverState(input: StatusInput): DriverState {
  if (input.invalid !== undefined) return { state: 'error', reason: 'InvalidPolicy', message: input.invalid };
  if (input.version === undefined)
    return { state: 'ignore', reason: 'NotWanted', message: 'The policy asks for no driver' };
  const [problem] = input.problems;
  if (problem !== undefined) return { state: 'error', reason: 'DriverObjects', message: problem };
  if (!input.settled) {
    return {
      state: 'notReady',
      reason: 'DaemonSetsNotObserved',
      message: 'Waiting for the DaemonSet controller',
    };
  }
  if (input.desired === 0) {
    return {
      state: 'notReady',
      reason: 'NoNodes',
      message: 'No node has an NVIDIA NIC, by the labels of Node Feature Discovery',
    };
  }
  return progress(input);
}

function progress({ desired, serving, states }: StatusInput): DriverState {
  const inProgress = countIn(states, isInProgress);
  const failed = states.get('upgrade-failed') ?? 0;
  const parts = [`${serving} of ${desired} driver pods are up to date and Ready`];
  if (inProgress > 0) parts.push(`${inProgress} node(s) in the middle of an upgrade`);
  if (failed > 0) parts.push(`${failed} node(s) failed`);
  const message = parts.join(', ');
  if (serving >= desired && inProgress === 0 && failed === 0)
    return { state: 'ready', reason: 'UpToDate', message };
  return { state: 'notReady', reason: failed > 0 ? 'NodesFailed' : 'NotUpToDate', message };
}

function countIn(states: ReadonlyMap<NodeState, number>, matches: (state: NodeState) => boolean): number {
  let sum = 0;
  for (const [state, count] of states) if (matches(state)) sum += count;
  return sum;
}

function upgradeStatus(input: StatusInput): UpgradeStatus {
  const { states, total, upToDate, queued, rollout, version, blocked } = input;
  return {
    progress: `${upToDate}/${total}`,
    total,
    done: upToDate,
    required: states.get('upgrade-required') ?? 0,
    queued,
    inProgress: countIn(states, isInProgress),
    failed: states.get('upgrade-failed') ?? 0,
    byState: Object.fromEntries([...states].sort(([a], [b]) => (a < b ? -1 : 1))),
    ...rollout,
    ...(version === undefined ? {} : { targetVersion: version }),
    blocked: blocked.slice(0, MOST_BLOCKED).map(blockedNode),
  };
}

/** A node may have a hundred pods that each need a word: the status of twenty such nodes has to stay small. */
const MOST_COMMANDS = 5;

function blockedNode({ node, state, reason, since }: StatusInput['blocked'][number]): BlockedNode {
  const { text, look, commands } = remedyFor(reason, { node });
  return {
    node,
    state,
    ...told(reason),
    since: timestamp(since),
    remedy: { text, look: look.slice(0, MOST_COMMANDS), commands: commands.slice(0, MOST_COMMANDS) },
  };
}

type Draft = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>;

function conditions(
  input: StatusInput,
  driver: DriverState,
  upgrade: UpgradeStatus | undefined,
): readonly Condition[] & Condition[] {
  const good = driver.state === 'ready' || driver.state === 'ignore';
  const drafts: Draft[] = [
    { type: 'Ready', status: good ? 'True' : 'False', reason: driver.reason, message: driver.message },
    {
      type: 'OFEDDriverReady',
      status: driver.state === 'ready' ? 'True' : 'False',
      reason: driver.reason,
      message: driver.message,
    },
    progressing(input, upgrade),
    degraded(input, upgrade),
  ];
  return drafts.map((draft) => {
    const before = input.conditions.find(({ type }) => type === draft.type);
    const lastTransitionTime =
      before?.status === draft.status ? before.lastTransitionTime : timestamp(input.now);
    return { ...draft, observedGeneration: input.generation, lastTransitionTime };
  });
}

/** Whether any node waits for an upgrade, or is in the middle of one. */
export function isProgressing({ autoUpgrade, version, states }: Omit<StatusInput, 'rollout'>): boolean {
  return (
    autoUpgrade &&
    version !== undefined &&
    (states.get('upgrade-required') ?? 0) + countIn(states, isInProgress) > 0
  );
}

function progressing(input: StatusInput, upgrade: UpgradeStatus | undefined): Draft {
  const type = 'Progressing';
  if (!input.autoUpgrade || upgrade === undefined) {
    return {
      type,
      status: 'False',
      reason: 'AutoUpgradeOff',
      message: 'Automatic upgrades are switched off',
    };
  }
  return isProgressing(input)
    ? {
        type,
        status: 'True',
        reason: input.paused ? 'RolloutPaused' : 'RolloutInProgress',
        message: whatGoesOn(input, upgrade),
      }
    : { type, status: 'False', reason: 'RolloutComplete', message: 'No node waits for an upgrade' };
}

function whatGoesOn(input: StatusInput, { required, inProgress }: UpgradeStatus): string {
  const { maxParallel, queued, paused } = input;
  if (paused)
    return `Paused: no new node is started; ${inProgress} node(s) in progress, which finish; ${required} that wait`;
  const full = maxParallel > 0 && inProgress >= maxParallel;
  return [
    `${inProgress} node(s) in progress${full ? `, as many as maxParallelUpgrades (${maxParallel}) allows` : ''}`,
    `${queued} waiting for their turn`,
    ...(required > queued ? [`${required - queued} that cannot start yet`] : []),
  ].join('; ');
}

function degraded({ problems, invalid }: StatusInput, upgrade: UpgradeStatus | undefined): Draft {
  const type = 'Degraded';
  const problem = invalid ?? problems[0];
  if (problem !== undefined) return { type, status: 'True', reason: 'PolicyNotApplied', message: problem };
  const failed = upgrade?.failed ?? 0;
  return failed > 0
    ? {
        type,
        status: 'True',
        reason: 'NodesFailed',
        message: `${failed} node(s) need a person; see status.upgrade.blocked`,
      }
    : { type, status: 'False', reason: 'AsExpected', message: 'No node has failed' };
}
