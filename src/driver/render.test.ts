import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../contract/policy.ts';
import type { ApiObject } from '../kubernetes/objects.ts';
import type { DaemonSet } from './daemon-set.ts';
import type { Container } from './pod-spec.ts';
import type { Pool } from './pool.ts';
import { renderDriverObjects } from './render.ts';
import type { DriverInput, DriverObjects } from './render.ts';

const UBUNTU: Pool = { osId: 'ubuntu', osVersion: '22.04', kernel: '5.15.0-78-generic', arch: 'amd64' };
const DRIVER = { image: 'mofed', repository: 'mellanox', version: '5.6-1.0.3.3' };

function policyOf(ofedDriver: object | undefined, rest: object = {}) {
  const parsed = parsePolicy({
    metadata: { name: 'nic-cluster-policy', uid: 'u1' },
    spec: { ofedDriver, ...rest },
  });
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.policy;
}

function render(
  driver: object = {},
  changes: Partial<DriverInput> & { readonly spec?: object } = {},
): DriverObjects {
  const { spec, ...input } = changes;
  return renderDriverObjects({
    policy: policyOf({ ...DRIVER, ...driver }, spec),
    namespace: 'net',
    operatorImage: 'ofed-operator:1',
    pools: [UBUNTU],
    live: [],
    configMaps: new Map(),
    ...input,
  });
}

function daemonSets({ objects }: DriverObjects): DaemonSet[] {
  return objects.filter((object): object is DaemonSet => object.kind === 'DaemonSet');
}

function only(rendered: DriverObjects): DaemonSet {
  expect(rendered.problems).toEqual([]);
  const all = daemonSets(rendered);
  expect(all).toHaveLength(1);
  return all[0]!;
}

const podOf = (rendered: DriverObjects) => only(rendered).spec.template.spec;
const container = (rendered: DriverObjects): Container => podOf(rendered).containers[0]!;
const initContainer = (rendered: DriverObjects): Container => podOf(rendered).initContainers[0]!;
const find = ({ objects }: DriverObjects, kind: string) => objects.find((object) => object.kind === kind);

