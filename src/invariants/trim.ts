import {
  DRIVER_LABEL,
  FAILED_REVISION_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  REASON_ANNOTATION,
  REVISION_HASH_LABEL,
  SAFE_LOAD_ANNOTATION,
  SKIP_LABEL,
  STATE_LABEL,
  WAIT_START_ANNOTATION,
} from '../contract/keys.ts';
import { parseState } from '../contract/states.ts';
import { lookUp, type ObjectMeta, type StringMap } from '../kubernetes/objects.ts';
import type { Seen, SeenBudget, SeenDaemonSet, SeenNode, SeenPod, SeenPolicy, SeenRevision } from './seen.ts';
import { parseSelector, selectorOf, type LabelSelectorObject } from './selector.ts';

/** Static pods have this annotation; their kubelet sets it. */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** The parts of the objects that the observer reads, as the API server sends them. */
export interface RawObject {
  readonly metadata: ObjectMeta;
}

interface RawNode extends RawObject {
  readonly spec?: { readonly unschedulable?: boolean };
}

interface RawCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

interface RawPod extends RawObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string; readonly conditions?: readonly RawCondition[] };
}

interface RawDaemonSet extends RawObject {
  readonly spec?: { readonly template?: { readonly spec?: { readonly nodeSelector?: StringMap } } };
  readonly status?: { readonly observedGeneration?: number };
}

interface RawRevision extends RawObject {
  readonly revision?: number;
}

interface RawBudget extends RawObject {
  readonly spec?: { readonly selector?: LabelSelectorObject };
  readonly status?: { readonly disruptionsAllowed?: number };
}

interface RawUpgradePolicy {
  readonly autoUpgrade?: boolean;
  readonly safeLoad?: boolean;
  readonly maxParallelUpgrades?: number;
  readonly drain?: { readonly enable?: boolean; readonly podSelector?: string };
  readonly waitForCompletion?: { readonly podSelector?: string; readonly timeoutSeconds?: number };
}

interface RawPolicy extends RawObject {
  readonly spec?: {
    readonly ofedDriver?: { readonly version?: string; readonly upgradePolicy?: RawUpgradePolicy };
  };
}

export function seenNode(raw: RawNode): SeenNode {
  const { labels = {}, annotations } = raw.metadata;
  return {
    kind: 'Node',
    ...identity(raw.metadata),
    labels,
    state: parseState(lookUp(labels, STATE_LABEL)),
    unschedulable: raw.spec?.unschedulable === true,
    cordonedByKubectl: raw.spec?.unschedulable === true && isKubectls(raw.metadata.managedFields),
    safeLoad: lookUp(annotations, SAFE_LOAD_ANNOTATION),
    initiallyUnschedulable: lookUp(annotations, INITIALLY_UNSCHEDULABLE_ANNOTATION) !== undefined,
    failedBefore: lookUp(annotations, FAILED_REVISION_ANNOTATION) !== undefined,
    skip: lookUp(labels, SKIP_LABEL) === 'true',
    waitingSince: milliseconds(lookUp(annotations, WAIT_START_ANNOTATION)),
    reason: lookUp(annotations, REASON_ANNOTATION),
  };
}

function milliseconds(unixSeconds: string | undefined): number | undefined {
  return unixSeconds === undefined || !/^\d{1,12}$/.test(unixSeconds)
    ? undefined
    : Number(unixSeconds) * 1000;
}

/** @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management */
function isKubectls(managedFields: ObjectMeta['managedFields'] = []): boolean {
  return managedFields.some(
    ({ manager = '', fieldsV1 }) =>
      manager.startsWith('kubectl') &&
      JSON.stringify(fieldsV1?.['f:spec'] ?? {}).includes('"f:unschedulable"'),
  );
}

