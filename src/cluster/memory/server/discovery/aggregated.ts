import type { Resource } from '../../api/types.ts';
import { subresourcesOf } from '../subresources.ts';
import type { GroupVersion } from './groups.ts';
import { subresourceVerbsOf, verbsOf } from './verbs.ts';

/**
 * All groups with all that is in them, in one document.
 *
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
 */
export function groupDiscoveryList(versions: readonly GroupVersion[]): unknown {
  const groups = [...new Set(versions.map(({ group }) => group))];
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((name) => ({
      metadata: name === '' ? {} : { name },
      versions: versions.filter(({ group }) => group === name).map(versionDiscovery),
    })),
  };
}

function versionDiscovery({ version, resources }: GroupVersion): unknown {
  return { version, resources: resources.map(resourceDiscovery), freshness: 'Current' };
}

function resourceDiscovery(resource: Resource): unknown {
  const { group, version, kind, plural, singular, shortNames, categories, namespaced } = resource;
  const subresources = [...subresourcesOf(resource).values()].map((subresource) => ({
    subresource: subresource.name,
    responseKind: subresource.kind ?? { group, version, kind },
    verbs: subresourceVerbsOf(subresource),
  }));
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: verbsOf(resource),
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}
