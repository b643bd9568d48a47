import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import {
  DEFAULT_NAMESPACE,
  DRIVER_CONTAINER,
  DRIVER_LABEL,
  DRIVER_SERVICE_ACCOUNT,
  INIT_CONFIG_MAP,
  INIT_CONTAINER,
  MOFED_WAIT_LABEL,
} from '../../src/contract/keys.ts';
import type { ApiObject } from '../../src/kubernetes/objects.ts';
import {
  annotate,
  createNodes,
  deleteNode,
  getNode,
  listNodes,
  listPods,
  LOADS_AFTER_ANNOTATION,
} from '../control-plane/fixtures.ts';
import { eventually } from '../control-plane/index.ts';
import { startOperator } from '../harness/index.ts';
import { driverPodOn } from './fleet.ts';
import { driverUids } from './sights.ts';
import { ofedState } from './status-history.ts';
import { describeOnControlPlane } from './suite.ts';

const UBUNTU = { os: 'ubuntu', osVersion: '22.04', kernel: '5.15.0-105-generic' };
const RHEL = { os: 'rhel', osVersion: '9.4', kernel: '5.14.0-427.13.1.el9_4.x86_64' };
const VERSION = '24.01-0.3.3.1-0';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
  }[];
  readonly resources?: object;
}

interface DaemonSet extends ApiObject {
  readonly spec: {
    readonly updateStrategy: { readonly type: string };
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly nodeSelector: Readonly<Record<string, string>>;
        readonly containers: readonly [Container];
        readonly initContainers: readonly [Container];
        readonly volumes: readonly { readonly name: string; readonly hostPath?: { readonly path: string } }[];
        readonly tolerations: readonly object[];
      } & Readonly<Record<string, unknown>>;
    };
  };
  readonly status: { readonly desiredNumberScheduled: number };
}

