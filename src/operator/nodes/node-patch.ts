import { STATE_LABEL } from '../../contract/keys.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import type { JsonPatchOperation } from '../../cluster/port.ts';
import type { NodeChange } from '../../upgrade/actions.ts';
import type { StoredNode } from '../resources/nodes.ts';

/** A change to a node's labels that has nothing to do with the upgrade but may travel along. */
export type LabelChanges = Readonly<Record<string, string | null>>;

/**
 * The JSON patch for a change, on the condition that the node is what the decision believed it to be: the same object, in the same
 * state, and, where the change is to `spec.unschedulable`, as schedulable as before. Two operators at once, or a person in between,
 * then lose a race harmlessly.
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
  const labelChanges: Record<string, string | null> = { ...labels };
  if (change.to !== undefined) labelChanges[STATE_LABEL] = change.to === 'none' ? null : change.to;
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    ...(node.hasLabels ? [testOf('/metadata/labels', STATE_LABEL, lookUp(node.labels, STATE_LABEL))] : []),
    ...schedulability(node, change.unschedulable),
    ...mapOperations('/metadata/labels', node.hasLabels, labelChanges, node.labels),
    ...mapOperations(
      '/metadata/annotations',
      node.hasAnnotations,
      change.annotations ?? {},
      node.annotations,
    ),
  ];
}

function testOf(map: string, key: string, value: string | undefined): JsonPatchOperation {
  return { op: 'test', path: pointer(map, key), value: value ?? null };
}

function schedulability(node: StoredNode, unschedulable: boolean | undefined): readonly JsonPatchOperation[] {
  if (unschedulable === undefined) return [];
  const path = '/spec/unschedulable';
  return [
    // False is not written by Kubernetes, it is left out.
    { op: 'test', path, value: node.unschedulable ? true : null },
    unschedulable ? { op: 'add', path, value: true } : { op: 'remove', path },
  ];
}

function mapOperations(
  path: string,
  exists: boolean,
  changes: Readonly<Record<string, string | null>>,
  current: Readonly<Record<string, string>>,
): readonly JsonPatchOperation[] {
  // A key that is not there cannot be removed: the whole patch would be refused.
  const entries = Object.entries(changes).filter(
    ([key, value]) => value !== null || lookUp(current, key) !== undefined,
  );
  if (entries.length === 0) return [];
  return [
    ...(exists
      ? []
      : ([
          { op: 'test', path, value: null },
          { op: 'add', path, value: {} },
        ] as const)),
    ...entries.map(([key, value]): JsonPatchOperation =>
      value === null
        ? { op: 'remove', path: pointer(path, key) }
        : { op: 'add', path: pointer(path, key), value },
    ),
  ];
}

/** RFC 6901: `~` and `/` inside a key are escaped. */
function pointer(map: string, key: string): string {
  return `${map}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
