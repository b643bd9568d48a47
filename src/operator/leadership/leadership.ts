import type { Reservation } from './reservation.ts';
import type { VersionedKind } from './known-versions.ts';

/**
 * What the work that a leader does must know of its being the leader, so that nothing is done twice and nobody who led before does harm.
 *
 * @see docs/decisions/0007-fencing.md
 */
export interface Leadership {
  /** Whether there may be others who lead before or after. If not, nothing is to be reserved, proven or marked. */
  readonly isShared: boolean;
  /** The nodes that whoever led before may still be starting. */
  readonly inherited: Reservation;
  /** Whether the Lease has it on record that this process may be starting the node. */
  isReserved(node: string): boolean;
  /** Takes note of a version of an object that has been seen. */
  note(kind: VersionedKind, resourceVersion: string): void;
  /** Whether this process has been proven to lead since there was this version of an object. */
  isProven(kind: VersionedKind, resourceVersion: string): boolean;
  /** Asks for the Lease to be renewed now rather than later; {@link LeaderWork.renewed} tells when it is. */
  renew(): void;
  /** A mark of this leadership for an object; never the same twice. */
  stamp(): string;
  /** Whether a mark is of this leadership. */
  isOwn(stamp: string | undefined): boolean;
  /** Ties the work to it. To be called once. */
  serve(work: LeaderWork): void;
}

export interface LeaderWork {
  /** The nodes that may be being started at this moment, by this process or by whoever led before. */
  readonly starting: () => readonly string[];
  /** The nodes that are next, perhaps before the Lease is written again. */
  readonly upcoming: () => readonly string[];
  /** The Lease has been renewed: what waited for that can go on. */
  readonly renewed: () => void;
}

/** Nobody else ever leads. */
export const undisputed: Leadership = {
  isShared: false,
  inherited: new Set<string>(),
  isReserved: () => true,
  note: () => undefined,
  isProven: () => true,
  renew: () => undefined,
  stamp: () => '',
  isOwn: () => true,
  serve: () => undefined,
};
