import type { DriverSpec } from '../contract/policy.ts';

/** The keys of each ConfigMap in the operator's namespace that a policy names; one that is not in the cluster is absent. */
export type ConfigMapKeys = ReadonlyMap<string, readonly string[]>;

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
  readonly mountPropagation?: 'Bidirectional';
}

export interface Volume {
  readonly name: string;
  readonly hostPath?: { readonly path: string; readonly type?: string };
  readonly configMap?: {
    readonly name: string;
    readonly items: readonly { readonly key: string; readonly path: string }[];
  };
}

export interface ConfigMounts {
  readonly volumes: readonly Volume[];
  readonly mounts: readonly VolumeMount[];
}

export type ConfigMountsResult =
  { readonly ok: true; readonly mounts: ConfigMounts } | { readonly ok: false; readonly reason: string };

interface Config {
  readonly field: 'certConfig' | 'repoConfig';
  readonly volume: string;
  readonly what: string;
  /** Where the driver container's system looks for them, by the `ID` of /etc/os-release. */
  readonly directories: ReadonlyMap<string, string>;
}

const CONFIGS: readonly Config[] = [
  {
    field: 'certConfig',
    volume: 'cert-config',
    what: 'certificates',
    directories: new Map([
      ['ubuntu', '/usr/local/share/ca-certificates'],
      ['rhel', '/etc/pki/ca-trust/extracted/pem'],
      ['rhcos', '/etc/pki/ca-trust/extracted/pem'],
      ['sles', '/etc/ssl'],
    ]),
  },
  {
    field: 'repoConfig',
    volume: 'repo-config',
    what: 'package repositories',
    directories: new Map([
      ['ubuntu', '/etc/apt/sources.list.d'],
      ['rhel', '/etc/yum.repos.d'],
      ['rhcos', '/etc/yum.repos.d'],
      ['sles', '/etc/zypp/repos.d'],
    ]),
  },
];

/**
 * Mounts `certConfig` and `repoConfig` where the pool's system looks for such files: each key of the ConfigMap as a file of its
 * own, so that what the image has in that directory stays.
 *
 * @see docs/contract.md, "The driver DaemonSet"
 */
export function configMounts(
  driver: DriverSpec,
  osId: string,
  configMaps: ConfigMapKeys,
): ConfigMountsResult {
  const volumes: Volume[] = [];
  const mounts: VolumeMount[] = [];
  for (const config of CONFIGS) {
    const name = driver[config.field];
    if (name === undefined) continue;
    const directory = config.directories.get(osId);
    const keys = configMaps.get(name);
    if (directory === undefined) return { ok: false, reason: unknownSystem(config, osId) };
    if (keys === undefined) return { ok: false, reason: missingConfigMap(config, name) };
    const files = [...keys].sort();
    volumes.push({
      name: config.volume,
      configMap: { name, items: files.map((key) => ({ key, path: key })) },
    });
    mounts.push(
      ...files.map((key) => ({
        name: config.volume,
        mountPath: `${directory}/${key}`,
        subPath: key,
        readOnly: true,
      })),
    );
  }
  return { ok: true, mounts: { volumes, mounts } };
}

function unknownSystem({ field, what, directories }: Config, osId: string): string {
  const known = [...directories.keys()].join(', ');
  return (
    `spec.ofedDriver.${field} cannot be used on nodes with the system "${osId}": where it keeps ${what} is known only for ` +
    `${known}. Remove ${field}, or the nodes from the policy.`
  );
}

function missingConfigMap({ field }: Config, name: string): string {
  return (
    `spec.ofedDriver.${field} names the ConfigMap "${name}", which is not in the operator's namespace. ` +
    'Create it there, or correct the name.'
  );
}
