import type { Stored } from '../../cluster/port.ts';
import { RESERVED_ANNOTATION } from '../../contract/keys.ts';
import { lookUp, type ApiObject } from '../../kubernetes/objects.ts';
import { identity, resourceType } from './resource-type.ts';

/** A Lease as it is kept. */
export interface StoredLease extends Stored {
  /** Undefined: nobody holds it. */
  readonly holder: string | undefined;
  readonly durationSeconds: number | undefined;
  /** How often it has gone from one holder to another. */
  readonly transitions: number;
  readonly acquireTime: string | undefined;
  /** Differs whenever the holder has said anything: that it is still there, above all. */
  readonly record: string;
  /** The annotation as it is; see `parseReservation`. */
  readonly reserved: string | undefined;
  readonly hasAnnotations: boolean;
}

/** @see https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/ */
interface RawLease extends ApiObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly leaseTransitions?: number;
  };
}

export const leases = resourceType<StoredLease>(
  { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases' },
  (raw: RawLease) => {
    const { holderIdentity = '', leaseDurationSeconds, acquireTime, leaseTransitions = 0 } = raw.spec ?? {};
    return {
      ...identity(raw),
      holder: holderIdentity === '' ? undefined : holderIdentity,
      durationSeconds: leaseDurationSeconds,
      transitions: leaseTransitions,
      acquireTime,
      record: JSON.stringify(raw.spec ?? {}),
      reserved: lookUp(raw.metadata.annotations, RESERVED_ANNOTATION),
      hasAnnotations: raw.metadata.annotations !== undefined,
    };
  },
);
