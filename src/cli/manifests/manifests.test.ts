import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { DRIVER_CLUSTER_RULES, DRIVER_NAMESPACE_RULES } from '../../driver/access.ts';
import type { PolicyRule } from '../../driver/access.ts';
import { UsageError } from '../usage-error.ts';
import { renderManifests } from './index.ts';
import type { RenderManifestsOptions } from './index.ts';
import { CLUSTER_RULES, EVENT_RULES, NAMESPACE_RULES } from './permissions.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: { readonly template: { readonly metadata: unknown; readonly spec: unknown } };
}

const text = (options: Partial<RenderManifestsOptions> = {}) =>
  renderManifests({ namespace: 'net', image: 'r.example/ofed-operator:1', ...options });

const read = (options: Partial<RenderManifestsOptions> = {}) =>
  parseAllDocuments(text(options), { version: '1.1' }).map((document) => document.toJS() as Manifest);

/** Whether some rule allows a request: a verb, an API group, a resource, and perhaps the name of one object. */
function allows(
  rules: readonly PolicyRule[],
  ...[verb, group, resource, name]: readonly [string, string, string, string?]
) {
  return rules.some(
    (rule) =>
      rule.verbs.includes(verb) &&
      rule.apiGroups.includes(group) &&
      rule.resources.includes(resource) &&
      (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name))),
  );
}

