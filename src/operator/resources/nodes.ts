import { lookUp, type ApiObject, type StringMap } from '../../kubernetes/objects.ts';
import type { Stored } from '../../cluster/port.ts';
import {
  ARCH_LABEL,
  DRAIN_START_ANNOTATION,
  FAILED_REVISION_ANNOTATION,
  FENCE_ANNOTATION,
  FIELD_MANAGER,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  KERNEL_LABEL,
  LEGACY_STATE_ANNOTATION,
  MOFED_WAIT_LABEL,
  NIC_PRESENT_LABEL,
  OS_ID_LABEL,
  OS_VERSION_LABEL,
  REASON_ANNOTATION,
  REQUESTED_ANNOTATION,
  REQUESTOR_MODE_ANNOTATION,
  SAFE_LOAD_ANNOTATION,
  SKIP_LABEL,
  STATE_LABEL,
  VALIDATION_START_ANNOTATION,
  WAIT_START_ANNOTATION,
  ZONE_LABEL,
} from '../../contract/keys.ts';
import type { NodeFacts } from '../../upgrade/view.ts';
import { identity, resourceType } from './resource-type.ts';

const LABELS = [
  STATE_LABEL,
  SKIP_LABEL,
  MOFED_WAIT_LABEL,
  NIC_PRESENT_LABEL,
  OS_ID_LABEL,
  OS_VERSION_LABEL,
  KERNEL_LABEL,
  ARCH_LABEL,
  ZONE_LABEL,
] as const;

const ANNOTATIONS = [
  SAFE_LOAD_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  WAIT_START_ANNOTATION,
  VALIDATION_START_ANNOTATION,
  DRAIN_START_ANNOTATION,
  REQUESTED_ANNOTATION,
  REQUESTOR_MODE_ANNOTATION,
  FAILED_REVISION_ANNOTATION,
  REASON_ANNOTATION,
  LEGACY_STATE_ANNOTATION,
  FENCE_ANNOTATION,
] as const;

/** A node as it is kept: some hundred bytes of the twenty kilobytes that it may take in the API. */
export interface StoredNode extends NodeFacts, Stored {
  /** Whether the object has the maps at all: a JSON patch has to make one before it can add to it. */
  readonly hasLabels: boolean;
  readonly hasAnnotations: boolean;
}

interface RawNode extends ApiObject {
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime?: string;
    }[];
  };
}

export const nodes = resourceType<StoredNode>(
  { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false },
  (raw: RawNode) => ({
    ...identity(raw),
    labels: pick(raw.metadata.labels, LABELS),
    annotations: pick(raw.metadata.annotations, ANNOTATIONS),
    hasLabels: raw.metadata.labels !== undefined,
    hasAnnotations: raw.metadata.annotations !== undefined,
    unschedulable: raw.spec?.unschedulable === true,
    cordonedByPerson: isCordonedBy(raw, KUBECTL),
    cordonedByOperator: isCordonedBy(raw, OURSELVES),
    notReadySince: notReadySince(raw),
    deleting: raw.metadata.deletionTimestamp !== undefined,
  }),
);

/** Keeps the keys that somebody reads. Absent maps share one empty object, and values come out as the strings they are. */
function pick(map: StringMap | undefined, keys: readonly string[]): StringMap {
  const picked: Record<string, string> = {};
  for (const key of keys) {
    const value = lookUp(map, key);
    if (value !== undefined) picked[key] = value;
  }
  return picked;
}

/** A node that reports no Ready condition yet is new, and not Ready since its beginning. */
function notReadySince(raw: RawNode): number | undefined {
  const ready = raw.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return undefined;
  const since = Date.parse(ready?.lastTransitionTime ?? raw.metadata.creationTimestamp ?? '');
  return Number.isNaN(since) ? 0 : since;
}

const KUBECTL = /^kubectl(-|$)/;
const OURSELVES = new RegExp(`^${FIELD_MANAGER}$`);

/**
 * Whether a node is cordoned, and such a field manager was the last to set `spec.unschedulable`: the API server records which one set
 * each field, and takes it off the record when the field is removed. kubectl, which is a person, sends nothing where the node is
 * cordoned already.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
function isCordonedBy({ spec, metadata }: RawNode, who: RegExp): boolean {
  const { managedFields = [] } = metadata;
  return (
    spec?.unschedulable === true &&
    managedFields.some(
      ({ manager, fieldsV1 }) => who.test(manager ?? '') && hasField(fieldsV1, 'f:spec', 'f:unschedulable'),
    )
  );
}

function hasField(
  fields: Readonly<Record<string, unknown>> | undefined,
  ...path: readonly string[]
): boolean {
  let at: unknown = fields;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return false;
    at = (at as Record<string, unknown>)[step];
  }
  return true;
}
