import type { JsonPatchOperation } from '../cluster/port.ts';
import { lookUp } from '../kubernetes/objects.ts';
import type { WaitingNode } from './resources.ts';

/**
 * Whether the node is marked: any value counts but the empty one, as it does for those who remove the annotation.
 */
export function isMarked(node: WaitingNode, annotation: string): boolean {
  const value = lookUp(node.annotations, annotation);
  return value !== undefined && value !== '';
}

/**
 * Marks the node as it was read. A node that has no annotation yet gets its first: that write clears the map, so it holds only if
 * nobody else has written to the node since.
 */
export function markOperations(node: WaitingNode, annotation: string): readonly JsonPatchOperation[] {
  const sameNode: JsonPatchOperation = { op: 'test', path: '/metadata/uid', value: node.uid };
  return node.annotations === undefined
    ? [
        sameNode,
        { op: 'test', path: '/metadata/resourceVersion', value: node.resourceVersion },
        { op: 'add', path: '/metadata/annotations', value: { [annotation]: 'true' } },
      ]
    : [sameNode, { op: 'add', path: annotationPath(annotation), value: 'true' }];
}

/** Takes back the mark on the node as it was read. */
export function unmarkOperations(node: WaitingNode, annotation: string): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: node.uid },
    { op: 'remove', path: annotationPath(annotation) },
  ];
}

function annotationPath(annotation: string): string {
  return `/metadata/annotations/${annotation.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