describe('renderManifests', () => {
  it('prints everything in the order in which to apply it', () => {
    expect(
      read().map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`),
    ).toEqual([
      'CustomResourceDefinition /nicclusterpolicies.mellanox.com',
      'Namespace /net',
      'ServiceAccount net/ofed-operator',
      'ClusterRole /ofed-operator',
      'ClusterRoleBinding /ofed-operator',
      'Role net/ofed-operator',
      'RoleBinding net/ofed-operator',
      'Role default/ofed-operator-events',
      'RoleBinding default/ofed-operator-events',
      'Deployment net/ofed-operator',
    ]);
  });

  it('prints only the parts that are asked for, always in that order', () => {
    expect(read({ only: ['deployment', 'crd'] }).map(({ kind }) => kind)).toEqual([
      'CustomResourceDefinition',
      'Deployment',
    ]);
  });

  it('prints the same text every time', () => {
    expect(text()).toBe(text());
  });

  it('reads the same for a YAML 1.1 parser as for a 1.2 one', () => {
    expect(parseAllDocuments(text()).map((document) => document.toJS() as unknown)).toEqual(read());
  });

  it('uses no anchors, which people find hard to edit', () => {
    expect(text()).not.toMatch(/[&*]a\d/);
  });

  it('asks for the image only where there is a Deployment to run it', () => {
    const options = { namespace: 'net' };
    expect(() => renderManifests(options)).toThrow(UsageError);
    expect(() => renderManifests(options)).toThrow('Add --image REGISTRY/ofed-operator:VERSION');
    expect(renderManifests({ ...options, only: ['crd', 'rbac'] })).toContain('kind: ClusterRole');
  });
});

describe('the Deployment', () => {
  const [deployment] = read({ only: ['deployment'] });

  it('runs two operators, on two nodes if it can be, of which one leads', () => {
    expect(deployment?.spec).toMatchObject({ replicas: 2, strategy: { type: 'RollingUpdate' } });
    expect(deployment?.spec.template.spec).toMatchObject({
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              podAffinityTerm: {
                topologyKey: 'kubernetes.io/hostname',
                labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'ofed-operator' } },
              },
            },
          ],
        },
      },
    });
  });

  it('is not drained by the upgrade that it runs, and may run on the control plane', () => {
    expect(deployment?.spec.template).toMatchObject({
      metadata: { labels: { 'nvidia.com/ofed-driver-upgrade-drain.skip': 'true' } },
      spec: {
        priorityClassName: 'system-cluster-critical',
        tolerations: [
          { key: 'node-role.kubernetes.io/control-plane' },
          { key: 'node-role.kubernetes.io/master' },
        ],
      },
    });
  });

  it('has no privileges', () => {
    expect(deployment?.spec.template.spec).toMatchObject({
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    });
  });

  it('tells the operator its namespace, its image and its own name, and asks it how it is', () => {
    expect(deployment?.spec.template.spec).toMatchObject({
      containers: [
        {
          image: 'r.example/ofed-operator:1',
          args: ['run', '--namespace', 'net', '--metrics-address', ':8080'],
          env: [
            { name: 'OPERATOR_IMAGE', value: 'r.example/ofed-operator:1' },
            { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          ],
          livenessProbe: { httpGet: { path: '/healthz', port: 'metrics' } },
          readinessProbe: { httpGet: { path: '/readyz', port: 'metrics' } },
          ports: [{ name: 'metrics', containerPort: 8080 }],
        },
      ],
    });
  });
});

describe('the dashboard', () => {
  const reviews = (manifests: readonly Manifest[]): boolean =>
    JSON.stringify(manifests.filter(({ kind }) => kind === 'ClusterRole')).includes('tokenreviews');

  it('is not served unless it is asked for', () => {
    expect(text()).not.toMatch(/dashboard|tokenreviews|subjectaccessreviews/);
  });

  it('is served to who may forward a port of the operator, which takes no permission more', () => {
    const manifests = read({ dashboardAddress: { host: '127.0.0.1', port: 8090 } });
    expect(manifests.at(-1)?.spec.template.spec).toMatchObject({
      containers: [
        {
          args: expect.arrayContaining(['--dashboard-address', '127.0.0.1:8090']) as string[],
          ports: [{ name: 'metrics' }, { name: 'dashboard', containerPort: 8090 }],
        },
      ],
    });
    expect(reviews(manifests)).toBe(false);
  });

  it('is served to others only where the operator may ask who they are', () => {
    expect(reviews(read({ dashboardAddress: { port: 8090 } }))).toBe(true);
  });
});

describe("the operator's permissions", () => {
  const everything = [...CLUSTER_RULES, ...NAMESPACE_RULES, ...EVENT_RULES];

  it('have no wildcard, and nothing that grants more than one has', () => {
    const words = everything.flatMap((rule) => [...rule.verbs, ...rule.resources, ...rule.apiGroups]);
    for (const word of ['*', 'escalate', 'bind', 'impersonate', 'deletecollection'])
      expect(words).not.toContain(word);
  });

  it('evict workloads and never delete them', () => {
    expect(allows(CLUSTER_RULES, 'create', '', 'pods/eviction')).toBe(true);
    expect(allows(CLUSTER_RULES, 'delete', '', 'pods')).toBe(false);
    expect(allows(NAMESPACE_RULES, 'delete', '', 'pods')).toBe(true);
  });

  it('leave the spec of a policy to people', () => {
    expect(allows(everything, 'patch', 'mellanox.com', 'nicclusterpolicies')).toBe(false);
    expect(allows(CLUSTER_RULES, 'patch', 'mellanox.com', 'nicclusterpolicies/status')).toBe(true);
  });

  it("change no ConfigMap, account, role or binding but the driver's", () => {
    const rbac = 'rbac.authorization.k8s.io';
    for (const [group, resource] of [
      ['', 'serviceaccounts'],
      [rbac, 'clusterroles'],
      [rbac, 'rolebindings'],
    ] as const) {
      expect(allows(everything, 'patch', group, resource, 'other')).toBe(false);
      expect(allows(everything, 'patch', group, resource, 'ofed-driver')).toBe(true);
    }
    expect(allows(everything, 'patch', '', 'configmaps', 'other')).toBe(false);
    expect(allows(everything, 'patch', '', 'configmaps', 'ofed-init-container-config')).toBe(true);
    expect(allows(everything, 'get', '', 'secrets', 'any')).toBe(false);
  });

  it('reach no Lease but the one by which it is known who leads, once that is there', () => {
    const group = 'coordination.k8s.io';
    for (const verb of ['get', 'list', 'watch', 'patch']) {
      expect(allows(everything, verb, group, 'leases', 'ofed-operator')).toBe(true);
      expect(allows(everything, verb, group, 'leases', 'other')).toBe(false);
    }
    expect(allows(everything, 'create', group, 'leases')).toBe(true);
    expect(allows(everything, 'delete', group, 'leases', 'ofed-operator')).toBe(false);
  });

  it("include the driver's own, for nobody can grant what they may not do", () => {
    for (const [granted, own] of [
      [DRIVER_CLUSTER_RULES, CLUSTER_RULES],
      [DRIVER_NAMESPACE_RULES, [...CLUSTER_RULES, ...NAMESPACE_RULES]],
    ] as const) {
      for (const { apiGroups, resources, verbs, resourceNames } of granted) {
        for (const verb of verbs) {
          expect(allows(own, verb, apiGroups[0] ?? '', resources[0] ?? '', resourceNames?.[0])).toBe(true);
        }
      }
    }
  });
});
