import type { JsonPatchOperation } from '../../cluster/port.ts';
import { LEASE_NAME, RESERVED_ANNOTATION } from '../../contract/keys.ts';
import { lookUp, type ApiObject } from '../../kubernetes/objects.ts';
import type { StoredLease } from '../resources/leases.ts';
import { mapOperations } from '../resources/map-patch.ts';

/** For how long the Lease holds when it is not renewed, in seconds. */
export const LEASE_SECONDS = 12;

/** What the Lease is to say. */
export interface LeaseRecord {
  /** Empty: nobody holds it. */
  readonly holder: string;
  /** In milliseconds since the epoch, as the holder believes. For people: nobody's clock is compared with another's. */
  readonly renewed: number;
  readonly acquireTime: string | undefined;
  readonly transitions: number;
  /** As `formatReservation` has it. */
  readonly reserved: string | undefined;
}

/** The Lease where there is none. */
export function newLease(namespace: string, record: LeaseRecord): ApiObject {
  const { reserved } = record;
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: LEASE_NAME,
      namespace,
      ...(reserved === undefined ? {} : { annotations: { [RESERVED_ANNOTATION]: reserved } }),
    },
    spec: specOf(record),
  };
  return lease;
}

/** The patch that has the Lease say so, on the condition that nobody has written it meanwhile. */
export function leasePatch(lease: StoredLease, record: LeaseRecord): readonly JsonPatchOperation[] {
  const current = lease.reserved === undefined ? {} : { [RESERVED_ANNOTATION]: lease.reserved };
  const annotations = { path: '/metadata/annotations', exists: lease.hasAnnotations, current };
  const { reserved = null } = record;
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: lease.resourceVersion },
    { op: 'add', path: '/spec', value: specOf(record) },
    ...(reserved === (lookUp(current, RESERVED_ANNOTATION) ?? null)
      ? []
      : mapOperations(annotations, { [RESERVED_ANNOTATION]: reserved })),
  ];
}

/** A time as the API server wants it in a Lease: with six digits of a second's fraction, no more and no fewer. */
export function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}

function specOf({ holder, renewed, acquireTime, transitions }: LeaseRecord): object {
  return {
    holderIdentity: holder,
    leaseDurationSeconds: LEASE_SECONDS,
    acquireTime,
    renewTime: microTime(renewed),
    leaseTransitions: transitions,
  };
}
