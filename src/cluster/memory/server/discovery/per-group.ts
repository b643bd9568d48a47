import type { Resource } from '../../api/types.ts';
import { subresourcesOf } from '../subresources.ts';
import type { GroupVersion } from './groups.ts';
import { subresourceVerbsOf, verbsOf } from './verbs.ts';

/** Discovery one document at a time, as clients have it that do not know the aggregated one; kubectl, too, asks for some of these. */

/** `/api` */
export function apiVersions(versions: readonly GroupVersion[]): unknown {
  const core = versions.filter(({ group }) => group === '');
  return {
    kind: 'APIVersions',
    versions: core.map(({ version }) => version),
    serverAddressByClientCIDRs: [],
  };
}

/** `/apis` */
export function apiGroupList(versions: readonly GroupVersion[]): unknown {
  const names = new Set(versions.map(({ group }) => group).filter((group) => group !== ''));
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [...names].map((name) => groupOf(name, versions)),
  };
}

/** `/apis/GROUP` */
export function apiGroup(name: string, versions: readonly GroupVersion[]): unknown {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(name, versions) };
}

/** `/apis/GROUP/VERSION` */
export function apiResourceList({ group, version, resources }: GroupVersion): unknown {
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: resources.flatMap((resource) => [apiResource(resource), ...apiSubresources(resource)]),
  };
}

function groupOf(name: string, versions: readonly GroupVersion[]): Readonly<Record<string, unknown>> {
  const own = versions
    .filter(({ group }) => group === name)
    .map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: own, preferredVersion: own[0] };
}

function apiResource(resource: Resource): unknown {
  const { plural, singular, namespaced, kind, shortNames, categories } = resource;
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: verbsOf(resource),
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
  };
}

function apiSubresources(resource: Resource): readonly unknown[] {
  const { plural, namespaced, kind, group } = resource;
  return [...subresourcesOf(resource).values()].map((subresource) => {
    const own = subresource.kind ?? { group, version: resource.version, kind };
    return {
      name: `${plural}/${subresource.name}`,
      singularName: '',
      namespaced,
      ...(own.group === group ? {} : { group: own.group, version: own.version }),
      kind: own.kind,
      verbs: subresourceVerbsOf(subresource),
    };
  });
}
