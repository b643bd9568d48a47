import type { JsonPatchOperation } from '../../src/cluster/port.ts';
import type { StoredNode } from '../../src/operator/resources/nodes.ts';

/** A node with a patch applied, as far as the operator's patches of nodes go. Its conditions are taken to hold. */
export function patchedNode(
  node: StoredNode,
  operations: readonly JsonPatchOperation[],
  resourceVersion: string,
): StoredNode {
  const labels: Record<string, string> = { ...node.labels };
  const annotations: Record<string, string> = { ...node.annotations };
  let { unschedulable } = node;
  for (const operation of operations) {
    if (operation.op === 'test') continue;
    const value = operation.op === 'remove' ? undefined : operation.value;
    const [, part, map, key = ''] = operation.path.split('/');
    if (part === 'spec') unschedulable = value === true;
    else set(map === 'labels' ? labels : annotations, key.replaceAll('~1', '/'), value as string | undefined);
  }
  return { ...node, labels, annotations, unschedulable, cordonedByOperator: unschedulable, resourceVersion };
}

function set(map: Record<string, string>, key: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(map, key);
  else map[key] = value;
}
