import type { Clock } from '../../cluster/clock.ts';
import { ApiError } from '../../cluster/errors.ts';
import { isInProgress, parseState, type NodeState } from '../../contract/states.ts';
import { FENCE_ANNOTATION, STATE_LABEL } from '../../contract/keys.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import type { Decision, NodeChange } from '../../upgrade/actions.ts';
import { takesSlot, waitsForSlot } from '../../upgrade/critical.ts';
import { decideNode } from '../../upgrade/decide.ts';
import type { Fleet } from '../../upgrade/fleet.ts';
import { decideReleased } from '../../upgrade/release.ts';
import { isNobodysConcern, stateOf, type NodeView, type WorkloadPod } from '../../upgrade/view.ts';
import { undisputed, type Leadership } from '../leadership/leadership.ts';
import { Mandate } from '../leadership/mandate.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Mode } from '../mode.ts';
import type { StoredDriverPod } from '../resources/driver-pods.ts';
import type { StoredNode } from '../resources/nodes.ts';
import type { Actor } from './actor.ts';
import type { DriverPodIndex } from './driver-pod-index.ts';
import { labelsToCorrect, leftovers } from './housekeeping.ts';
import { KeyedWork } from './keyed-work.ts';
import type { NodeViews } from './node-views.ts';
import type { StandingReasons } from './standing-reasons.ts';
import { Turns } from './turns.ts';
import type { Workloads } from './workloads.ts';

export interface NodeControllerOptions {
  readonly nodes: { get(name: string): StoredNode | undefined; observe(node: StoredNode): void };
  readonly driverPods: DriverPodIndex;
  /** Takes a driver pod that a write was answered with. */
  readonly observePod: (pod: StoredDriverPod) => void;
  readonly views: NodeViews;
  readonly workloads: Workloads;
  readonly fleet: Fleet;
  readonly actor: Actor;
  readonly reasons: StandingReasons;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly mode: () => Mode;
  /** Default: nobody else ever leads. */
  readonly leadership?: Leadership;
  /** A node's part in the totals may have changed; undefined: it has none any more. */
  readonly onDecided: (name: string, view: NodeView | undefined, decision: Decision | undefined) => void;
}

/**
 * Takes each node from what is to what should be: look, decide, act, and again when something about the node has changed. One node at a
 * time never waits for another, except for a slot.
 */
export class NodeController {
  readonly #options: NodeControllerOptions;
  readonly #work: KeyedWork;
  readonly #mandate: Mandate;
  /** For writes to nodes that are not being upgraded: however many there are, those to the others need not wait behind them. */
  readonly #unhurried = new Turns(
    () => (this.#isLimited() ? AT_ONCE.limited : AT_ONCE.unlimited),
    (name) => {
      this.touch(name);
    },
  );
  readonly #evictions = new Set<Promise<void>>();

