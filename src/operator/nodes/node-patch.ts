import { FENCE_ANNOTATION, SAFE_LOAD_ANNOTATION, STATE_LABEL } from '../../contract/keys.ts';
import { parseState } from '../../contract/states.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import type { JsonPatchOperation } from '../../cluster/port.ts';
import type { NodeChange } from '../../upgrade/actions.ts';
import { isCritical } from '../../upgrade/critical.ts';
import { mapOperations, pointer, type MapChanges } from '../resources/map-patch.ts';
import type { StoredNode } from '../resources/nodes.ts';

/** A change to a node's labels that has nothing to do with the upgrade but may travel along. */
export type LabelChanges = MapChanges;

/**
 * The JSON patch for a change, on the condition that the node is what the decision believed it to be: the same object, in the same
 * state, in the same hands, and, where the change is a step to another state or to `spec.unschedulable`, as schedulable as before. A step
 * also needs a driver to wait for safe load if one did. Two operators at once, or a person in between, then lose a race harmlessly. A
 * write after which there is no way back is made on the very version that was decided on, and no other, so that one that comes late
 * comes too late.
 *
 * A `test` of an absent path against null holds (RFC 6902 leaves it open; the API server's implementation has it so).
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-or-apply-patch
 */
export function nodePatch(
  node: StoredNode,
  change: NodeChange,
  labels: LabelChanges = {},
): readonly JsonPatchOperation[] {
  const state = lookUp(node.labels, STATE_LABEL);
  const labelChanges: Record<string, string | null> = { ...labels };
  if (change.to !== undefined) labelChanges[STATE_LABEL] = change.to === 'none' ? null : change.to;
  const labelMap = { path: '/metadata/labels', exists: node.hasLabels, current: node.labels };
  const annotationMap = {
    path: '/metadata/annotations',
    exists: node.hasAnnotations,
    current: node.annotations,
  };
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    ...(isCritical(parseState(state), change) ? [versionOf(node)] : []),
    ...(node.hasLabels ? [testOf(labelMap.path, STATE_LABEL, state)] : []),
    ...(node.hasAnnotations
      ? tested(change).map((key) => testOf(annotationMap.path, key, lookUp(node.annotations, key)))
      : []),
    ...schedulability(node, change),
    ...mapOperations(labelMap, labelChanges),
    ...mapOperations(annotationMap, change.annotations ?? {}),
  ];
}

/** A driver that has begun to wait for safe load since the node was seen is another one than the one by which its step was decided. */
function tested({ to }: NodeChange): readonly string[] {
  return to === undefined ? [FENCE_ANNOTATION] : [FENCE_ANNOTATION, SAFE_LOAD_ANNOTATION];
}

function versionOf({ resourceVersion }: StoredNode): JsonPatchOperation {
  return { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion };
}

function testOf(map: string, key: string, value: string | undefined): JsonPatchOperation {
  return { op: 'test', path: pointer(map, key), value: value ?? null };
}

function schedulability(node: StoredNode, { to, unschedulable }: NodeChange): readonly JsonPatchOperation[] {
  const path = '/spec/unschedulable';
  // False is not written by Kubernetes, it is left out.
  const test = { op: 'test', path, value: node.unschedulable ? true : null } as const;
  if (unschedulable === undefined) return to === undefined ? [] : [test];
  return [test, unschedulable ? { op: 'add', path, value: true } : { op: 'remove', path }];
}
