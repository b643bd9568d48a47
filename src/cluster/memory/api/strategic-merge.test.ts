import { describe, expect, it } from 'vitest';
import { strategicMerge } from './strategic-merge.ts';
import type { RawObject } from './types.ts';

// A real kube-apiserver 1.36 was asked for all of this.
const DEPLOYMENTS = { group: 'apps', plural: 'deployments' };

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 's', labels: { a: '1', b: '2' }, finalizers: ['e.x/a', 'e.x/b'] },
  spec: {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2 } },
    template: {
      spec: {
        nodeSelector: { k: 'v' },
        tolerations: [{ key: 't', operator: 'Exists' }],
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'w', emptyDir: {} },
        ],
        containers: [
          {
            name: 'a',
            image: 'i',
            env: [
              { name: 'E', value: '1' },
              { name: 'F', value: '2' },
            ],
            ports: [
              { containerPort: 80, protocol: 'TCP' },
              { containerPort: 81, protocol: 'TCP', name: 'q' },
            ],
            args: ['1', '2'],
          },
          { name: 'b', image: 'i' },
          { name: 'c', image: 'i' },
        ],
      },
    },
  },
} as const satisfies RawObject;

type PodSpec = Readonly<Record<string, unknown>> & {
  readonly containers: readonly { readonly name: string; readonly image: string }[];
};

function podSpec(patch: Readonly<Record<string, unknown>>): PodSpec {
  const after = strategicMerge(DEPLOYMENTS, deployment, { spec: { template: { spec: patch } } });
  return (after['spec'] as { template: { spec: PodSpec } }).template.spec;
}

function containers(...patch: readonly unknown[]): string {
  return images(podSpec({ containers: patch }));
}

function images(spec: PodSpec): string {
  return spec.containers.map(({ name, image }) => `${name}:${image}`).join(' ');
}

