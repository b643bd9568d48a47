import {
  ARCH_LABEL,
  DRIVER_CONTAINER,
  DRIVER_LABEL,
  KERNEL_LABEL,
  NIC_PRESENT_LABEL,
  OS_ID_LABEL,
  OS_VERSION_LABEL,
  POLICY_NAME,
  REVISION_HASH_LABEL,
  STATE_LABEL,
} from '../../contract/keys.ts';
import type { RawObject } from '../../cluster/memory/api/types.ts';
import { nodeObject } from '../../cluster/memory/machines/index.ts';
import type { StringMap } from '../../kubernetes/objects.ts';
import { daemonSets, type StoredDaemonSet } from '../resources/daemonsets.ts';
import { driverPods, type StoredDriverPod } from '../resources/driver-pods.ts';
import { nodes, type StoredNode } from '../resources/nodes.ts';
import { policies, type StoredObject } from '../resources/objects.ts';

export const NAMESPACE = 'nvidia-network-operator';

const NOW = '2026-01-01T00:00:00Z';

/** What Node Feature Discovery and the kubelet say of a node that has a NIC. */
export const NIC_LABELS: StringMap = {
  [NIC_PRESENT_LABEL]: 'true',
  [OS_ID_LABEL]: 'ubuntu',
  [OS_VERSION_LABEL]: '22.04',
  [KERNEL_LABEL]: '5.15.0-78-generic',
  [ARCH_LABEL]: 'amd64',
};

interface NodeSpec {
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** The state label's value; absent: no label. */
  readonly state?: string;
  readonly cordoned?: boolean;
  /** Besides those of a node with a NIC. */
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  /** Without the maps of labels and annotations. */
  readonly bare?: boolean;
}

/** A Ready node with a NIC, unless told otherwise. */
export function aRawNode(spec: NodeSpec = {}): RawObject {
  const { name = 'node-1', uid = `uid-of-${name}`, resourceVersion = '1', state, cordoned = false } = spec;
  const { labels, annotations = {}, bare = false } = spec;
  const stateLabel = state === undefined ? {} : { [STATE_LABEL]: state };
  const node = nodeObject({ name, labels: { ...NIC_LABELS, ...stateLabel, ...labels }, annotations }, NOW);
  return {
    ...node,
    metadata: { ...(bare ? { name } : node.metadata), uid, resourceVersion },
    spec: cordoned ? { unschedulable: true } : {},
  };
}

export function aStoredNode(spec: NodeSpec = {}): StoredNode {
  return nodes.trim(aRawNode(spec));
}

interface PodSpec {
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly node?: string;
  readonly labels?: StringMap;
  /** UID of the controller. */
  readonly owner?: string;
  readonly terminating?: boolean;
}

function podSpec(container: string): { readonly containers: readonly object[] } {
  return { containers: [{ name: container, image: 'example.com/image:1' }] };
}

function aRawPodOf(kind: string, spec: PodSpec & { readonly namespace: string }): RawObject {
  const { name = 'pod-1', node = 'node-1', owner = 'owner-1', terminating = false, namespace } = spec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: spec.uid ?? `uid-of-${name}`,
      resourceVersion: spec.resourceVersion ?? '1',
      ...(spec.labels === undefined ? {} : { labels: spec.labels }),
      ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'owner', uid: owner, controller: true }],
      ...(terminating ? { deletionTimestamp: NOW } : {}),
    },
    spec: { nodeName: node, ...podSpec(kind === 'DaemonSet' ? DRIVER_CONTAINER : 'main') },
    status: { phase: 'Running' },
  };
}

/** A pod that runs and that a ReplicaSet would bring back elsewhere. */
export function aRawPod(spec: PodSpec = {}): RawObject {
  return aRawPodOf('ReplicaSet', { ...spec, namespace: 'default' });
}

/** Work that a ReplicaSet keeps on one node, whenever the node takes any. */
export function aRawReplicaSet(name: string, node: string): RawObject {
  const labels = { app: name };
  const nodeSelector = { 'kubernetes.io/hostname': node };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { nodeSelector, ...podSpec('main') } },
    },
  };
}

interface DriverPodSpec extends PodSpec {
  readonly revision?: string;
  readonly ready?: boolean;
}

/** A driver pod that is Ready, unless told otherwise. */
export function aRawDriverPod(spec: DriverPodSpec = {}): RawObject {
  const { revision = 'new', ready = true } = spec;
  const labels = { [DRIVER_LABEL]: '', [REVISION_HASH_LABEL]: revision, ...spec.labels };
  return {
    ...aRawPodOf('DaemonSet', { name: 'mofed-1', owner: 'ds-1', ...spec, labels, namespace: NAMESPACE }),
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ name: DRIVER_CONTAINER, ready }],
    },
  };
}

export function aStoredDriverPod(spec: DriverPodSpec = {}): StoredDriverPod {
  return driverPods.trim(aRawDriverPod(spec));
}

interface DaemonSetSpec {
  readonly name?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly observedGeneration?: number;
  readonly desired?: number;
  readonly nodeSelector?: StringMap;
}

/** A driver DaemonSet that selects every node with a NIC, and that its controller has caught up with. */
export function aRawDaemonSet(spec: DaemonSetSpec = {}): RawObject {
  const { name = 'mofed-ds', uid = 'ds-1', generation = 1, desired = 1 } = spec;
  const { observedGeneration = generation, nodeSelector = { [NIC_PRESENT_LABEL]: 'true' } } = spec;
  const labels = { [DRIVER_LABEL]: '' };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      name,
      namespace: NAMESPACE,
      uid,
      resourceVersion: '1',
      generation,
      labels,
    },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'OnDelete' },
      template: { metadata: { labels }, spec: { nodeSelector, ...podSpec(DRIVER_CONTAINER) } },
    },
    status: { observedGeneration, desiredNumberScheduled: desired },
  };
}

export function aStoredDaemonSet(spec: DaemonSetSpec = {}): StoredDaemonSet {
  return daemonSets.trim(aRawDaemonSet(spec));
}

/** A snapshot that the DaemonSet controller made of a DaemonSet's template. */
export function aRawRevision(owner: string, revision: number, hash: string): RawObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `revision-${owner}-${hash}`,
      namespace: NAMESPACE,
      labels: { [REVISION_HASH_LABEL]: hash },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'mofed-ds', uid: owner, controller: true },
      ],
    },
    data: { spec: {} },
    revision,
  };
}

interface PolicySpec {
  readonly name?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly version?: string;
  /** `spec.ofedDriver`, besides image, repository and version; null: there is no such section. */
  readonly driver?: Readonly<Record<string, unknown>> | null;
  readonly status?: unknown;
}

/** A policy that wants a driver. */
export function aRawPolicy(spec: PolicySpec = {}): RawObject {
  const { name = POLICY_NAME, uid = 'policy-1', generation = 1, version = '24.01-0.3.3.1-0' } = spec;
  const { driver = {}, status } = spec;
  return {
    apiVersion: 'mellanox.com/v1alpha1',
    kind: 'NicClusterPolicy',
    metadata: { name, uid, generation, resourceVersion: '1' },
    spec:
      driver === null
        ? {}
        : { ofedDriver: { image: 'mofed', repository: 'nvcr.io/mellanox', version, ...driver } },
    ...(status === undefined ? {} : { status }),
  };
}

export function aStoredPolicy(spec: PolicySpec = {}): StoredObject {
  return policies.trim(aRawPolicy(spec));
}
