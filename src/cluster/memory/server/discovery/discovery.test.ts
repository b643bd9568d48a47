import { describe, expect, it } from 'vitest';
import { Asked } from '../testing/requests.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

interface Resource {
  readonly name: string;
  readonly verbs: readonly string[];
}

describe('Discovery', () => {
  it('tells of all groups at once, with the subresources of each kind', () => {
    const asked = new Asked();
    const core = asked.json('GET', '/api', { accept: AGGREGATED }).body;
    expect(core).toMatchObject({ kind: 'APIGroupDiscoveryList', items: [{ versions: [{ version: 'v1' }] }] });
    const apis = asked.json('GET', '/apis', { accept: AGGREGATED }).body as {
      items: {
        metadata: { name: string };
        versions: { resources: { resource: string; subresources?: unknown }[] }[];
      }[];
    };
    const apps = apis.items.find(({ metadata }) => metadata.name === 'apps');
    const deployments = apps?.versions[0]?.resources.find(({ resource }) => resource === 'deployments');
    expect(deployments).toMatchObject({
      scope: 'Namespaced',
      shortNames: ['deploy'],
      categories: ['all'],
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      subresources: [
        { subresource: 'scale', responseKind: { group: 'autoscaling', kind: 'Scale' } },
        { subresource: 'status', responseKind: { kind: 'Deployment' }, verbs: ['get', 'patch', 'update'] },
      ],
    });
  });

  it('tells of one group at a time to whoever knows no other way', () => {
    const asked = new Asked();
    expect(asked.json('GET', '/api').body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    const { groups } = asked.json('GET', '/apis').body as { groups: { name: string }[] };
    expect(groups.map(({ name }) => name)).toContain('policy');
    expect(asked.json('GET', '/apis/policy').body).toMatchObject({
      preferredVersion: { groupVersion: 'policy/v1' },
    });
    expect(asked.json('GET', '/apis/nothing')).toMatchObject({ code: 404 });
  });

  it('says that pods are evicted by the current policy API, which kubectl looks for before it drains a node', () => {
    const { resources } = new Asked().json('GET', '/api/v1').body as { resources: Resource[] };
    expect(resources.find(({ name }) => name === 'pods/eviction')).toMatchObject({
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
      verbs: ['create'],
    });
  });

  it('never deletes all namespaces at once', () => {
    const { resources } = new Asked().json('GET', '/api/v1').body as { resources: Resource[] };
    const namespaces = resources.find(({ name }) => name === 'namespaces');
    expect(namespaces?.verbs).not.toContain('deletecollection');
  });
});

describe('OpenAPI', () => {
  it('says where the document of each group is, and that its kinds are validated by the server', () => {
    const asked = new Asked();
    const { paths } = asked.json('GET', '/openapi/v3').body as {
      paths: Record<string, { serverRelativeURL: string }>;
    };
    const url = paths['apis/apps/v1']?.serverRelativeURL ?? '';
    expect(asked.json('GET', url).body).toMatchObject({
      paths: {
        '/apis/apps/v1/namespaces/{namespace}/daemonsets/{name}': {
          patch: {
            parameters: [{ name: 'fieldValidation', in: 'query' }],
            'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'DaemonSet' },
          },
        },
      },
    });
  });

  it('has nothing to say in version 2', () => {
    const asked = new Asked();
    expect(asked.json('GET', '/openapi/v2').body).toMatchObject({ swagger: '2.0', paths: {} });
    expect(asked.ask('GET', '/openapi/v4')).toMatchObject({ status: 404 });
  });
});
