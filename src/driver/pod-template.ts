import { DRIVER_LABEL, DRIVER_SERVICE_ACCOUNT } from '../contract/keys.ts';
import type { DriverSpec, NodeAffinity, Toleration } from '../contract/policy.ts';
import type { ConfigMounts, Volume, VolumeMount } from './config-mounts.ts';
import { driverContainer, initContainer } from './containers.ts';
import { imageOf } from './image.ts';
import type { PodTemplate } from './pod-spec.ts';
import { nodeSelectorOf } from './pool.ts';
import type { Pool } from './pool.ts';

export interface TemplateInput {
  readonly driver: DriverSpec;
  readonly nodeAffinity: NodeAffinity | undefined;
  readonly tolerations: readonly Toleration[];
  readonly pool: Pool;
  readonly app: string;
  readonly namespace: string;
  readonly config: ConfigMounts;
}

/** The one kind of policy that there is; NVIDIA's operator tells its DaemonSets apart by it. */
const OWNER_LABEL = { 'ds-owner': 'NicClusterPolicy' };

/** Labels of the driver's DaemonSets and of their pods. */
export function driverLabels(app: string) {
  return { app, [DRIVER_LABEL]: '', ...OWNER_LABEL };
}

/** @see docs/contract.md, "The driver DaemonSet" */
export function podTemplate(input: TemplateInput, initImage: string): PodTemplate {
  const { driver, pool, app, namespace, config, nodeAffinity } = input;
  const volumes = [...HOST_PATHS.map(([volume]) => volume), ...config.volumes];
  const mounts = [
    ...HOST_PATHS.map(([volume, mount]) => ({ name: volume.name, ...mount })),
    ...config.mounts,
  ];
  const secrets = [...new Set(driver.imagePullSecrets)].map((name) => ({ name }));
  return {
    metadata: { labels: { ...driverLabels(app), kernel: pool.kernel } },
    spec: {
      priorityClassName: 'system-node-critical',
      serviceAccountName: DRIVER_SERVICE_ACCOUNT,
      hostNetwork: true,
      nodeSelector: nodeSelectorOf(pool),
      affinity: { ...(nodeAffinity && { nodeAffinity }), podAntiAffinity: ONE_DRIVER_PER_NODE },
      tolerations: [...input.tolerations, GPU_TOLERATION],
      ...(secrets.length > 0 && { imagePullSecrets: secrets }),
      terminationGracePeriodSeconds: driver.terminationGracePeriodSeconds,
      initContainers: [initContainer(driver, initImage, namespace)],
      containers: [driverContainer(driver, imageOf(driver, pool), mounts)],
      volumes,
    },
  };
}

/** Besides the taints that the DaemonSet controller lets every pod of its own tolerate. */
const GPU_TOLERATION: Toleration = { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' };

const ONE_DRIVER_PER_NODE = {
  requiredDuringSchedulingIgnoredDuringExecution: [
    {
      labelSelector: { matchExpressions: [{ key: DRIVER_LABEL, operator: 'Exists' }] },
      topologyKey: 'kubernetes.io/hostname',
    },
  ],
};

function hostPath(name: string, path: string, type?: string): Volume {
  return { name, hostPath: { path, ...(type !== undefined && { type }) } };
}

const HOST_PATHS: readonly (readonly [Volume, Omit<VolumeMount, 'name'>])[] = [
  // Bidirectional: other containers on the node find the driver's files through the host's directory.
  [
    hostPath('run-mlnx-ofed', '/run/mellanox/drivers'),
    { mountPath: '/run/mellanox/drivers', mountPropagation: 'Bidirectional' },
  ],
  [hostPath('etc-network', '/etc/network'), { mountPath: '/etc/network' }],
  [hostPath('host-etc', '/etc'), { mountPath: '/host/etc' }],
  [hostPath('host-usr', '/usr'), { mountPath: '/host/usr' }],
  [hostPath('host-udev', '/lib/udev'), { mountPath: '/host/lib/udev' }],
  [hostPath('host-run-udev', '/run/udev'), { mountPath: '/run/udev', readOnly: true }],
  [hostPath('host-lib-modules', '/lib/modules'), { mountPath: '/host/lib/modules' }],
  [
    hostPath('drivers-inventory', '/var/opt/mofed-container/inventory', 'DirectoryOrCreate'),
    { mountPath: '/mnt/drivers-inventory' },
  ],
  [
    hostPath('host-ib-core', '/etc/modprobe.d/ib_core.conf', 'FileOrCreate'),
    { mountPath: '/etc/modprobe.d/ib_core.conf' },
  ],
  [hostPath('dev-infiniband', '/dev/infiniband', 'DirectoryOrCreate'), { mountPath: '/dev/infiniband' }],
];
