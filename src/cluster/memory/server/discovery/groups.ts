import type { Resource } from '../../api/types.ts';

/** One version of an API group, with its kinds. */
export interface GroupVersion {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly resources: readonly Resource[];
}

/** The versions of all groups, in the order in which their kinds came to be served. */
export function groupVersions(resources: readonly Resource[]): readonly GroupVersion[] {
  const byPath = new Map<string, Resource[]>();
  for (const resource of resources) {
    const path = `${resource.group}/${resource.version}`;
    const known = byPath.get(path);
    if (known === undefined) byPath.set(path, [resource]);
    else known.push(resource);
  }
  return [...byPath.values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [{ group: first.group, version: first.version, resources: members }];
  });
}

/** `apis/apps/v1`, or `api/v1` in the core group. */
export function pathOf({ group, version }: Pick<GroupVersion, 'group' | 'version'>): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}
