import type { ContainerResources, EnvVar, Probe, Toleration } from '../contract/policy.ts';
import type { NodeAffinity } from '../contract/policy.ts';
import type { StringMap } from '../kubernetes/objects.ts';
import type { Volume, VolumeMount } from './config-mounts.ts';

/** The parts of a pod template that the driver's DaemonSets use. */
export interface PodTemplate {
  readonly metadata: { readonly labels: StringMap };
  readonly spec: PodSpec;
}

export interface PodSpec {
  readonly priorityClassName: string;
  readonly serviceAccountName: string;
  readonly hostNetwork: true;
  readonly nodeSelector: StringMap;
  readonly affinity: {
    readonly nodeAffinity?: NodeAffinity;
    readonly podAntiAffinity: object;
  };
  readonly tolerations: readonly Toleration[];
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly terminationGracePeriodSeconds: number;
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy: 'IfNotPresent';
  readonly args?: readonly string[];
  readonly env: readonly EnvVar[];
  readonly resources?: Omit<ContainerResources, 'name'>;
  readonly securityContext: object;
  readonly volumeMounts?: readonly VolumeMount[];
  readonly startupProbe?: ContainerProbe;
  readonly livenessProbe?: ContainerProbe;
  readonly readinessProbe?: ContainerProbe;
}

export interface ContainerProbe extends Probe {
  readonly exec: { readonly command: readonly string[] };
}
