import type { Pod } from '../objects.ts';
import { byAge, isBound, isReady } from '../pods/pod-facts.ts';

const PHASES: ReadonlyMap<string | undefined, number> = new Map([
  ['Pending', 0],
  ['Unknown', 1],
  ['Running', 2],
]);

/**
 * In which order pods are given up when there are too many: those that do the least first, and of equal ones the youngest.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset
 */
export function byDispensability(a: Pod, b: Pod): number {
  return (
    Number(isBound(a)) - Number(isBound(b)) ||
    (PHASES.get(a.status?.phase) ?? 0) - (PHASES.get(b.status?.phase) ?? 0) ||
    Number(isReady(a)) - Number(isReady(b)) ||
    byAge(b, a)
  );
}
