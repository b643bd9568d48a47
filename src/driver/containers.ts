import { DRIVER_CONTAINER, INIT_CONFIG_KEY, INIT_CONFIG_MAP, INIT_CONTAINER } from '../contract/keys.ts';
import type { DriverSpec, EnvVar, Probe } from '../contract/policy.ts';
import type { VolumeMount } from './config-mounts.ts';
import type { Container, ContainerProbe } from './pod-spec.ts';

/** Any user but root: the init container only speaks to the API server. */
const NOBODY = 65532;

const DEFAULT_ENV: readonly EnvVar[] = [
  { name: 'CREATE_IFNAMES_UDEV', value: 'true' },
  { name: 'NVIDIA_NIC_DRIVERS_INVENTORY_PATH', value: '/mnt/drivers-inventory' },
];

/** The driver itself. */
export function driverContainer(
  driver: DriverSpec,
  image: string,
  volumeMounts: readonly VolumeMount[],
): Container {
  return {
    name: DRIVER_CONTAINER,
    image,
    imagePullPolicy: 'IfNotPresent',
    securityContext: { privileged: true, seLinuxOptions: { level: 's0' } },
    env: mergeEnv(DEFAULT_ENV, driver.env),
    ...resourcesOf(driver, DRIVER_CONTAINER),
    startupProbe: probe('ls /run/mellanox/drivers/.driver-ready', driver.startupProbe),
    livenessProbe: probe('lsmod | grep mlx5_core', driver.livenessProbe),
    readinessProbe: probe('lsmod | grep mlx5_core', driver.readinessProbe),
    volumeMounts,
  };
}

/**
 * Safe load. The container is there whether or not safe load is on, and finds out from a ConfigMap: so to switch it on later
 * does not change the pod template, and no driver is restarted for it.
 */
export function initContainer(driver: DriverSpec, image: string, namespace: string): Container {
  return {
    name: INIT_CONTAINER,
    image,
    imagePullPolicy: 'IfNotPresent',
    args: [
      'safe-load',
      '--node-name',
      '$(NODE_NAME)',
      '--configmap-name',
      INIT_CONFIG_MAP,
      '--configmap-namespace',
      namespace,
      '--configmap-key',
      INIT_CONFIG_KEY,
    ],
    env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    ...resourcesOf(driver, INIT_CONTAINER),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: NOBODY,
      runAsGroup: NOBODY,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
}

/** Later ones override earlier ones of the same name, which server-side apply allows only once. */
function mergeEnv(...lists: readonly (readonly EnvVar[])[]): readonly EnvVar[] {
  const merged = new Map<string, EnvVar>();
  for (const variable of lists.flat()) {
    merged.delete(variable.name);
    merged.set(variable.name, variable);
  }
  return [...merged.values()];
}

function resourcesOf(driver: DriverSpec, container: string): Pick<Container, 'resources'> {
  const found = driver.containerResources.find(({ name }) => name === container);
  if (found === undefined) return {};
  const { requests, limits } = found;
  return { resources: { ...(requests && { requests }), ...(limits && { limits }) } };
}

function probe(command: string, timing: Probe): ContainerProbe {
  return { exec: { command: ['sh', '-c', command] }, ...timing };
}
