import {
  DRAIN_START_ANNOTATION,
  FAILED_REVISION_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  REASON_ANNOTATION,
  REQUESTED_ANNOTATION,
  SAFE_LOAD_ANNOTATION,
  SKIP_LABEL,
  STATE_LABEL,
  WAIT_START_ANNOTATION,
} from '../../contract/keys.ts';
import type { DrainPolicy, UpgradePolicy, WaitForCompletion } from '../../contract/upgrade-policy.ts';
import { parseLabelSelector } from '../../kubernetes/label-selector-parser.ts';
import type { StringMap } from '../../kubernetes/objects.ts';
import type { DriverFailure, DriverPod, NodeView, WorkloadPod } from '../view.ts';

/** The time in every test that does not say otherwise: a whole second, so that sums of it are easy to read. */
export const NOW = Date.UTC(2026, 0, 1, 12);

/** {@link NOW} as the start annotations have it, some seconds later or (below zero) earlier. */
export const secondsFromNow = (seconds: number): string => String(NOW / 1000 + seconds);

/** The revision that a driver pod should be of, and one that it should not be of any more. */
export const NEW = 'revision-new';
export const OLD = 'revision-old';

export const CRASH: DriverFailure = {
  kind: 'crash-loop',
  container: 'mofed-container',
  message: 'CrashLoopBackOff',
};

/** How a driver pod is, in a word. */
type DriverWord =
  | 'ready'
  | 'starting'
  | 'failing'
  | 'outdated'
  | 'outdated-not-ready'
  | 'orphaned'
  | 'terminating'
  | 'unknown';

const DRIVER_WORDS: Readonly<Record<DriverWord, Partial<DriverPod>>> = {
  ready: {},
  starting: { ready: false },
  failing: { ready: false, failure: CRASH },
  outdated: { revision: OLD },
  'outdated-not-ready': { revision: OLD, ready: false },
  orphaned: { orphaned: true, wantedRevision: undefined },
  terminating: { revision: OLD, terminating: true },
  unknown: { revision: OLD, wantedRevision: undefined },
};

export function aDriverPod(word: DriverWord, more: Partial<DriverPod> = {}): DriverPod {
  return {
    namespace: 'nvidia-network-operator',
    name: 'mofed-1',
    uid: 'driver-1',
    orphaned: false,
    revision: NEW,
    wantedRevision: NEW,
    terminating: false,
    ready: true,
    failure: undefined,
    ...DRIVER_WORDS[word],
    ...more,
  };
}

/** A pod of a ReplicaSet that runs and can be evicted, unless told otherwise. */
export function aPod(more: Partial<WorkloadPod> & { readonly refused?: number } = {}): WorkloadPod {
  const { refused, name = 'pod-1', ...rest } = more;
  return {
    namespace: 'default',
    name,
    uid: name,
    labels: {},
    phase: 'Running',
    terminating: false,
    ready: true,
    controllerKind: 'ReplicaSet',
    mirror: false,
    emptyDir: false,
    eviction:
      refused === undefined ? undefined : { attempts: 1, at: refused, result: 'blocked', message: 'PDB' },
    ...rest,
  };
}

interface NodeSpec {
  /** The state label's value; absent: no label. */
  readonly state?: string;
  readonly cordoned?: boolean | 'by-person' | 'by-operator';
  readonly driver?: DriverWord | 'missing' | 'unwanted' | readonly DriverPod[];
  /** The other pods on the node, just read; absent: not read. */
  readonly pods?: readonly WorkloadPod[];
  /** When they were read. */
  readonly readAt?: number;
  readonly skip?: boolean;
  readonly requested?: boolean;
  readonly safeLoad?: boolean;
  readonly cordonedBefore?: boolean;
  readonly failedOn?: string;
  readonly reason?: string;
  readonly waitStart?: string;
  readonly drainStart?: string;
  readonly notReadySince?: number;
  readonly deleting?: boolean;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
}

