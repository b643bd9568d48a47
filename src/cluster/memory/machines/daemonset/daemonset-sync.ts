import { lookUp } from '../../../../kubernetes/objects.ts';
import { AS_CONTROLLER } from '../context.ts';
import type { Context } from '../context.ts';
import type { NodeIndex } from '../nodes/node-index.ts';
import type { DaemonSet, NodeObject, Pod } from '../objects.ts';
import { scaled } from '../objects.ts';
import { claimPods } from '../pods/claims.ts';
import { deletePod } from '../pods/delete-pod.ts';
import { newPod } from '../pods/new-pod.ts';
import { isBound, isTerminal, isTerminating } from '../pods/pod-facts.ts';
import type { PodIndex } from '../pods/pod-index.ts';
import { DAEMON_SETS, PODS } from '../resources.ts';
import { cleanUpHistory, REVISION_HASH_LABEL, syncHistory } from '../workloads/revisions.ts';
import { writeStatus } from '../writes.ts';
import type { KnownDaemonSet } from './known-daemonset.ts';
import { bySeniority, factsOf, planFor } from './node-plan.ts';
import { placementOn, specFor } from './placement.ts';

/**
 * How many pods are made, or deleted, in one go.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/daemon/daemon_controller.go BurstReplicas
 */
const BURST = 250;

/** What there is to look at. */
export interface Sight {
  readonly nodes: NodeIndex;
  readonly pods: PodIndex;
  /** The pods of a DaemonSet that are on a node, or made for it. */
  readonly podsOn: (uid: string, node: string) => readonly Pod[];
}

/** Brings one DaemonSet closer to what it should be, as far as there is news. */
export class DaemonSetSync {
  readonly #context: Context;
  readonly #sight: Sight;
  readonly #daemonSet: DaemonSet;
  readonly #known: KnownDaemonSet;
  /** In how many milliseconds to look again whatever happens; 0: as soon as any other. */
  #lookAgain: number | undefined;

  constructor(context: Context, sight: Sight, daemonSet: DaemonSet, known: KnownDaemonSet) {
    this.#context = context;
    this.#sight = sight;
    this.#daemonSet = daemonSet;
    this.#known = known;
  }

  /**
   * @returns in how many milliseconds to do so again, even if nothing happens; 0: after the usual delay; undefined: not at all
   * @throws StatusError
   */
  run(): number | undefined {
    const known = this.#known;
    if (known.hasClaims) claimPods(this.#context, this.#sight.pods, this.#daemonSet);
    known.hasClaims = false;
    const hash = this.#revise();
    if (hash === undefined) return undefined;
    this.#manage(hash);
    this.#roll();
    this.#report();
    return this.#lookAgain;
  }

  /**
   * Finds the newest revision before anything else is done: by the time that a generation is reported as observed, its revision is
   * there to be seen.
   */
  #revise(): string | undefined {
    const known = this.#known;
    const { generation = 0 } = this.#daemonSet.metadata;
    if (!known.isRevised && known.current?.generation === generation) return known.current.hash;
    const history = syncHistory(this.#context, this.#daemonSet);
    if (history === undefined) return undefined;
    cleanUpHistory(this.#context, this.#daemonSet, history, () => this.#hashesInUse());
    known.isRevised = false;
    const { hash } = history;
    if (known.current?.generation !== generation || known.current.hash !== hash) this.#touchAll();
    known.current = { generation, hash };
    return hash;
  }

  #touchAll(): void {
    const { tally, touched } = this.#known;
    for (const node of this.#sight.nodes.names) touched.add(node);
    for (const node of tally.nodes) touched.add(node);
  }

  /** Sees to the nodes of which there is news: those that it cannot do at once stay touched. */
  #manage(hash: string): void {
    const { touched } = this.#known;
    let left = BURST;
    for (const name of [...touched]) {
      if (left <= 0) {
        this.#lookAgain = 0;
        return;
      }
      touched.delete(name);
      try {
        left -= this.#manageNode(name, hash);
      } catch (error) {
        touched.add(name);
        throw error;
      }
    }
  }

  /** @returns how many pods were made or deleted */
  #manageNode(name: string, hash: string): number {
    const node = this.#sight.nodes.get(name);
    const pods = this.#podsOn(name);
    if (node === undefined) return this.#leave(name, pods);
    return this.#tend(node, pods, hash);
  }