const IN_NAMESPACE = `/namespaces/${DEFAULT_NAMESPACE}`;
const DAEMON_SETS = `/apis/apps/v1${IN_NAMESPACE}/daemonsets`;
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** "The driver DaemonSet" of docs/contract.md. */
describeOnControlPlane("The driver's objects", {}, (cluster) => {
  beforeAll(async () => {
    await createNodes(cluster.api, { count: 2, prefix: 'ubuntu-', ...UBUNTU });
    await createNodes(cluster.api, { count: 1, prefix: 'rhel-', ...RHEL });
    await createNodes(cluster.api, { count: 1, prefix: 'plain-', ...UBUNTU, nic: false });
    await cluster.applyPolicy({ version: VERSION });
    await cluster.rollout();
  });

  const daemonSets = async (): Promise<ReadonlyMap<string, DaemonSet>> => {
    const { items } = await cluster.api.list<DaemonSet>(DAEMON_SETS);
    return new Map(
      items.map((each) => [/^mofed-([a-z]+)/.exec(each.metadata.name)?.[1] ?? each.metadata.name, each]),
    );
  };

  const daemonSet = async (os = 'ubuntu'): Promise<DaemonSet> => {
    const found = (await daemonSets()).get(os);
    if (found === undefined) throw new Error(`no DaemonSet for ${os}`);
    return found;
  };

  const pathOf = ({ metadata }: ApiObject): string => `${DAEMON_SETS}/${metadata.name}`;

  const podSpec = async (os = 'ubuntu') => (await daemonSet(os)).spec.template.spec;

  const driver = async (os = 'ubuntu'): Promise<Container> => (await podSpec(os)).containers[0];

  /** Changes the policy as `kubectl apply` would not: what is not named stays. */
  const patchSpec = (spec: object) =>
    cluster.api.patch('/apis/mellanox.com/v1alpha1/nicclusterpolicies/nic-cluster-policy', 'merge', { spec });

  it('are one DaemonSet per pool of nodes with the same system and kernel, each for exactly its nodes', async () => {
    const found = await daemonSets();
    expect([...found.keys()].sort()).toEqual(['rhel', 'ubuntu']);
    for (const [os, { os: id, osVersion, kernel }, nodes] of [
      ['ubuntu', UBUNTU, 2],
      ['rhel', RHEL, 1],
    ] as const) {
      const { metadata, spec, status } = found.get(os)!;
      expect(metadata.name).toMatch(new RegExp(`^mofed-${id}${osVersion}-[a-z0-9]+-ds$`));
      expect(spec.template.spec.nodeSelector).toEqual({
        'feature.node.kubernetes.io/pci-15b3.present': 'true',
        'feature.node.kubernetes.io/system-os_release.ID': id,
        'feature.node.kubernetes.io/system-os_release.VERSION_ID': osVersion,
        'feature.node.kubernetes.io/kernel-version.full': kernel,
        'kubernetes.io/arch': 'amd64',
      });
      expect(status.desiredNumberScheduled).toBe(nodes);
    }
    expect(Object.keys(await driverUids(cluster)).sort()).toEqual(['rhel-0', 'ubuntu-0', 'ubuntu-1']);
  });

  it('have everything that a driver needs', async () => {
    const { metadata, spec } = await daemonSet();
    expect(metadata.labels).toHaveProperty([DRIVER_LABEL], '');
    expect(metadata.ownerReferences).toMatchObject([{ kind: 'NicClusterPolicy', controller: true }]);
    expect(spec.updateStrategy).toEqual({ type: 'OnDelete' });
    expect(spec.template.metadata.labels).toHaveProperty([DRIVER_LABEL], '');
    expect(spec.template.spec).toMatchObject({
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      serviceAccountName: 'ofed-driver',
      terminationGracePeriodSeconds: 300,
      tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              topologyKey: 'kubernetes.io/hostname',
              labelSelector: { matchExpressions: [{ key: DRIVER_LABEL, operator: 'Exists' }] },
            },
          ],
        },
      },
      initContainers: [{ name: INIT_CONTAINER, image: 'registry.example/ofed-operator:test' }],
      containers: [
        {
          name: 'mofed-container',
          image: `mellanox/mofed:${VERSION}-ubuntu22.04-amd64`,
          securityContext: { privileged: true },
          env: [
            { name: 'CREATE_IFNAMES_UDEV', value: 'true' },
            { name: 'NVIDIA_NIC_DRIVERS_INVENTORY_PATH', value: '/mnt/drivers-inventory' },
          ],
          startupProbe: {
            exec: { command: ['sh', '-c', 'ls /run/mellanox/drivers/.driver-ready'] },
            ...{ initialDelaySeconds: 30, periodSeconds: 10, failureThreshold: 120, timeoutSeconds: 10 },
          },
          livenessProbe: {
            exec: { command: ['sh', '-c', 'lsmod | grep mlx5_core'] },
            ...{ initialDelaySeconds: 10, periodSeconds: 30, failureThreshold: 1, timeoutSeconds: 10 },
          },
          readinessProbe: {
            exec: { command: ['sh', '-c', 'lsmod | grep mlx5_core'] },
            ...{ initialDelaySeconds: 10, periodSeconds: 30, failureThreshold: 1, timeoutSeconds: 10 },
          },
        },
      ],
    });
  });

  it("mount the host's directories where the driver looks for them", async () => {
    const { volumes, containers } = await podSpec();
    const paths = new Map(volumes.map(({ name, hostPath }) => [name, hostPath?.path]));
    const mounts = containers[0].volumeMounts?.map(({ name, mountPath, ...rest }) => [
      paths.get(name),
      mountPath,
      rest,
    ]);
    expect(mounts).toEqual([
      ['/run/mellanox/drivers', '/run/mellanox/drivers', { mountPropagation: 'Bidirectional' }],
      ['/etc/network', '/etc/network', {}],
      ['/etc', '/host/etc', {}],
      ['/usr', '/host/usr', {}],
      ['/lib/udev', '/host/lib/udev', {}],
      ['/run/udev', '/run/udev', { readOnly: true }],
      ['/lib/modules', '/host/lib/modules', {}],
      ['/var/opt/mofed-container/inventory', '/mnt/drivers-inventory', {}],
      ['/etc/modprobe.d/ib_core.conf', '/etc/modprobe.d/ib_core.conf', {}],
      ['/dev/infiniband', '/dev/infiniband', {}],
    ]);
  });

  it('come with a ServiceAccount of their own that may do what the init container does, and no more', async () => {
    const as = `--as=system:serviceaccount:${DEFAULT_NAMESPACE}:${DRIVER_SERVICE_ACCOUNT}`;
    const may = (...args: readonly string[]) =>
      cluster.kubectl('auth', 'can-i', as, ...args).then(
        (answer) => answer.trim() === 'yes',
        () => false,
      );
    expect(await may('patch', 'nodes')).toBe(true);
    expect(await may('get', `configmaps/${INIT_CONFIG_MAP}`, '-n', DEFAULT_NAMESPACE)).toBe(true);
    expect(await may('get', 'configmaps', '-n', DEFAULT_NAMESPACE)).toBe(false);
    expect(await may('get', 'secrets', '-n', DEFAULT_NAMESPACE)).toBe(false);
    expect(await may('delete', 'pods', '-n', DEFAULT_NAMESPACE)).toBe(false);
  });

  it('follow what the policy says of the driver', async () => {
    await cluster.applyPolicy({
      version: VERSION,
      upgradePolicy: { autoUpgrade: false },
      driver: {
        image: 'doca-driver',
        repository: 'nvcr.io/nvidia/mellanox',
        imagePullSecrets: ['ngc', 'ngc'],
        env: [
          { name: 'UNLOAD_STORAGE_MODULES', value: 'true' },
          { name: 'CREATE_IFNAMES_UDEV', value: 'false' },
        ],
        containerResources: [
          { name: DRIVER_CONTAINER, requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '4096Mi' } },
        ],
        startupProbe: { initialDelaySeconds: 10, periodSeconds: 20, failureThreshold: 60 },
        livenessProbe: { initialDelaySeconds: 30, periodSeconds: 30 },
        readinessProbe: { timeoutSeconds: 3 },
        terminationGracePeriodSeconds: 600,
      },
    });
    await eventually(async () => {
      const spec = await podSpec();
      expect(spec).toMatchObject({
        imagePullSecrets: [{ name: 'ngc' }],
        terminationGracePeriodSeconds: 600,
        containers: [
          {
            image: `nvcr.io/nvidia/mellanox/doca-driver:${VERSION}-ubuntu22.04-amd64`,
            resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '4Gi' } },
            startupProbe: {
              initialDelaySeconds: 10,
              periodSeconds: 20,
              failureThreshold: 60,
              timeoutSeconds: 10,
            },
            livenessProbe: { initialDelaySeconds: 30, periodSeconds: 30, failureThreshold: 1 },
            readinessProbe: { initialDelaySeconds: 10, periodSeconds: 30, timeoutSeconds: 3 },
          },
        ],
      });
      expect(
        Object.fromEntries(spec.containers[0].env?.map(({ name, value }) => [name, value]) ?? []),
      ).toEqual({
        NVIDIA_NIC_DRIVERS_INVENTORY_PATH: '/mnt/drivers-inventory',
        UNLOAD_STORAGE_MODULES: 'true',
        CREATE_IFNAMES_UDEV: 'false',
      });
      return true;
    });
    await eventually(async () => {
      expect((await driver('rhel')).image).toBe(
        `nvcr.io/nvidia/mellanox/doca-driver:${VERSION}-rhel9.4-amd64`,
      );
      return true;
    });
  });

  it.each([
    [
      'a digest as it is, whatever the pool',
      { version: `sha256:${'0a'.repeat(32)}` },
      `@sha256:${'0a'.repeat(32)}`,
    ],
    [
      'the tag of a precompiled driver with forcePrecompiled',
      { forcePrecompiled: true },
      `:${VERSION}-${RHEL.kernel}-rhel9.4-amd64`,
    ],
    [
      'the tag for the system otherwise',
      { version: 'doca3.1.0-25.07-0.6.6.0-0' },
      ':doca3.1.0-25.07-0.6.6.0-0-rhel9.4-amd64',
    ],
  ])('name in their image %s', async (_, fields, end) => {
    await cluster.applyPolicy({ version: VERSION, upgradePolicy: { autoUpgrade: false }, driver: fields });
    await eventually(async () => (await driver('rhel')).image === `mellanox/mofed${end}`, {
      what: `the image to end in ${end}`,
    });
  });

  it("keep the policy's nodeAffinity and tolerations beside their own", async () => {
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'reserved', operator: 'DoesNotExist' }] }],
      },
    };
    const tolerations = [{ key: 'dedicated', operator: 'Equal', value: 'hpc', effect: 'NoExecute' }];
    await patchSpec({ nodeAffinity, tolerations });
    await eventually(async () => {
      expect(await podSpec()).toMatchObject({
        affinity: { nodeAffinity, podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{}] } },
        tolerations: [...tolerations, { key: 'nvidia.com/gpu' }],
      });
      return true;
    });
    await patchSpec({ nodeAffinity: null, tolerations: null });
  });

  const configMap = (name: string, data: Readonly<Record<string, string>>) =>
    cluster.api.create(`/api/v1${IN_NAMESPACE}/configmaps`, {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data },
    });

  it("mount each key of certConfig's and repoConfig's ConfigMaps where the pool's system looks for it, once they are there", async () => {
    await cluster.applyPolicy({
      version: VERSION,
      upgradePolicy: { autoUpgrade: false },
      driver: { certConfig: { name: 'certs' }, repoConfig: { name: 'repos' } },
    });
    const status = await eventually(async () => {
      const found = await cluster.status();
      return ofedState(found) === 'error' ? found : undefined;
    });
    expect(status.reason).toMatch(/spec\.ofedDriver\.certConfig names the ConfigMap "certs", which is not/);

    await configMap('certs', { 'company.crt': 'PEM', 'lab.crt': 'PEM' });
    await configMap('repos', { 'mirror.list': 'deb …' });
    const files = async (os: string) =>
      (await driver(os)).volumeMounts?.flatMap(({ mountPath, subPath }) =>
        subPath === undefined ? [] : mountPath,
      );
    await eventually(async () => {
      expect(await files('ubuntu')).toEqual([
        '/usr/local/share/ca-certificates/company.crt',
        '/usr/local/share/ca-certificates/lab.crt',
        '/etc/apt/sources.list.d/mirror.list',
      ]);
      expect(await files('rhel')).toEqual([
        '/etc/pki/ca-trust/extracted/pem/company.crt',
        '/etc/pki/ca-trust/extracted/pem/lab.crt',
        '/etc/yum.repos.d/mirror.list',
      ]);
      return true;
    });
    await eventually(async () => ofedState(await cluster.status()) !== 'error');
  });

  /** The policy as the suite began with it, rolled out. */
  const plain = async (): Promise<void> => {
    await cluster.applyPolicy({
      version: VERSION,
      upgradePolicy: { autoUpgrade: true, maxParallelUpgrades: 0 },
    });
    await cluster.rollout();
  };

  it('are put right when somebody else edits a field of theirs; other fields are left alone', async () => {
    await plain();
    const before = await daemonSet();
    await cluster.api.patch(pathOf(before), 'strategic-merge', {
      metadata: { annotations: { 'example.com/note': 'mine' } },
      spec: {
        revisionHistoryLimit: 3,
        updateStrategy: { type: 'RollingUpdate' },
        template: {
          spec: { containers: [{ name: DRIVER_CONTAINER, image: 'registry.example/mofed:hacked' }] },
        },
      },
    });
    await eventually(
      async () => {
        expect((await daemonSet()).spec).toMatchObject({
          updateStrategy: { type: 'OnDelete' },
          template: { spec: { containers: [{ image: `mellanox/mofed:${VERSION}-ubuntu22.04-amd64` }] } },
        });
        return true;
      },
      { what: 'the edit to be undone' },
    );
    const { metadata, spec } = await daemonSet();
    expect(spec).toHaveProperty('revisionHistoryLimit', 3);
    expect(metadata.annotations).toHaveProperty(['example.com/note'], 'mine');
  });

  it('are made anew when somebody deletes them', async () => {
    await cluster.kubectl('delete', 'configmap', '-n', DEFAULT_NAMESPACE, INIT_CONFIG_MAP);
    await cluster.kubectl('delete', 'clusterrolebinding', DRIVER_SERVICE_ACCOUNT);
    const paths = [
      `/api/v1${IN_NAMESPACE}/configmaps/${INIT_CONFIG_MAP}`,
      `${RBAC}/clusterrolebindings/${DRIVER_SERVICE_ACCOUNT}`,
    ];
    for (const path of paths) await eventually(() => cluster.api.get(path), { what: `${path} to be back` });
  });

  const waitLabel = async (node: string) =>
    (await getNode(cluster.api, node)).metadata.labels?.[MOFED_WAIT_LABEL];

  it("tell device plugins by the nodes' mofed.wait label whether the driver container is Ready, and say nothing of a node without a NIC", async () => {
    await plain();
    for (const node of ['ubuntu-0', 'ubuntu-1', 'rhel-0'])
      await eventually(async () => (await waitLabel(node)) === 'false', { what: `the label of ${node}` });
    expect(await waitLabel('plain-0')).toBeUndefined();

    const pod = await driverPodOn(cluster.api, 'ubuntu-0');
    const path = `/api/v1${IN_NAMESPACE}/pods/${pod?.metadata.name ?? ''}`;
    await annotate(cluster.api, path, { [LOADS_AFTER_ANNOTATION]: '5s' });
    const [status] = pod?.status.containerStatuses ?? [];
    await cluster.api.patch(`${path}/status`, 'strategic-merge', {
      status: {
        conditions: [{ type: 'Ready', status: 'False' }],
        containerStatuses: [{ ...status, ready: false }],
      },
    });
    await eventually(async () => (await waitLabel('ubuntu-0')) === 'true', { what: 'mofed.wait to be true' });
    expect(await waitLabel('ubuntu-1')).toBe('false');
    await eventually(async () => (await waitLabel('ubuntu-0')) === 'false', {
      what: 'mofed.wait to be false',
    });
  });

  it('are not written in steady state: for 20 seconds the operator does nothing but watch', async () => {
    await plain();
    // The last events and the last status are written a moment after a rollout.
    await sleep(3000);
    const before = [...(await daemonSets()).values()].map(({ metadata }) => metadata);
    const nodes = (await listNodes(cluster.api)).map(({ metadata }) => metadata);
    const policy = (await cluster.policy()).metadata.resourceVersion;
    const since = Date.now();
    await sleep(20_000);
    const after = [...(await daemonSets()).values()].map(({ metadata }) => metadata);
    expect(after.map(({ generation, resourceVersion }) => [generation, resourceVersion])).toEqual(
      before.map(({ generation, resourceVersion }) => [generation, resourceVersion]),
    );
    expect((await cluster.policy()).metadata.resourceVersion).toBe(policy);
    const now = (await listNodes(cluster.api)).map(({ metadata }) => metadata);
    expect(now.map(({ labels, annotations }) => [labels, annotations])).toEqual(
      nodes.map(({ labels, annotations }) => [labels, annotations]),
    );
    const { byVerbAndResource } = await cluster.requests(since);
    const calls = Object.keys(byVerbAndResource).filter(
      (call) => !call.startsWith('watch ') && !call.endsWith(' leases'),
    );
    expect(calls).toEqual([]);
  });

  it('stay as they are, and restart no driver, when another version of the operator takes over', async () => {
    const [drivers, before] = [await driverUids(cluster), [...(await daemonSets()).values()]];
    await cluster.operator.stop();
    const newer = await startOperator(cluster.controlPlane, {
      install: false,
      initImage: 'registry.example/ofed-operator:newer',
    });
    try {
      // It has looked at everything once it has put this right.
      await cluster.api.delete(`${RBAC}/clusterroles/${DRIVER_SERVICE_ACCOUNT}`);
      await eventually(() => cluster.api.get(`${RBAC}/clusterroles/${DRIVER_SERVICE_ACCOUNT}`));
      const after = [...(await daemonSets()).values()];
      expect(after.map(({ metadata }) => metadata.generation)).toEqual(
        before.map(({ metadata }) => metadata.generation),
      );
      expect(await driverUids(cluster)).toEqual(drivers);
      // With the next driver comes the newer init container too.
      await cluster.setVersion('24.04-0.6.6.0-0');
      await cluster.rollout();
      expect((await podSpec()).initContainers[0].image).toBe('registry.example/ofed-operator:newer');
    } finally {
      await newer.stop();
      await cluster.operator.restart();
    }
  });

  it("lose a pool's DaemonSet with the pool's last node, and only then", async () => {
    await deleteNode(cluster.api, 'ubuntu-1');
    await deleteNode(cluster.api, 'rhel-0');
    // Its node can no longer end it, and the garbage collector takes its time.
    for (const { metadata } of await listPods(cluster.api, { namespace: DEFAULT_NAMESPACE, node: 'rhel-0' }))
      await cluster.api.delete(`/api/v1${IN_NAMESPACE}/pods/${metadata.name}`, { gracePeriodSeconds: 0 });
    await eventually(async () => !(await daemonSets()).has('rhel'), {
      what: 'the DaemonSet of the rhel pool to go',
    });
    expect([...(await daemonSets()).keys()]).toEqual(['ubuntu']);
    expect(Object.keys(await driverUids(cluster))).toContain('ubuntu-0');
  });

  it('all go when the policy no longer asks for a driver', async () => {
    await patchSpec({ ofedDriver: null });
    const paths = [
      `/api/v1${IN_NAMESPACE}/serviceaccounts/${DRIVER_SERVICE_ACCOUNT}`,
      `/api/v1${IN_NAMESPACE}/configmaps/${INIT_CONFIG_MAP}`,
      `${RBAC}/clusterroles/${DRIVER_SERVICE_ACCOUNT}`,
      `${RBAC}/clusterrolebindings/${DRIVER_SERVICE_ACCOUNT}`,
      `${RBAC}${IN_NAMESPACE}/roles/${DRIVER_SERVICE_ACCOUNT}`,
      `${RBAC}${IN_NAMESPACE}/rolebindings/${DRIVER_SERVICE_ACCOUNT}`,
    ];
    await eventually(
      async () => {
        const left = await Promise.all(
          paths.map((path) =>
            cluster.api.get(path).then(
              () => [path],
              () => [],
            ),
          ),
        );
        expect(left.flat()).toEqual([]);
        expect((await daemonSets()).size).toBe(0);
        return true;
      },
      { what: "the driver's objects to go" },
    );
    await cluster.state('ubuntu-0', 'none');
  });
});
