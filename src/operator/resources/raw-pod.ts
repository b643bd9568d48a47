import type { ApiObject } from '../../kubernetes/objects.ts';

/** The parts of a Pod that are looked at before it is trimmed. */
export interface RawPod extends ApiObject {
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly RawContainer[];
    readonly initContainers?: readonly RawContainer[];
    readonly volumes?: readonly { readonly emptyDir?: unknown }[];
    readonly affinity?: {
      readonly nodeAffinity?: {
        readonly requiredDuringSchedulingIgnoredDuringExecution?: {
          readonly nodeSelectorTerms?: readonly {
            readonly matchFields?: readonly { readonly key: string; readonly values?: readonly string[] }[];
          }[];
        };
      };
    };
  };
  readonly status?: {
    readonly phase?: string;
    readonly message?: string;
    readonly reason?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly containerStatuses?: readonly RawContainerStatus[];
    readonly initContainerStatuses?: readonly RawContainerStatus[];
  };
}

export interface RawContainer {
  readonly name: string;
  readonly image?: string;
}

export interface RawContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly exitCode?: number; readonly reason?: string };
  };
  readonly lastState?: { readonly terminated?: { readonly exitCode?: number; readonly reason?: string } };
}

export function isReady({ status }: RawPod): boolean {
  return status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true;
}

/**
 * What is known of a pod's end: when its grace period is over, which is what the API server writes into `deletionTimestamp`, and which
 * finalizers it has then.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
 */
export function endingOf({ deletionTimestamp, finalizers = [] }: RawPod['metadata']): {
  readonly graceEndsAt?: number;
  readonly finalizers?: readonly string[];
} {
  if (deletionTimestamp === undefined) return {};
  const graceEndsAt = Date.parse(deletionTimestamp);
  return {
    ...(Number.isNaN(graceEndsAt) ? {} : { graceEndsAt }),
    ...(finalizers.length === 0 ? {} : { finalizers }),
  };
}