/** A node with an up-to-date driver and no state, unless told otherwise. */
export function aNode(spec: NodeSpec = {}): NodeView {
  const { cordoned = false, driver = 'ready', pods, readAt = NOW } = spec;
  return {
    node: {
      name: 'node-1',
      uid: 'node-uid-1',
      labels: labelsOf(spec),
      annotations: annotationsOf(spec),
      unschedulable: cordoned !== false,
      cordonedByPerson: cordoned === 'by-person',
      cordonedByOperator: cordoned === 'by-operator',
      notReadySince: spec.notReadySince,
      deleting: spec.deleting ?? false,
    },
    driver: driverOf(driver),
    workload: pods === undefined ? undefined : { pods, asOf: readAt },
  };
}

function driverOf(driver: NonNullable<NodeSpec['driver']>): NodeView['driver'] {
  if (driver === 'unwanted') return { expected: false, wantedRevision: undefined, pods: [] };
  const wantedRevision = driver === 'unknown' ? undefined : NEW;
  if (driver === 'missing') return { expected: true, wantedRevision, pods: [] };
  return {
    expected: true,
    wantedRevision,
    pods: typeof driver === 'string' ? [aDriverPod(driver)] : driver,
  };
}

function labelsOf({ state, skip, labels }: NodeSpec): StringMap {
  return present({ [STATE_LABEL]: state, [SKIP_LABEL]: flag(skip), ...labels });
}

function annotationsOf(spec: NodeSpec): StringMap {
  return present({
    [REQUESTED_ANNOTATION]: flag(spec.requested),
    [SAFE_LOAD_ANNOTATION]: flag(spec.safeLoad),
    [INITIALLY_UNSCHEDULABLE_ANNOTATION]: flag(spec.cordonedBefore),
    [FAILED_REVISION_ANNOTATION]: spec.failedOn,
    [REASON_ANNOTATION]: spec.reason,
    [WAIT_START_ANNOTATION]: spec.waitStart,
    [DRAIN_START_ANNOTATION]: spec.drainStart,
    ...spec.annotations,
  });
}

const flag = (on: boolean | undefined): string | undefined => (on === true ? 'true' : undefined);

function present(map: Readonly<Record<string, string | undefined>>): StringMap {
  return Object.fromEntries(
    Object.entries(map).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

interface PolicySpec {
  readonly maxParallelUpgrades?: number;
  readonly paused?: boolean;
  readonly safeLoad?: boolean;
  readonly drain?: 'off' | (Partial<Omit<DrainPolicy, 'selector'>> & { readonly podSelector?: string });
  readonly waitForCompletion?: Partial<Omit<WaitForCompletion, 'selector'>> & {
    readonly podSelector: string;
  };
}

/** A policy that upgrades one node at a time and drains it, and otherwise has the contract's defaults. */
export function aPolicy(spec: PolicySpec = {}): UpgradePolicy {
  const { drain = {}, waitForCompletion } = spec;
  return {
    autoUpgrade: true,
    paused: spec.paused ?? false,
    maxParallelUpgrades: spec.maxParallelUpgrades ?? 1,
    safeLoad: spec.safeLoad ?? false,
    waitForCompletion: waitForCompletion === undefined ? undefined : waitFor(waitForCompletion),
    drain: drain === 'off' ? undefined : aDrainPolicy(drain),
  };
}

function waitFor({
  podSelector,
  timeoutSeconds = 300,
}: NonNullable<PolicySpec['waitForCompletion']>): WaitForCompletion {
  return { selector: parseLabelSelector(podSelector), timeoutSeconds };
}

export function aDrainPolicy({
  podSelector = '',
  ...more
}: Exclude<PolicySpec['drain'], 'off' | undefined> = {}): DrainPolicy {
  return {
    selector: parseLabelSelector(podSelector),
    force: false,
    deleteEmptyDir: false,
    timeoutSeconds: 300,
    ...more,
  };
}
