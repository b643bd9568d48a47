import { selectorOfObject } from '../cluster/memory/api/label-selector-object.ts';
import type { RawObject } from '../cluster/memory/api/types.ts';
import { keyOf } from '../cluster/object-cache.ts';
import { DRIVER_LABEL, NIC_PRESENT_LABEL, STATE_LABEL } from '../contract/keys.ts';
import type { UpgradePolicy } from '../contract/upgrade-policy.ts';
import { matchesLabels, type LabelSelector } from '../kubernetes/label-selector.ts';
import { lookUp } from '../kubernetes/objects.ts';
import { workloadPods } from '../operator/resources/workload-pods.ts';
import { drainVerdict } from '../upgrade/drain-rules.ts';
import { gracePeriod, heldBy, type RawPodObject } from './snapshot.ts';

/** The pods that an upgrade of the nodes may have to do with, and the others, which only take up room. */
export interface Cast {
  readonly drivers: readonly RawPodObject[];
  /** Their evictions are asked for one by one, or they are what somebody waits for, or refuses to evict. */
  readonly players: readonly RawPodObject[];
  /** Of the players, those that a disruption budget protects, wherever they are. */
  readonly guarded: ReadonlySet<RawPodObject>;
  readonly extras: readonly RawPodObject[];
}

interface Facts {
  readonly upgrade: UpgradePolicy;
  readonly budgets: readonly RawObject[];
  readonly nodes: readonly RawObject[];
  /** By {@link keyOf}: their eviction would be refused, by something else than a budget. */
  readonly refused: ReadonlyMap<string, unknown>;
}

/** The pods that would be evicted from the nodes with a driver, were all of them upgraded. */
export function toBeEvicted(
  pods: readonly RawPodObject[],
  { upgrade, nodes }: Pick<Facts, 'upgrade' | 'nodes'>,
): readonly RawPodObject[] {
  const concerned = driverNodes(nodes);
  return pods.filter((pod) => {
    const { phase } = pod.status ?? {};
    return (
      phase === 'Running' && concerned.has(pod.spec?.nodeName ?? '') && partOf(pod, upgrade) === 'evicted'
    );
  });
}

/**
 * Pods that nobody protects leave their node together: of each node's, the one that takes longest stands for all, so that a large cluster's
 * rehearsal is no larger than what can hold it up.
 */
export function castOf(pods: readonly RawPodObject[], facts: Facts): Cast {
  const partIn = casting(facts);
  const parts: Record<Part, RawPodObject[]> = { driver: [], guarded: [], special: [], evicted: [], none: [] };
  for (const pod of pods) parts[partIn(pod)].push(pod);
  const slowest = slowestOfEach(parts.evicted);
  return {
    drivers: parts.driver,
    players: [...parts.guarded, ...parts.special, ...slowest],
    guarded: new Set(parts.guarded),
    extras: [...parts.none, ...parts.evicted.filter((pod) => !slowest.has(pod))],
  };
}

function casting({ upgrade, nodes, budgets, refused }: Facts): (pod: RawPodObject) => Part {
  const concerned = driverNodes(nodes);
  const selectors = budgetsByNamespace(budgets);
  return (pod) => {
    if (lookUp(pod.metadata.labels, DRIVER_LABEL) !== undefined) return 'driver';
    if (isGuarded(pod, selectors)) return 'guarded';
    if (!concerned.has(pod.spec?.nodeName ?? '')) return 'none';
    return refused.has(keyOf(pod.metadata)) ? 'special' : partOf(pod, upgrade);
  };
}

function slowestOfEach(pods: readonly RawPodObject[]): ReadonlySet<RawPodObject> {
  const slowest = new Map<string, RawPodObject>();
  for (const pod of pods) {
    const node = pod.spec?.nodeName ?? '';
    const other = slowest.get(node);
    if (other === undefined || gracePeriod(pod) > gracePeriod(other)) slowest.set(node, pod);
  }
  return new Set(slowest.values());
}

/** What a pod means to the upgrade of its node. */
function partOf(
  pod: RawPodObject,
  { drain, waitForCompletion }: UpgradePolicy,
): 'none' | 'evicted' | 'special' {
  const trimmed = { ...workloadPods.trim(pod), eviction: undefined };
  const isAwaited =
    waitForCompletion !== undefined && matchesLabels(waitForCompletion.selector, trimmed.labels);
  if (isAwaited) return 'special';
  const verdict = drain === undefined ? 'ignore' : drainVerdict(trimmed, drain);
  if (verdict === 'ignore') return 'none';
  const mayStay = trimmed.terminating || heldBy(pod).length > 0;
  return verdict === 'evict' && !mayStay ? 'evicted' : 'special';
}

type Part = 'driver' | 'guarded' | 'special' | 'evicted' | 'none';

function driverNodes(nodes: readonly RawObject[]): ReadonlySet<string> {
  return new Set(
    nodes
      .filter(
        ({ metadata: { labels } }) =>
          lookUp(labels, NIC_PRESENT_LABEL) === 'true' || lookUp(labels, STATE_LABEL) !== undefined,
      )
      .map(({ metadata }) => metadata.name),
  );
}

function budgetsByNamespace(
  budgets: readonly RawObject[],
): ReadonlyMap<string, readonly (LabelSelector | undefined)[]> {
  const byNamespace = new Map<string, (LabelSelector | undefined)[]>();
  for (const { metadata, spec } of budgets) {
    const { namespace = '' } = metadata;
    const selector = selectorOfObject((spec as { readonly selector?: unknown } | undefined)?.selector);
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), selector]);
  }
  return byNamespace;
}

function isGuarded(
  { metadata: { namespace = '', labels } }: RawPodObject,
  budgets: ReadonlyMap<string, readonly (LabelSelector | undefined)[]>,
): boolean {
  return (
    budgets.get(namespace)?.some((selector) => selector !== undefined && matchesLabels(selector, labels)) ===
    true
  );
}
