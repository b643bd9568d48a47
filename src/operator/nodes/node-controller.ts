import type { Clock } from '../../cluster/clock.ts';
import { parseState, type NodeState } from '../../contract/states.ts';
import { STATE_LABEL } from '../../contract/keys.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import type { Action, Decision } from '../../upgrade/actions.ts';
import { decideNode } from '../../upgrade/decide.ts';
import type { Fleet } from '../../upgrade/fleet.ts';
import { decideReleased } from '../../upgrade/release.ts';
import { stateOf, type NodeView, type WorkloadPod } from '../../upgrade/view.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Mode } from '../mode.ts';
import type { StoredNode } from '../resources/nodes.ts';
import type { Actor } from './actor.ts';
import type { DriverPodIndex } from './driver-pod-index.ts';
import { labelsToCorrect, leftovers } from './housekeeping.ts';
import { KeyedWork } from './keyed-work.ts';
import type { NodeViews } from './node-views.ts';
import type { StandingReasons } from './standing-reasons.ts';
import type { Workloads } from './workloads.ts';

export interface NodeControllerOptions {
  readonly nodes: { get(name: string): StoredNode | undefined; observe(node: StoredNode): void };
  readonly driverPods: DriverPodIndex;
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
  readonly #evictions = new Set<Promise<void>>();

  constructor(options: NodeControllerOptions) {
    this.#options = options;
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

  /** Something about the node may have changed. */
  touch(name: string): void {
    this.#work.touch(name);
  }

  stop(): void {
    this.#work.stop();
  }

  /** Resolves when the evictions that have been asked for are answered. */
  async answered(): Promise<void> {
    await Promise.all(this.#evictions);
  }

  #run(name: string): Promise<void> | undefined {
    const { nodes, views, mode, metrics, onDecided } = this.#options;
    const current = mode();
    if (current.kind === 'hold') return undefined;
    const node = nodes.get(name);
    if (node === undefined) {
      this.#forget(name);
      return undefined;
    }
    const view = views.of(node);
    const decision = this.#decide(view, current);
    metrics.countDecision();
    this.#note(view, decision);
    onDecided(name, view, decision);
    return this.#act(node, view, decision, current);
  }

  #decide(view: NodeView, mode: Exclude<Mode, { kind: 'hold' }>): Decision {
    const { fleet, clock } = this.#options;
    if (mode.kind === 'off') return decideReleased(view, mode.driverWanted);
    return decideNode(view, { policy: mode.policy, now: clock.now() }, fleet.isGranted(view.node.name));
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
      if (!decision.actions.some(takesSlot)) fleet.withdraw(name);
    }
    this.#work.wakeAt(name, earliest(decision.wakeAt, reasons.note(name, decision.reason)));
  }

  #act(node: StoredNode, view: NodeView, decision: Decision, mode: Mode): Promise<void> | undefined {
    const others: Promise<void>[] = [];
    for (const action of decision.actions) {
      if (action.kind === 'evict') this.#evict(node.name, action.pod);
      if (action.kind === 'restart-driver') others.push(this.#restartDriver(node.name, action.pod));
    }
    const patch = this.#patch(node, decision, mode);
    if (patch !== undefined) others.push(patch);
    const read = this.#readWorkload(view, decision);
    if (read !== undefined) others.push(read);
    return others.length === 0 ? undefined : Promise.all(others).then(() => undefined);
  }

  /** One write, in which travels whatever the node's object needs. */
  #patch(node: StoredNode, decision: Decision, mode: Mode): Promise<void> | undefined {
    const { driverPods, reasons, actor } = this.#options;
    const decided = decision.actions.find((action) => action.kind === 'patch-node')?.change;
    const labels = labelsToCorrect(
      node,
      driverPods.on(node.name),
      mode.kind === 'on' || isDriverWanted(mode),
    );
    const standing = decided === undefined ? reasons.due(node, decision.reason) : undefined;
    const annotations = { ...leftovers(node), ...standing?.annotations, ...decided?.annotations };
    if (decided === undefined && Object.keys(labels).length + Object.keys(annotations).length === 0)
      return undefined;
    const change = { ...standing, ...decided, annotations };
    return actor.patchNode(node, change, labels).then((now) => {
      this.#observe(node, now);
    });
  }

  #observe(before: StoredNode, now: StoredNode | undefined): void {
    if (now === undefined) return;
    const { nodes, fleet } = this.#options;
    nodes.observe(now);
    fleet.see(now.name, stateOfNode(now));
    this.touch(before.name);
  }

  async #restartDriver(node: string, pod: Parameters<Actor['restartDriver']>[1]): Promise<void> {
    await this.#options.actor.restartDriver(node, pod);
    this.#options.driverPods.noteDeletion(node, pod.uid);
    this.touch(node);
  }

  /** Not waited for: a slow answer about one pod must not hold up the node's time limit or its other pods. */
  #evict(node: string, pod: WorkloadPod): void {
    const { workloads, clock, actor } = this.#options;
    const attempts = (pod.eviction?.attempts ?? 0) + 1;
    // Noted before the answer comes, lest the next decision ask again.
    workloads.noteEviction(node, pod.uid, { attempts, at: clock.now(), result: 'accepted', message: '' });
    const asked = actor.evict(node, pod).then(({ result, message }) => {
      workloads.noteEviction(node, pod.uid, {
        attempts,
        at: clock.now(),
        result: ATTEMPT_RESULTS[result],
        message,
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
    const { mode, fleet } = this.#options;
    const current = mode();
    if (current.kind !== 'on') return;
    for (const name of fleet.grant(current.policy)) this.touch(name);
  }

  #forget(name: string): void {
    const { fleet, workloads, reasons, onDecided } = this.#options;
    fleet.remove(name);
    workloads.drop(name);
    reasons.forget(name);
    onDecided(name, undefined, undefined);
    this.#work.forget(name);
  }
}

const ATTEMPT_RESULTS = {
  evicted: 'accepted',
  gone: 'accepted',
  refused: 'blocked',
  failed: 'error',
} as const;

/** No driver, no state, nothing asked for: most nodes of a cluster without NICs. */
function isNobodysConcern(view: NodeView): boolean {
  return stateOf(view) === 'none' && !view.driver.expected && view.driver.pods.length === 0;
}

function takesSlot(action: Action): boolean {
  return action.kind === 'patch-node' && action.change.to !== undefined;
}

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