describe('the DaemonSet of a pool', () => {
  it('has the name, labels and selector of NVIDIA operator', () => {
    expect(only(render())).toMatchObject({
      metadata: {
        name: 'mofed-ubuntu22.04-54669c9886-ds',
        namespace: 'net',
        labels: {
          app: 'mofed-ubuntu22.04-54669c9886',
          'nvidia.com/ofed-driver': '',
          'ds-owner': 'NicClusterPolicy',
          'mofed-ds-format-version': '1',
        },
      },
      spec: {
        selector: { matchLabels: { app: 'mofed-ubuntu22.04-54669c9886' } },
        template: {
          metadata: {
            labels: {
              app: 'mofed-ubuntu22.04-54669c9886',
              kernel: '5.15.0-78-generic',
              'nvidia.com/ofed-driver': '',
              'ds-owner': 'NicClusterPolicy',
            },
          },
        },
      },
    });
  });

  it('restarts a driver only when its pod is deleted', () => {
    expect(only(render()).spec.updateStrategy).toEqual({ type: 'OnDelete' });
  });

  it('selects the nodes of its pool and no other', () => {
    expect(podOf(render()).nodeSelector).toEqual({
      'feature.node.kubernetes.io/pci-15b3.present': 'true',
      'feature.node.kubernetes.io/system-os_release.ID': 'ubuntu',
      'feature.node.kubernetes.io/system-os_release.VERSION_ID': '22.04',
      'feature.node.kubernetes.io/kernel-version.full': '5.15.0-78-generic',
      'kubernetes.io/arch': 'amd64',
    });
  });

  it('runs a privileged driver on the network of the host, before everything else', () => {
    expect(podOf(render())).toMatchObject({
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      serviceAccountName: 'ofed-driver',
      terminationGracePeriodSeconds: 300,
    });
    expect(container(render())).toMatchObject({
      name: 'mofed-container',
      securityContext: { privileged: true },
      imagePullPolicy: 'IfNotPresent',
    });
  });

  it.each([
    [{}, 'mellanox/mofed:5.6-1.0.3.3-ubuntu22.04-amd64'],
    [{ forcePrecompiled: true }, 'mellanox/mofed:5.6-1.0.3.3-5.15.0-78-generic-ubuntu22.04-amd64'],
    [{ version: `sha256:${'0A'.repeat(32)}` }, `mellanox/mofed@sha256:${'0a'.repeat(32)}`],
    [
      { version: `sha256:${'0a'.repeat(32)}`, forcePrecompiled: true },
      `mellanox/mofed@sha256:${'0a'.repeat(32)}`,
    ],
  ])('runs the image that %j asks for', (driver, image) => {
    expect(container(render(driver)).image).toBe(image);
  });

  it('mounts what a driver needs of its host', () => {
    const { volumes } = podOf(render());
    const mounted = (container(render()).volumeMounts ?? []).map(
      ({ name, mountPath, readOnly, mountPropagation }) => {
        const path = volumes.find((volume) => volume.name === name)?.hostPath?.path;
        return [path, mountPath, readOnly === true ? 'ro' : (mountPropagation ?? 'rw')];
      },
    );
    expect(mounted).toEqual([
      ['/run/mellanox/drivers', '/run/mellanox/drivers', 'Bidirectional'],
      ['/etc/network', '/etc/network', 'rw'],
      ['/etc', '/host/etc', 'rw'],
      ['/usr', '/host/usr', 'rw'],
      ['/lib/udev', '/host/lib/udev', 'rw'],
      ['/run/udev', '/run/udev', 'ro'],
      ['/lib/modules', '/host/lib/modules', 'rw'],
      ['/var/opt/mofed-container/inventory', '/mnt/drivers-inventory', 'rw'],
      ['/etc/modprobe.d/ib_core.conf', '/etc/modprobe.d/ib_core.conf', 'rw'],
      ['/dev/infiniband', '/dev/infiniband', 'rw'],
    ]);
  });

  it('probes the driver as the policy says', () => {
    const { startupProbe, livenessProbe, readinessProbe } = container(
      render({ startupProbe: { periodSeconds: 20 } }),
    );
    expect(startupProbe).toEqual({
      exec: { command: ['sh', '-c', 'ls /run/mellanox/drivers/.driver-ready'] },
      initialDelaySeconds: 30,
      periodSeconds: 20,
      failureThreshold: 120,
      timeoutSeconds: 10,
    });
    expect(livenessProbe).toEqual({
      exec: { command: ['sh', '-c', 'lsmod | grep mlx5_core'] },
      initialDelaySeconds: 10,
      periodSeconds: 30,
      failureThreshold: 1,
      timeoutSeconds: 10,
    });
    expect(readinessProbe).toEqual(livenessProbe);
  });

  it("lets the policy's environment override the defaults, and its later entries the earlier ones", () => {
    expect(container(render()).env).toEqual([
      { name: 'CREATE_IFNAMES_UDEV', value: 'true' },
      { name: 'NVIDIA_NIC_DRIVERS_INVENTORY_PATH', value: '/mnt/drivers-inventory' },
    ]);
    const env = [
      { name: 'A', value: '1' },
      { name: 'CREATE_IFNAMES_UDEV', value: 'false' },
      { name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    ];
    expect(container(render({ env })).env).toEqual([
      { name: 'NVIDIA_NIC_DRIVERS_INVENTORY_PATH', value: '/mnt/drivers-inventory' },
      { name: 'CREATE_IFNAMES_UDEV', value: 'false' },
      { name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    ]);
  });

  it('gives each container the resources that are meant for it', () => {
    const resources = { requests: { cpu: '1' }, limits: { memory: '1Gi' } };
    const rendered = render({
      containerResources: [{ name: 'other' }, { name: 'mofed-container', ...resources }],
    });
    expect(container(rendered).resources).toEqual(resources);
    expect(initContainer(rendered).resources).toBeUndefined();
  });

  it('names each pull secret once, and none where there is none', () => {
    expect(podOf(render({ imagePullSecrets: ['a', 'b', 'a'] })).imagePullSecrets).toEqual([
      { name: 'a' },
      { name: 'b' },
    ]);
    expect(podOf(render())).not.toHaveProperty('imagePullSecrets');
  });

  it('never runs two drivers on a node, whatever affinity the policy adds', () => {
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'gpu', operator: 'Exists' }] }],
      },
    };
    const podAntiAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          labelSelector: { matchExpressions: [{ key: 'nvidia.com/ofed-driver', operator: 'Exists' }] },
          topologyKey: 'kubernetes.io/hostname',
        },
      ],
    };
    expect(podOf(render()).affinity).toEqual({ podAntiAffinity });
    expect(podOf(render({}, { spec: { nodeAffinity } })).affinity).toEqual({ nodeAffinity, podAntiAffinity });
  });

  it('tolerates the taint of GPU nodes besides what the policy tolerates', () => {
    const gpu = { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' };
    expect(podOf(render()).tolerations).toEqual([gpu]);
    expect(
      podOf(render({}, { spec: { tolerations: [{ key: 'a', operator: 'Exists' }] } })).tolerations,
    ).toEqual([{ key: 'a', operator: 'Exists' }, gpu]);
  });
});

