import type { StringMap } from '../../../../kubernetes/objects.ts';
import type { RawObject } from '../../api/types.ts';
import type { Taint } from '../objects.ts';

export interface NodeDescription {
  readonly name: string;
  /** Beyond those that a kubelet sets. */
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  readonly taints?: readonly Taint[];
  /** Beyond CPU, memory and 110 pods: `nvidia.com/gpu: '8'`. */
  readonly allocatable?: StringMap;
  readonly internalIP?: string;
  /** As a kubelet reports it: `Ubuntu 22.04.5 LTS`. */
  readonly osImage?: string;
  /** As `uname -r` has it. */
  readonly kernelVersion?: string;
  /** Default: the kubelet's version that goes with the API server. */
  readonly kubeletVersion?: string;
}

const HEALTHY = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const;

/** The conditions of a node with which all is well. */
export function healthyConditions(now: string): readonly (StringMap & { type: string; status: string })[] {
  return HEALTHY.map(([type, status, reason, message]) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  }));
}

/**
 * A Ready node as its kubelet registers it.
 *
 * @param now as Kubernetes writes times
 */
export function nodeObject(description: NodeDescription, now: string): RawObject {
  const { name, annotations, taints = [], internalIP = '10.0.0.1' } = description;
  const capacity = { cpu: '64', memory: '256Gi', pods: '110', ...description.allocatable };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        'kubernetes.io/hostname': name,
        ...description.labels,
      },
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: taints.length === 0 ? {} : { taints },
    status: {
      capacity,
      allocatable: capacity,
      conditions: healthyConditions(now),
      addresses: [
        { type: 'InternalIP', address: internalIP },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: 'linux',
        osImage: description.osImage ?? 'Ubuntu 22.04.5 LTS',
        kernelVersion: description.kernelVersion ?? '5.15.0-generic',
        containerRuntimeVersion: 'containerd://2.1.4',
        kubeletVersion: description.kubeletVersion ?? 'v1.36.3',
      },
    },
  };
}