  #leave(name: string, pods: readonly Pod[]): number {
    this.#known.tally.set(name, undefined);
    // Nobody would ever bind them, and the garbage collector of pods only looks at bound ones.
    const unbound = pods.filter((pod) => !isBound(pod) && !isTerminating(pod));
    for (const pod of unbound) deletePod(this.#context, pod);
    return unbound.length;
  }

  #tend(node: NodeObject, pods: readonly Pod[], hash: string): number {
    const { name } = node.metadata;
    const placement = placementOn(node, this.#daemonSet.spec.template.spec);
    this.#known.tally.set(name, factsOf(placement, pods, hash));
    const plan = planFor(placement, pods);
    if (plan.create) this.#create(name, hash);
    for (const pod of plan.remove) deletePod(this.#context, pod);
    for (const pod of plan.failed) this.#removeFailed(name, pod);
    return Number(plan.create) + plan.remove.length + plan.failed.length;
  }

  #create(node: string, hash: string): void {
    const spec = specFor(node, this.#daemonSet.spec.template.spec);
    const pod = newPod(this.#daemonSet, { labels: { [REVISION_HASH_LABEL]: hash }, spec });
    this.#context.api.create(PODS, pod, AS_CONTROLLER);
  }

  #removeFailed(node: string, pod: Pod): void {
    const { failed, touched } = this.#known;
    const wait = failed.waitFor(node, this.#context.api.clock.monotonic());
    if (wait === 0) {
      deletePod(this.#context, pod);
      return;
    }
    touched.add(node);
    this.#lookAgain = Math.min(this.#lookAgain ?? Infinity, wait);
  }

  #roll(): void {
    const { updateStrategy } = this.#daemonSet.spec;
    const { tally, uid } = this.#known;
    if (updateStrategy?.type === 'OnDelete') return;
    const { maxUnavailable = 1 } = updateStrategy?.rollingUpdate ?? {};
    const allowed = Math.max(scaled(maxUnavailable, tally.counts.desired, Math.ceil), 1);
    for (const node of tally.toReplace(allowed).slice(0, BURST)) {
      for (const pod of this.#sight.podsOn(uid, node)) if (!isTerminating(pod)) deletePod(this.#context, pod);
    }
  }

  #report(): void {
    const { current, tally } = this.#known;
    const { desired, current: scheduled, misscheduled, ready, updated } = tally.counts;
    const status = {
      ...this.#daemonSet.status,
      observedGeneration: current?.generation ?? 0,
      desiredNumberScheduled: desired,
      currentNumberScheduled: scheduled,
      numberMisscheduled: misscheduled,
      numberReady: ready,
      updatedNumberScheduled: updated,
      numberAvailable: ready,
      numberUnavailable: desired - ready,
    };
    writeStatus(this.#context, DAEMON_SETS, this.#daemonSet, status);
  }

  /** The pods that count, the one that stays first. One that has ended and is being deleted is somebody else's business. */
  #podsOn(node: string): readonly Pod[] {
    const pods = this.#sight.podsOn(this.#known.uid, node);
    return pods.filter((pod) => !(isTerminal(pod) && isTerminating(pod))).sort(bySeniority);
  }

  #hashesInUse(): ReadonlySet<string> {
    const pods = [...this.#sight.pods.ownedBy.get(this.#known.uid).values()];
    return new Set(pods.map(({ metadata }) => lookUp(metadata.labels, REVISION_HASH_LABEL) ?? ''));
  }
}