describe('certConfig and repoConfig', () => {
  const configMaps = new Map([
    ['certs', ['b.crt', 'a.crt']],
    ['repos', ['x.list']],
  ]);
  const driver = { certConfig: { name: 'certs' }, repoConfig: { name: 'repos' } };

  it.each([
    ['ubuntu', '/usr/local/share/ca-certificates', '/etc/apt/sources.list.d'],
    ['rhel', '/etc/pki/ca-trust/extracted/pem', '/etc/yum.repos.d'],
    ['rhcos', '/etc/pki/ca-trust/extracted/pem', '/etc/yum.repos.d'],
    ['sles', '/etc/ssl', '/etc/zypp/repos.d'],
  ])('are mounted file by file where %s looks for them', (osId, certs, repos) => {
    const rendered = render(driver, { configMaps, pools: [{ ...UBUNTU, osId }] });
    expect(container(rendered).volumeMounts?.slice(-3)).toEqual([
      { name: 'cert-config', mountPath: `${certs}/a.crt`, subPath: 'a.crt', readOnly: true },
      { name: 'cert-config', mountPath: `${certs}/b.crt`, subPath: 'b.crt', readOnly: true },
      { name: 'repo-config', mountPath: `${repos}/x.list`, subPath: 'x.list', readOnly: true },
    ]);
    expect(podOf(rendered).volumes.at(-1)).toEqual({
      name: 'repo-config',
      configMap: { name: 'repos', items: [{ key: 'x.list', path: 'x.list' }] },
    });
  });

  it('are a problem of the pool whose system has no known place for them, and of no other', () => {
    const arch: Pool = { ...UBUNTU, osId: 'arch' };
    const rendered = render(driver, { configMaps, pools: [arch, UBUNTU] });
    expect(daemonSets(rendered).map(({ metadata }) => metadata.name)).toEqual([
      'mofed-ubuntu22.04-54669c9886-ds',
    ]);
    expect(rendered.problems).toMatchObject([{ pool: arch, daemonSet: 'mofed-arch22.04-54669c9886-ds' }]);
    expect(rendered.problems[0]?.reason).toContain(
      'spec.ofedDriver.certConfig cannot be used on nodes with the system "arch"',
    );
  });

  it('are a problem where the ConfigMap is not there, which says what to do', () => {
    expect(render({ certConfig: { name: 'gone' } }).problems[0]?.reason).toBe(
      'spec.ofedDriver.certConfig names the ConfigMap "gone", which is not in the operator\'s namespace. ' +
        'Create it there, or correct the name.',
    );
  });
});

