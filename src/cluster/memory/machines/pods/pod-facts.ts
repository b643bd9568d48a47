import { conditionOf } from '../conditions.ts';
import type { Pod, PodSpec } from '../objects.ts';

/** Whether a pod has ended for good: nothing of it runs any more or ever will. */
export function isTerminal({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Whether a pod is being deleted. */
export function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Whether a pod counts as one that its controller wanted: it has neither ended nor is it being deleted. */
export function isActive(pod: Pod): boolean {
  return !isTerminating(pod) && !isTerminal(pod);
}

export function isReady({ status }: Pod): boolean {
  return conditionOf(status?.conditions, 'Ready')?.status === 'True';
}

/** Whether a pod is on a node, or will be as soon as that node's kubelet has heard of it. */
export function isBound({ spec }: Pod): boolean {
  return spec?.nodeName !== undefined && spec.nodeName !== '';
}

/** The older one first; of equal age, by name. */
export function byAge(a: Pod, b: Pod): number {
  return (
    compare(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compare(a.metadata.name, b.metadata.name)
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * The node that a pod of a DaemonSet was made for: the controller names it in the affinity and leaves the binding to the scheduler.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#how-daemon-pods-are-scheduled
 */
export function intendedNode(spec: PodSpec | undefined): string | undefined {
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const fields = required?.nodeSelectorTerms.flatMap(({ matchFields = [] }) => matchFields) ?? [];
  const named = fields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
  return named?.values?.length === 1 ? named.values[0] : undefined;
}
