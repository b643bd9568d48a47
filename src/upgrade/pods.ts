import type { OwnedPod, TerminatingPod } from '../reasons/index.ts';
import type { WorkloadPod } from './view.ts';

interface Ending {
  readonly namespace: string;
  readonly name: string;
  readonly terminating: boolean;
  readonly graceEndsAt?: number;
  readonly finalizers?: readonly string[];
}

/** A pod and what controls it, as a reason names it. */
export function ownedPod({ namespace, name, controllerKind, controllerName = '' }: WorkloadPod): OwnedPod {
  const owner = controllerKind === undefined ? undefined : { kind: controllerKind, name: controllerName };
  return { namespace, name, owner };
}

/** A pod that terminates, as a reason names it. */
export function terminatingPod({ namespace, name, graceEndsAt, finalizers = [] }: Ending): TerminatingPod {
  return { namespace, name, graceEndsAt, finalizers };
}

/** How long after its grace period a pod may still be there, in milliseconds: the kubelet has to clean up, and clocks differ. */
const CLEANED_UP_AFTER = 30_000;

/** From when on a pod that terminates should be gone (milliseconds since the epoch); undefined: it does not, or that is not known. */
export function stuckFrom({ terminating, graceEndsAt }: Ending): number | undefined {
  return terminating && graceEndsAt !== undefined ? graceEndsAt + CLEANED_UP_AFTER : undefined;
}

/** Whether a pod should have been gone for a while. */
export function isStuck(pod: Ending, now: number): boolean {
  const from = stuckFrom(pod);
  return from !== undefined && now >= from;
}
