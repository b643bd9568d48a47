import { keyOf } from '../../../object-cache.ts';
import { controllerOf } from '../../../../kubernetes/objects.ts';
import type { ApiObject } from '../../../../kubernetes/objects.ts';
import { latest } from '../changes.ts';
import type { Change, Changes } from '../changes.ts';
import type { Context } from '../context.ts';
import { Groups } from '../groups.ts';
import type { NodeIndex } from '../nodes/node-index.ts';
import type { ControllerRevision, DaemonSet, NodeObject, Pod } from '../objects.ts';
import { keyOfController } from '../owners.ts';
import { isClaimable } from '../pods/claims.ts';
import { intendedNode } from '../pods/pod-facts.ts';
import type { PodIndex } from '../pods/pod-index.ts';
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '../resources.ts';
import { WorkQueue } from '../work-queue.ts';
import { DaemonSetSync } from './daemonset-sync.ts';
import type { Sight } from './daemonset-sync.ts';
import { KnownDaemonSet } from './known-daemonset.ts';
import { placementOn } from './placement.ts';

/** One pod on each node that matches, made from the newest revision of the template. */
export class DaemonSetController {
  readonly queue: WorkQueue;
  readonly #context: Context;
  readonly #sight: Sight;
  readonly #podsOnNode = new Groups<Pod>(placeOf);
  readonly #known = new Map<string, KnownDaemonSet>();

  constructor(context: Context, changes: Changes, indexes: { nodes: NodeIndex; pods: PodIndex }) {
    this.#context = context;
    const podsOn = (uid: string, node: string): readonly Pod[] => [
      ...this.#podsOnNode.get(`${uid}/${node}`).values(),
    ];
    this.#sight = { ...indexes, podsOn };
    this.queue = new WorkQueue(context, context.delays.controller, (key) => {
      this.#sync(key);
    });
    changes.of<DaemonSet>(DAEMON_SETS, (change) => {
      this.#heardOfDaemonSet(change);
    });
    changes.of<ControllerRevision>(CONTROLLER_REVISIONS, (change) => {
      this.#heardOfRevision(change);
    });
    changes.of<Pod>(PODS, (change) => {
      this.#heardOfPod(change);
    });
    changes.of<NodeObject>(NODES, (change) => {
      this.#heardOfNode(change);
    });
  }

  #heardOfDaemonSet({ before, after }: Change<DaemonSet>): void {
    if (after === undefined) {
      this.#known.delete(keyOf(before.metadata));
      return;
    }
    const { uid = '', generation } = after.metadata;
    const key = keyOf(after.metadata);
    if (before === undefined) this.#known.set(key, new KnownDaemonSet(uid));
    if (before?.metadata.generation !== generation) this.queue.add(key);
  }

  #heardOfRevision(change: Change<ControllerRevision>): void {
    const owner = this.#ownerOf(latest(change));
    if (owner === undefined) return;
    owner.known.isRevised = true;
    this.queue.add(owner.key);
  }

  #heardOfPod(change: Change<Pod>): void {
    this.#podsOnNode.update(change);
    const { before, after } = change;
    for (const pod of [before, after]) if (pod !== undefined) this.#touch(pod);
    if (after === undefined || before?.metadata.labels === after.metadata.labels) return;
    if (controllerOf(after.metadata) === undefined) this.#offer(after);
    else if (before !== undefined) this.#reconsider(after);
  }

  #touch(pod: Pod): void {
    const owner = this.#ownerOf(pod);
    const node = targetNode(pod);
    if (owner === undefined || node === undefined) return;
    owner.known.touched.add(node);
    this.queue.add(owner.key);
  }

  /** A pod that is nobody's may be one for a DaemonSet. */
  #offer(pod: Pod): void {
    for (const [key, known] of this.#known) {
      const daemonSet = this.#find(key);
      if (daemonSet === undefined || !isClaimable(pod, daemonSet)) continue;
      known.hasClaims = true;
      this.queue.add(key);
    }
  }

  /** A pod with other labels may no longer be its owner's. */
  #reconsider(pod: Pod): void {
    const owner = this.#ownerOf(pod);
    if (owner !== undefined) owner.known.hasClaims = true;
  }

  #heardOfNode(change: Change<NodeObject>): void {
    if (!isMoved(change)) return;
    const { after } = change;
    const { name } = latest(change).metadata;
    for (const [key, known] of this.#known) {
      if (after !== undefined && !this.#isAffected(key, known, after)) continue;
      known.touched.add(name);
      this.queue.add(key);
    }
  }

  /** Most changes of a node's labels concern no DaemonSet. */
  #isAffected(key: string, { tally }: KnownDaemonSet, node: NodeObject): boolean {
    const daemonSet = this.#find(key);
    if (daemonSet === undefined) return false;
    const { shouldRun, shouldContinueRunning } = placementOn(node, daemonSet.spec.template.spec);
    const facts = tally.get(node.metadata.name);
    if (facts === undefined) return shouldRun;
    return facts.desired !== shouldRun || (!shouldContinueRunning && (facts.current || facts.misscheduled));
  }

  #sync(key: string): void {
    const daemonSet = this.#find(key);
    const known = this.#known.get(key);
    if (daemonSet === undefined || known === undefined) return;
    if (daemonSet.metadata.deletionTimestamp !== undefined) return;
    const again = new DaemonSetSync(this.#context, this.#sight, daemonSet, known).run();
    if (again !== undefined) this.queue.add(key, again === 0 ? undefined : again);
  }

  #find(key: string): DaemonSet | undefined {
    const [namespace = '', name = ''] = key.split('/');
    return this.#context.api.find(DAEMON_SETS, { namespace, name }) as DaemonSet | undefined;
  }

  #ownerOf({ metadata }: ApiObject): { readonly key: string; readonly known: KnownDaemonSet } | undefined {
    const key = keyOfController(metadata, 'DaemonSet');
    const known = key === undefined ? undefined : this.#known.get(key);
    if (key === undefined || known?.uid !== controllerOf(metadata)?.uid) return undefined;
    return known === undefined ? undefined : { key, known };
  }
}

/** Whether a DaemonSet could see a difference. */
function isMoved({ before, after }: Change<NodeObject>): boolean {
  if (before === undefined || after === undefined) return true;
  return before.metadata.labels !== after.metadata.labels || before.spec?.taints !== after.spec?.taints;
}

function placeOf(pod: Pod): string | undefined {
  const owner = controllerOf(pod.metadata);
  const node = targetNode(pod);
  return owner?.kind === 'DaemonSet' && node !== undefined ? `${owner.uid}/${node}` : undefined;
}

function targetNode({ spec }: Pod): string | undefined {
  return spec?.nodeName ?? intendedNode(spec);
}