describe('A list whose elements have a key', () => {
  it('gets an element changed in its place', () => {
    expect(containers({ name: 'b', image: 'j' })).toBe('a:i b:j c:i');
  });

  it('gets a new element before those that the patch does not name', () => {
    expect(containers({ name: 'z', image: 'j' })).toBe('z:j a:i b:i c:i');
  });

  it('is in the order that the patch gives', () => {
    const order = ['z', 'c', 'a', 'b'].map((name) => ({ name }));
    const spec = podSpec({ '$setElementOrder/containers': order, containers: [{ name: 'z', image: 'j' }] });
    expect(images(spec)).toBe('z:j c:i a:i b:i');
  });

  it('is put in order by a patch that says nothing else', () => {
    const spec = podSpec({ '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }] });
    expect(images(spec)).toBe('b:i c:i a:i');
  });

  it('is put in order with elements that come and go', () => {
    const spec = podSpec({
      '$setElementOrder/containers': [{ name: 'c' }, { name: 'z' }, { name: 'a' }],
      containers: [
        { name: 'z', image: 'j' },
        { name: 'b', $patch: 'delete' },
      ],
    });
    expect(images(spec)).toBe('c:i z:j a:i');
  });

  it('loses an element', () => {
    expect(containers({ name: 'b', $patch: 'delete' })).toBe('a:i c:i');
    expect(containers({ name: 'z', $patch: 'delete' })).toBe('a:i b:i c:i');
  });

  it('is replaced', () => {
    expect(containers({ name: 'n', image: 'n' }, { $patch: 'replace' })).toBe('n:n');
  });

  it('takes the last of two patches for one element', () => {
    expect(containers({ name: 'a', image: '1' }, { name: 'a', image: '2' })).toBe('a:2 b:i c:i');
  });

  it('keeps elements that have the same key', () => {
    const ports = [
      { containerPort: 80, protocol: 'TCP' },
      { containerPort: 80, protocol: 'UDP' },
    ];
    const live = { ...deployment, spec: { template: { spec: { containers: [{ name: 'a', ports }] } } } };
    const patch = { spec: { template: { spec: { containers: [{ name: 'a', image: 'j' }] } } } };
    expect(strategicMerge(DEPLOYMENTS, live, patch)['spec']).toEqual({
      template: { spec: { containers: [{ name: 'a', ports, image: 'j' }] } },
    });
  });

  it('is merged at any depth, each by its own key', () => {
    const [first] = podSpec({
      containers: [
        {
          name: 'a',
          env: [{ name: 'E', value: null, valueFrom: { fieldRef: { fieldPath: 'x' } } }],
          ports: [{ containerPort: 81, protocol: 'UDP' }, { containerPort: 82 }],
          args: ['9'],
        },
      ],
    }).containers;
    expect(first).toEqual({
      name: 'a',
      image: 'i',
      env: [
        { name: 'E', valueFrom: { fieldRef: { fieldPath: 'x' } } },
        { name: 'F', value: '2' },
      ],
      ports: [
        { containerPort: 80, protocol: 'TCP' },
        { containerPort: 81, protocol: 'UDP', name: 'q' },
        { containerPort: 82 },
      ],
      args: ['9'],
    });
  });

  it('is taken as it is where there was none, without directives', () => {
    const { initContainers } = podSpec({
      initContainers: [
        { name: 'i', image: null },
        { name: 'j', $patch: 'delete' },
      ],
    });
    expect(initContainers).toEqual([{ name: 'i' }]);
  });

  it.each<[string, readonly unknown[], string]>([
    ['without a key', [{ image: 'x' }], 'map: map[image:x] does not contain declared merge key: name'],
    [
      'to merge, which is no directive for it',
      [{ name: 'a', $patch: 'merge' }],
      'merging lists cannot yet be specified in the patch',
    ],
    [
      'with an unknown directive',
      [{ name: 'a', $patch: 'foo' }],
      'unknown patch type: foo in map: map[$patch:foo name:a]',
    ],
  ])('is refused a patch for an element %s', (_, patch, message) => {
    expect(() => containers(...patch)).toThrow(message);
  });

  it('is refused an order that lacks an element of the patch', () => {
    expect(() =>
      podSpec({ '$setElementOrder/containers': [{ name: 'c' }], containers: [{ name: 'z', image: 'j' }] }),
    ).toThrow(
      "The order in patch list:\n[map[image:j name:z]]\n doesn't match $setElementOrder list:\n[map[name:c]]\n",
    );
  });
});

describe('A list that is one value', () => {
  it('is replaced', () => {
    const tolerations = [{ key: 'u', operator: 'Exists' }];
    expect(podSpec({ tolerations })).toMatchObject({ tolerations });
    const node: RawObject = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n' },
      spec: { taints: [{ key: 'a' }] },
    };
    expect(
      strategicMerge({ group: '', plural: 'nodes' }, node, { spec: { taints: [{ key: 'b' }] } })['spec'],
    ).toEqual({
      taints: [{ key: 'b' }],
    });
  });
});

describe('A set', () => {
  const finalizers = (patch: unknown): unknown =>
    strategicMerge(DEPLOYMENTS, deployment, { metadata: patch }).metadata.finalizers;

  it('gets what is new, before what the patch does not name', () => {
    expect(finalizers({ finalizers: ['e.x/c', 'e.x/a'] })).toEqual(['e.x/c', 'e.x/a', 'e.x/b']);
  });

  it('loses what the patch says', () => {
    expect(finalizers({ '$deleteFromPrimitiveList/finalizers': ['e.x/a'] })).toEqual(['e.x/b']);
  });

  it('is in the order that the patch gives', () => {
    const order = ['e.x/c', 'e.x/b', 'e.x/a'];
    expect(finalizers({ '$setElementOrder/finalizers': order, finalizers: ['e.x/c'] })).toEqual(order);
  });
});

describe('An object', () => {
  it.each<[string, unknown, unknown]>([
    ['is merged', { labels: { b: null, c: '3' } }, { a: '1', c: '3' }],
    ['is replaced', { labels: { $patch: 'replace', z: '1' } }, { z: '1' }],
    ['is deleted', { labels: { $patch: 'delete' } }, undefined],
    ['is deleted by null', { labels: null }, undefined],
  ])('%s', (_, metadata, labels) => {
    expect(strategicMerge(DEPLOYMENTS, deployment, { metadata }).metadata.labels).toEqual(labels);
  });

  it('keeps the fields that are to be retained', () => {
    const after = strategicMerge(DEPLOYMENTS, deployment, {
      spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    });
    expect(after['spec']).toMatchObject({ strategy: { type: 'Recreate' } });
    expect((after['spec'] as typeof deployment.spec).strategy).not.toHaveProperty('rollingUpdate');
    expect(
      podSpec({ volumes: [{ $retainKeys: ['name', 'hostPath'], name: 'v', hostPath: { path: '/x' } }] })[
        'volumes'
      ],
    ).toEqual([
      { name: 'v', hostPath: { path: '/x' } },
      { name: 'w', emptyDir: {} },
    ]);
  });

  it('cannot get a field that is not to be retained', () => {
    expect(() =>
      strategicMerge(DEPLOYMENTS, deployment, {
        spec: { strategy: { $retainKeys: ['rollingUpdate'], type: 'Recreate' } },
      }),
    ).toThrow('invalid patch format of retainKeys');
  });
});

it('A strategic merge patch leaves what it does not name the same, and all if it says nothing new', () => {
  const after = strategicMerge(DEPLOYMENTS, deployment, { metadata: { labels: { a: '2' } } });
  expect(after['spec']).toBe(deployment.spec);
  const nothingNew = {
    spec: { template: { spec: { containers: [{ name: 'b', image: 'i' }], nodeSelector: { k: 'v' } } } },
  };
  expect(strategicMerge(DEPLOYMENTS, deployment, nothingNew)).toBe(deployment);
});

it('merges conditions of a node by their type', () => {
  const node: RawObject = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    status: {
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Other', status: 'False' },
      ],
    },
  };
  const patch = { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } };
  expect(strategicMerge({ group: '', plural: 'nodes' }, node, patch)['status']).toEqual({
    conditions: [
      { type: 'Ready', status: 'Unknown' },
      { type: 'Other', status: 'False' },
    ],
  });
});