export function seenPod(raw: RawPod): SeenPod {
  const { labels = {}, annotations, ownerReferences } = raw.metadata;
  const controller = ownerReferences?.find((owner) => owner.controller === true);
  const conditions = raw.status?.conditions ?? [];
  return {
    kind: 'Pod',
    ...identity(raw.metadata),
    labels,
    nodeName: raw.spec?.nodeName,
    phase: raw.status?.phase ?? 'Unknown',
    ready: conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    deleting: raw.metadata.deletionTimestamp !== undefined,
    driver: lookUp(labels, DRIVER_LABEL) !== undefined,
    revision: lookUp(labels, REVISION_HASH_LABEL),
    controller: controller && { kind: controller.kind, uid: controller.uid },
    mirror: lookUp(annotations, MIRROR_ANNOTATION) !== undefined,
    evicted: conditions.some(
      ({ type, reason }) => type === 'DisruptionTarget' && reason === 'EvictionByEvictionAPI',
    ),
  };
}

export function seenDaemonSet(raw: RawDaemonSet): SeenDaemonSet {
  return {
    kind: 'DaemonSet',
    ...identity(raw.metadata),
    deleting: raw.metadata.deletionTimestamp !== undefined,
    unobserved: (raw.status?.observedGeneration ?? 0) < (raw.metadata.generation ?? 0),
    nodeSelector: raw.spec?.template?.spec?.nodeSelector ?? {},
  };
}

export function seenRevision(raw: RawRevision): SeenRevision {
  return {
    kind: 'ControllerRevision',
    ...identity(raw.metadata),
    hash: lookUp(raw.metadata.labels, REVISION_HASH_LABEL) ?? '',
    revision: raw.revision ?? 0,
    daemonSetUid: raw.metadata.ownerReferences?.find((owner) => owner.controller === true)?.uid,
  };
}

export function seenBudget(raw: RawBudget): SeenBudget {
  return {
    kind: 'PodDisruptionBudget',
    ...identity(raw.metadata),
    selector: selectorOf(raw.spec?.selector),
    disruptionsAllowed: raw.status?.disruptionsAllowed ?? 0,
  };
}

export function seenPolicy(raw: RawPolicy): SeenPolicy {
  const driver = raw.spec?.ofedDriver;
  return {
    kind: 'NicClusterPolicy',
    ...identity(raw.metadata),
    version: driver?.version ?? '',
    ...upgradePolicyOf(driver?.upgradePolicy ?? {}),
    awaited: awaitedBy(driver?.upgradePolicy?.waitForCompletion),
  };
}

/** A drain without `enable` is on: that is the default of a section that is there. */
function upgradePolicyOf({
  autoUpgrade,
  safeLoad,
  maxParallelUpgrades = 1,
  drain,
}: RawUpgradePolicy): Pick<SeenPolicy, 'autoUpgrade' | 'safeLoad' | 'maxParallelUpgrades' | 'drained'> {
  return {
    autoUpgrade: autoUpgrade === true,
    safeLoad: safeLoad === true,
    maxParallelUpgrades,
    drained:
      drain === undefined || drain.enable === false ? undefined : parseSelector(drain.podSelector ?? ''),
  };
}

function awaitedBy({
  podSelector = '',
  timeoutSeconds = 300,
}: RawUpgradePolicy['waitForCompletion'] = {}): SeenPolicy['awaited'] {
  if (podSelector === '') return undefined;
  const timeoutMs = timeoutSeconds === 0 ? Infinity : timeoutSeconds * 1000;
  return { selector: parseSelector(podSelector), timeoutMs };
}

function identity(metadata: ObjectMeta): { namespace: string; name: string; uid: string } {
  return { namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid ?? '' };
}

/** What the invariants read of an object, by its kind; undefined: they do not speak of such an object. */
export function seenOf(kind: string, raw: RawObject): Seen | undefined {
  switch (kind) {
    case 'Node':
      return seenNode(raw);
    case 'Pod':
      return seenPod(raw);
    case 'DaemonSet':
      return isDrivers(raw) ? seenDaemonSet(raw) : undefined;
    case 'ControllerRevision':
      return isDrivers(raw) ? seenRevision(raw) : undefined;
    case 'PodDisruptionBudget':
      return seenBudget(raw);
    case 'NicClusterPolicy':
      return seenPolicy(raw);
    default:
      return undefined;
  }
}

function isDrivers(raw: RawObject): boolean {
  return lookUp(raw.metadata.labels, DRIVER_LABEL) !== undefined;
}
