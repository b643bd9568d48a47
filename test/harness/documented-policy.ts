import { stringify } from 'yaml';
import { POLICY_NAME } from '../../src/contract/keys.ts';
import type { ControlPlane } from '../control-plane/index.ts';

/** The policy of the documentation of automatic upgrades, as it stands there. */
export const DOCUMENTED_POLICY = `apiVersion: mellanox.com/v1alpha1
kind: NicClusterPolicy
metadata:
  name: nic-cluster-policy
  namespace: nvidia-network-operator
spec:
  ofedDriver:
    image: mofed
    repository: mellanox
    version: 5.6-1.0.3.3
    upgradePolicy:
      # autoUpgrade is a global switch for automatic upgrade feature
      # if set to false all other options are ignored
      autoUpgrade: true
      # maxParallelUpgrades indicates how many nodes can be upgraded in parallel
      # 0 means no limit, all nodes will be upgraded in parallel
      maxParallelUpgrades: 0
      # cordon and drain (if enabled) a node before loading the driver on it
      safeLoad: false
      # describes the configuration for waiting on job completions
      waitForCompletion:
        # specifies a label selector for the pods to wait for completion
        podSelector: "app=myapp"
        # specify the length of time in seconds to wait before giving up for workload to finish, zero means infinite
        # if not specified, the default is 300 seconds
        timeoutSeconds: 300
      # describes configuration for node drain during automatic upgrade
      drain:
        # allow node draining during upgrade
        enable: true
        # allow force draining
        force: false
        # specify a label selector to filter pods on the node that need to be drained
        podSelector: ""
        # specify the length of time in seconds to wait before giving up drain, zero means infinite
        # if not specified, the default is 300 seconds
        timeoutSeconds: 300
        # specify if should continue even if there are pods using emptyDir
        deleteEmptyDir: false
`;

/** `spec.ofedDriver.upgradePolicy`, as a person writes it. */
export interface UpgradePolicyFields {
  readonly autoUpgrade?: boolean;
  readonly maxParallelUpgrades?: number;
  readonly safeLoad?: boolean;
  readonly waitForCompletion?: { readonly podSelector?: string; readonly timeoutSeconds?: number };
  readonly drain?: {
    readonly enable?: boolean;
    readonly force?: boolean;
    readonly podSelector?: string;
    readonly timeoutSeconds?: number;
    readonly deleteEmptyDir?: boolean;
  };
}

export interface PolicyRequest {
  readonly version: string;
  /** Default: upgrades are automatic, one node at a time, and drained. */
  readonly upgradePolicy?: UpgradePolicyFields;
  /** Further fields of `spec.ofedDriver`. */
  readonly driver?: Readonly<Record<string, unknown>>;
}

/** A policy as a person would write it. */
export function policyYaml({ version, upgradePolicy, driver = {} }: PolicyRequest): string {
  return stringify(
    {
      apiVersion: 'mellanox.com/v1alpha1',
      kind: 'NicClusterPolicy',
      metadata: { name: POLICY_NAME },
      spec: {
        ofedDriver: {
          image: 'mofed',
          repository: 'mellanox',
          version,
          upgradePolicy: upgradePolicy ?? { autoUpgrade: true, drain: { enable: true } },
          ...driver,
        },
      },
    },
    { version: '1.1' },
  );
}

/** Applies a policy with kubectl, as a person does. */
export async function applyPolicy(controlPlane: ControlPlane, yaml: string): Promise<void> {
  await controlPlane.kubectlWith({ stdin: yaml }, 'apply', '-f', '-');
}

/** Changes the driver's version and nothing else. */
export async function setVersion(controlPlane: ControlPlane, version: string): Promise<void> {
  const patch = JSON.stringify({ spec: { ofedDriver: { version } } });
  await controlPlane.kubectl('patch', 'nicclusterpolicy', POLICY_NAME, '--type=merge', '-p', patch);
}

/** Changes some fields of the upgrade policy. */
export async function setUpgradePolicy(
  controlPlane: ControlPlane,
  upgradePolicy: UpgradePolicyFields,
): Promise<void> {
  const patch = JSON.stringify({ spec: { ofedDriver: { upgradePolicy } } });
  await controlPlane.kubectl('patch', 'nicclusterpolicy', POLICY_NAME, '--type=merge', '-p', patch);
}
