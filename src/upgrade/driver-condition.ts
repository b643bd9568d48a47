import type { DriverFailure, DriverPod, NodeView } from './view.ts';
import { waitsForSafeLoad } from './view.ts';

/** The driver on a node, in one word, and the pod that it is said of. */
export type DriverCondition =
  /** The DaemonSet's newest revision is not known yet: decide nothing. */
  | { readonly kind: 'unknown' }
  /** No driver belongs on this node, and none is there. */
  | { readonly kind: 'unwanted' }
  /** One belongs here, but there is no pod. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'terminating'; readonly pod: DriverPod }
  /** No DaemonSet owns it: never up to date, replaced only on request. */
  | { readonly kind: 'orphaned'; readonly pod: DriverPod }
  | { readonly kind: 'outdated'; readonly pod: DriverPod }
  /** Up to date, and on its way. */
  | { readonly kind: 'starting'; readonly pod: DriverPod }
  /** Up to date, and not able to come up. */
  | { readonly kind: 'failing'; readonly pod: DriverPod; readonly failure: DriverFailure }
  /** Up to date and Ready. */
  | { readonly kind: 'ready'; readonly pod: DriverPod };

/**
 * Sums up the driver pods of a node.
 *
 * @see docs/contract.md, "Up to date"
 */
export function driverCondition({ driver }: NodeView): DriverCondition {
  const staying = driver.pods.filter((pod) => !pod.terminating);
  const pod = worst(staying);
  if (pod !== undefined) return conditionOf(pod);
  const terminating = driver.pods[0];
  if (terminating !== undefined) return { kind: 'terminating', pod: terminating };
  return { kind: driver.expected ? 'missing' : 'unwanted' };
}

function conditionOf(pod: DriverPod): DriverCondition {
  if (pod.orphaned) return { kind: 'orphaned', pod };
  if (pod.wantedRevision === undefined || pod.revision === undefined) return { kind: 'unknown' };
  if (pod.revision !== pod.wantedRevision) return { kind: 'outdated', pod };
  if (pod.ready) return { kind: 'ready', pod };
  if (pod.failure !== undefined) return { kind: 'failing', pod, failure: pod.failure };
  return { kind: 'starting', pod };
}

const BEST_FIRST: readonly DriverCondition['kind'][] = [
  'ready',
  'starting',
  'failing',
  'unknown',
  'outdated',
  'orphaned',
];

/** Two driver pods on one node exclude each other by anti-affinity; if there are two all the same, the one furthest behind counts. */
function worst(pods: readonly DriverPod[]): DriverPod | undefined {
  const rank = (pod: DriverPod): number => BEST_FIRST.indexOf(conditionOf(pod).kind);
  return pods.reduce<DriverPod | undefined>(
    (found, pod) => (found === undefined || rank(pod) > rank(found) ? pod : found),
    undefined,
  );
}

/** Up to date and Ready, with nothing held back: no reload lies ahead of this node. */
export function isUpToDate(view: NodeView): boolean {
  return driverCondition(view).kind === 'ready' && !waitsForSafeLoad(view);
}
