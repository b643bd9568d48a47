import type { ResourceType, Stored } from '../port.ts';

/** As much of a node as tests of the cluster port need. */
export interface TestNode extends Stored {
  readonly labels?: Readonly<Record<string, string>>;
}

export const testNodes: ResourceType<TestNode> = {
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  namespaced: false,
  trim: ({ metadata: { name, uid, resourceVersion, labels } }) => {
    if (uid === undefined || resourceVersion === undefined) throw new Error('no uid or resourceVersion');
    return { name, uid, resourceVersion, ...(labels === undefined ? {} : { labels }) };
  },
};

/** A node that was last written at this resourceVersion. */
export function node(name: string, resourceVersion: number, uid = `uid-of-${name}`): TestNode {
  return { name, uid, resourceVersion: String(resourceVersion) };
}