describe('what must not restart drivers', () => {
  const templateOf = (rendered: DriverObjects) => only(rendered).spec.template;

  it('is a newer operator: its image is left as it is while nothing else changes', () => {
    const first = render();
    const later = render({}, { operatorImage: 'ofed-operator:2', live: daemonSets(first) });
    expect(templateOf(later)).toEqual(templateOf(first));
    expect(only(later)).toEqual(only(first));
    const again = render({}, { operatorImage: 'ofed-operator:3', live: daemonSets(later) });
    expect(initContainer(again).image).toBe('ofed-operator:1');
  });

  it('but once the driver changes anyway, the newer image comes along', () => {
    const live = daemonSets(render());
    const later = render({ version: '24.01-0.3.3.1-0' }, { operatorImage: 'ofed-operator:2', live });
    expect(initContainer(later).image).toBe('ofed-operator:2');
  });

  it('is a newer operator, even where somebody has edited the DaemonSet meanwhile', () => {
    const first = only(render());
    const edited = { ...first, spec: { ...first.spec, template: { metadata: {}, spec: {} } } };
    const later = render({}, { operatorImage: 'ofed-operator:2', live: [edited] });
    expect(templateOf(later)).toEqual(first.spec.template);
  });

  it('is safe load being switched on: only the ConfigMap changes', () => {
    const off = render();
    const on = render({ upgradePolicy: { autoUpgrade: true, safeLoad: true } });
    expect(daemonSets(on)).toEqual(daemonSets(off));
    expect(find(on, 'ConfigMap')).not.toEqual(find(off, 'ConfigMap'));
  });
});

describe('safe load', () => {
  const configOf = (rendered: DriverObjects): unknown => {
    const { data } = find(rendered, 'ConfigMap') as ApiObject & { readonly data: Record<string, string> };
    return JSON.parse(data['config.json'] ?? '');
  };
  const config = (enable: boolean) => ({
    safeDriverLoad: { enable, annotation: 'nvidia.com/ofed-driver-upgrade.driver-wait-for-safe-load' },
  });

  it('is off unless the policy switches it on along with automatic upgrades', () => {
    expect(configOf(render())).toEqual(config(false));
    expect(configOf(render({ upgradePolicy: { autoUpgrade: true } }))).toEqual(config(false));
    expect(configOf(render({ upgradePolicy: { autoUpgrade: true, safeLoad: true } }))).toEqual(config(true));
  });

  it('is done by an init container without any privilege, which knows its node and its ConfigMap', () => {
    expect(initContainer(render())).toMatchObject({
      name: 'network-operator-init-container',
      image: 'ofed-operator:1',
      args: [
        'safe-load',
        '--node-name',
        '$(NODE_NAME)',
        '--configmap-name',
        'ofed-init-container-config',
        '--configmap-namespace',
        'net',
        '--configmap-key',
        'config.json',
      ],
      env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
      securityContext: {
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      },
    });
  });
});

describe('renderDriverObjects', () => {
  it('renders nothing where no driver is wanted', () => {
    expect(render({}, { policy: policyOf(undefined) })).toEqual({ objects: [], problems: [] });
  });

  it('renders one DaemonSet for each pool, however many nodes it has', () => {
    const arm = { ...UBUNTU, arch: 'arm64' };
    expect(
      daemonSets(render({}, { pools: [UBUNTU, arm, { ...UBUNTU }] })).map(({ metadata }) => metadata.name),
    ).toEqual(['mofed-ubuntu22.04-54669c9886-ds', 'mofed-ubuntu22.04-54669c9886-arm64-ds']);
  });

  it('makes the policy the owner of everything, so that it goes when the policy goes', () => {
    const owner = {
      apiVersion: 'mellanox.com/v1alpha1',
      kind: 'NicClusterPolicy',
      name: 'nic-cluster-policy',
      uid: 'u1',
      controller: true,
      blockOwnerDeletion: true,
    };
    for (const { metadata } of render().objects) expect(metadata.ownerReferences).toEqual([owner]);
  });

  it('gives the driver a ServiceAccount that may do what safe load needs, and no more', () => {
    const rendered = render();
    expect(rendered.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'ServiceAccount ofed-driver',
      'ClusterRole ofed-driver',
      'ClusterRoleBinding ofed-driver',
      'Role ofed-driver',
      'RoleBinding ofed-driver',
      'ConfigMap ofed-init-container-config',
      'DaemonSet mofed-ubuntu22.04-54669c9886-ds',
    ]);
    expect(find(rendered, 'ClusterRole')).toMatchObject({
      rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'patch'] }],
    });
    expect(find(rendered, 'Role')).toMatchObject({
      rules: [
        {
          apiGroups: [''],
          resources: ['configmaps'],
          resourceNames: ['ofed-init-container-config'],
          verbs: ['get'],
        },
      ],
    });
  });
});