  constructor(options: NodeControllerOptions) {
    this.#options = options;
    this.#mandate = new Mandate({
      leadership: options.leadership ?? undisputed,
      fleet: options.fleet,
      mode: options.mode,
      onProven: (names) => {
        for (const name of names) this.touch(name);
        this.#grantSlots();
      },
    });
    this.#work = new KeyedWork({
      clock: options.clock,
      random: options.random,
      run: (name) => this.#run(name),
      afterBatch: () => {
        this.#grantSlots();
      },
      onFailure: (node, error, retryIn) => {
        options.log.warn(
          { node, error, retryInMs: Math.round(retryIn) },
          'node could not be handled: trying again',
        );
      },
    });
  }

  /** Reckons with whoever led before. To be called once, when all nodes are known and before any is touched. */
  takeOver(nodes: Iterable<StoredNode>): void {
    const { views } = this.#options;
    this.#mandate.begin([...nodes].map((node) => views.of(node)));
  }

  /** A write to the node, or to its driver pod, got no answer: it may be done yet. */
  doubt(name: string): void {
    this.#mandate.doubt(name);
  }

  /** Something about the node may have changed. */
  touch(name: string): void {
    this.#work.touch(name);
  }

  /** The node was written, and nothing about it that counts is different. */
  reported(node: StoredNode): void {
    this.#mandate.note(node, []);
  }

  stop(): void {
    this.#work.stop();
  }

  /** Resolves when the evictions that have been asked for are answered. */
  async answered(): Promise<void> {
    await Promise.all(this.#evictions);
  }

  #run(name: string): Promise<void> | undefined {
    const { nodes, driverPods, views, mode, metrics, onDecided } = this.#options;
    const current = mode();
    if (current.kind === 'hold') return undefined;
    const node = nodes.get(name);
    if (node === undefined) {
      this.#forget(name);
      return undefined;
    }
    const view = views.of(node);
    this.#mandate.note(node, driverPods.on(name));
    if (this.#mandate.mustTakeInHand(view)) return this.#takeInHand(node, view);
    const decision = this.#decide(node, view, current);
    metrics.countDecision();
    this.#note(view, decision);
    onDecided(name, view, decision);
    return this.#act(node, view, decision, current);
  }

  #decide(node: StoredNode, view: NodeView, mode: Exclude<Mode, { kind: 'hold' }>): Decision {
    const { fleet, clock } = this.#options;
    if (mode.kind === 'off') return decideReleased(view, mode.driverWanted);
    const granted = fleet.isGranted(node.name) && this.#mandate.mayStart(node);
    return decideNode(view, { policy: mode.policy, now: clock.now() }, granted);
  }

  /** What the decision means for everybody else: the counts, the queue for slots, the time to look again. */
  #note(view: NodeView, decision: Decision): void {
    const { fleet, reasons } = this.#options;
    const { name } = view.node;
    if (isNobodysConcern(view)) {
      fleet.remove(name);
    } else {
      fleet.see(name, stateOf(view));
      fleet.wish(name, decision.wantsSlot);
      // It was granted a slot, but has no use for it now: nothing has been written, so it can go to another.
      const starts = decision.actions.some(
        (action) => action.kind === 'patch-node' && takesSlot(stateOf(view), action.change),
      );
      if (!starts) fleet.withdraw(name);
    }
    this.#work.wakeAt(name, earliest(decision.wakeAt, reasons.note(view.node, decision.reason)));
  }

  #act(node: StoredNode, view: NodeView, decision: Decision, mode: Mode): Promise<void> | undefined {
    const others: (Promise<void> | undefined)[] = [];
    for (const action of decision.actions) {
      if (action.kind === 'evict') this.#evict(node.name, action.pod);
      if (action.kind === 'restart-driver') others.push(this.#restartDriver(node.name, action.pod.uid));
    }
    others.push(this.#patch(node, view, decision, mode), this.#readWorkload(view, decision));
    const begun = others.filter((other) => other !== undefined);
    return begun.length === 0 ? undefined : Promise.all(begun).then(() => undefined);
  }

  /** One write, in which travels whatever the node's object needs. */
  #patch(node: StoredNode, view: NodeView, decision: Decision, mode: Mode): Promise<void> | undefined {
    const { driverPods, reasons, actor } = this.#options;
    const decided = decision.actions.find((action) => action.kind === 'patch-node')?.change;
    const labels = labelsToCorrect(
      node,
      driverPods.on(node.name),
      mode.kind === 'on' || isDriverWanted(mode),
    );
    const standing = decided === undefined ? reasons.due(node, decision.reason) : undefined;
    const annotations = {
      ...leftovers(node),
      ...standing?.annotations,
      ...decided?.annotations,
      ...(decided === undefined ? {} : this.#mandate.mark(view, decided)),
    };
    if (decided === undefined && Object.keys(labels).length + Object.keys(annotations).length === 0) {
      this.#unhurried.pass(node.name);
      return undefined;
    }
    const change = { ...standing, ...decided, annotations };
    if (!this.#mayWrite(view, change)) return undefined;
    return actor
      .patchNode(node, change, labels)
      .then((now) => {
        this.#observe(node, now);
      })
      .finally(() => {
        this.#unhurried.giveBack(node.name);
      });
  }

  /** Whether it is this write's turn; if not, the node is looked at again when it is. */
  #mayWrite(view: NodeView, change: NodeChange): boolean {
    const { name } = view.node;
    if (!isUrgent(view, change)) return this.#unhurried.take(name);
    this.#unhurried.pass(name);
    return true;
  }

  #isLimited(): boolean {
    const mode = this.#options.mode();
    return mode.kind !== 'on' || this.#options.fleet.isLimited(mode.policy);
  }

  #observe(before: StoredNode, now: StoredNode | undefined): void {
    if (now === undefined) return;
    const { nodes, fleet } = this.#options;
    nodes.observe(now);
    fleet.see(now.name, stateOfNode(now));
    this.touch(before.name);
  }

  #restartDriver(node: string, uid: string): Promise<void> | undefined {
    const { actor, driverPods } = this.#options;
    const pod = driverPods.on(node).find((each) => each.uid === uid);
    if (pod === undefined || !this.#mandate.mayDelete(node, pod)) return undefined;
    return actor.restartDriver(node, pod).then(() => {
      driverPods.noteDeletion(node, uid);
      this.touch(node);
    });
  }

  /** Not waited for: a slow answer about one pod must not hold up the node's time limit or its other pods. */
  #evict(node: string, pod: WorkloadPod): void {
    const { workloads, clock, actor } = this.#options;
    const attempts = (pod.eviction?.attempts ?? 0) + 1;
    // Noted before the answer comes, lest the next decision ask again.
    workloads.noteEviction(node, pod.uid, { attempts, at: clock.now(), result: 'accepted', message: '' });
    const asked = actor.evict(node, pod).then(({ result, ...said }) => {
      workloads.noteEviction(node, pod.uid, {
        attempts,
        at: clock.now(),
        result: ATTEMPT_RESULTS[result],
        ...said,
      });
      this.touch(node);
    });
    this.#evictions.add(asked);
    void asked.finally(() => this.#evictions.delete(asked));
  }

  #readWorkload({ node }: NodeView, decision: Decision): Promise<void> | undefined {
    const { workloads } = this.#options;
    switch (decision.workload) {
      case 'watched':
        workloads.watch(node.name);
        return undefined;
      case 'fresh':
        return workloads.read(node.name).then(() => {
          this.touch(node.name);
        });
      case 'none':
        // In the moment between two phases, what is known is kept for the next.
        if (decision.actions.length === 0) workloads.drop(node.name);
        return undefined;
    }
  }

  #grantSlots(): void {
    const { mode, fleet, nodes } = this.#options;
    const current = mode();
    if (current.kind !== 'on') return;
    const mayStart = (name: string): boolean => {
      const node = nodes.get(name);
      return node === undefined || this.#mandate.mayStart(node);
    };
    for (const name of fleet.grant(current.policy, mayStart)) this.touch(name);
  }

  /** Nothing is decided about a node to which others' writes may be under way, or writes of which nobody knows what came. */
  #takeInHand(node: StoredNode, view: NodeView): Promise<void> | undefined {
    const { actor, driverPods, fleet, observePod } = this.#options;
    if (waitsForSlot(view)) fleet.hold(node.name);
    const stamp = this.#mandate.stampFor(node);
    if (stamp === undefined) return undefined;
    const reloading = stateOf(view) === 'pod-restart-required';
    const pods = reloading ? driverPods.on(node.name).filter(({ terminating }) => !terminating) : [];
    return actor.takeInHand(node, pods, stamp).then((now) => {
      for (const pod of now.pods) observePod(pod);
      this.#observe(node, now.node);
      if (lookUp(now.node?.annotations, FENCE_ANNOTATION) === stamp) this.#mandate.taken(node.name);
      else if (now.node !== undefined)
        throw new ApiError('conflict', `Somebody else wrote node ${node.name} as it was being taken in hand`);
    });
  }

  #forget(name: string): void {
    const { fleet, workloads, reasons, onDecided } = this.#options;
    fleet.remove(name);
    workloads.drop(name);
    reasons.forget(name);
    onDecided(name, undefined, undefined);
    this.#work.forget(name);
    this.#mandate.taken(name);
    this.#unhurried.pass(name);
  }
}

/** How many unhurried writes are made at a time. */
const AT_ONCE = {
  /** Enough to keep an API server busy, and few enough that a write that has come after them is soon made. */
  limited: 16,
  /**
   * Without a limit on nodes in progress, those that are told early that they need an upgrade would be empty before others are cordoned,
   * and their pods evicted once more from there. Still few enough for each write to be made in time.
   */
  unlimited: 512,
} as const;

/** The node is out of service, or begins to be. */
function isUrgent(view: NodeView, { to }: NodeChange): boolean {
  return isInProgress(stateOf(view)) || (to !== undefined && isInProgress(to));
}

const ATTEMPT_RESULTS = {
  evicted: 'accepted',
  gone: 'accepted',
  refused: 'blocked',
  failed: 'error',
} as const;

function isDriverWanted(mode: Mode): boolean {
  return mode.kind === 'off' && mode.driverWanted;
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** A node's state by its label. */
export function stateOfNode(node: StoredNode): NodeState {
  return parseState(lookUp(node.labels, STATE_LABEL));
}
