import { FENCE_ANNOTATION } from '../../contract/keys.ts';
import { isInProgress } from '../../contract/states.ts';
import type { NodeChange } from '../../upgrade/actions.ts';
import { takesSlot } from '../../upgrade/critical.ts';
import type { Fleet } from '../../upgrade/fleet.ts';
import { stateOf, type NodeView } from '../../upgrade/view.ts';
import type { Mode } from '../mode.ts';
import type { StoredDriverPod } from '../resources/driver-pods.ts';
import type { StoredNode } from '../resources/nodes.ts';
import type { Leadership } from './leadership.ts';
import { ANY_NODE } from './reservation.ts';
import { Takeover } from './takeover.ts';

export interface MandateOptions {
  readonly leadership: Leadership;
  readonly fleet: Fleet;
  readonly mode: () => Mode;
  /** The Lease has been renewed: nodes that waited for that are to be looked at again, and slots may be granted. */
  readonly onProven: (nodes: readonly string[]) => void;
}

/** How many nodes are reserved ahead. The Lease is renewed every two seconds anyway: only who starts more than these costs it a write. */
const AHEAD = 64;

/** What this process may do to nodes, leading as it does, and what it must do first. */
export class Mandate {
  readonly #options: MandateOptions;
  readonly #takeover: Takeover;
  readonly #waiting = new Set<string>();

  constructor(options: MandateOptions) {
    this.#options = options;
    this.#takeover = new Takeover(options.leadership);
  }

  /** Reckons with whoever led before, who may be starting some of these nodes yet. Each holds a slot until that is ruled out. */
  begin(views: Iterable<NodeView>): void {
    const { leadership, fleet, onProven } = this.#options;
    for (const view of views) if (this.#takeover.inherit(view)) fleet.hold(view.node.name);
    leadership.serve({
      starting: () => [...fleet.granted],
      upcoming: () => this.#upcoming(),
      renewed: () => {
        const nodes = [...this.#waiting];
        this.#waiting.clear();
        onProven(nodes);
      },
    });
  }

  /** Takes note of what is known of a node: by the time that it counts, the Lease will have been renewed since. */
  note({ resourceVersion }: StoredNode, pods: readonly StoredDriverPod[]): void {
    const { leadership } = this.#options;
    leadership.note('nodes', resourceVersion);
    for (const pod of pods) leadership.note('pods', pod.resourceVersion);
  }

  /** Whether the node has to be taken in hand before anything is decided about it. */
  mustTakeInHand(view: NodeView): boolean {
    return this.#takeover.isDue(view, this.#isLimited());
  }

  /**
   * The mark by which a node is taken in hand; undefined: not now, for this process may have been replaced and not know it yet. It is
   * told when it may.
   */
  stampFor({ name, resourceVersion }: StoredNode): string | undefined {
    const { leadership } = this.#options;
    if (leadership.isProven('nodes', resourceVersion)) return leadership.stamp();
    this.#onceProven(name);
    return undefined;
  }

  /** The node is in this one's hands, or gone. */
  taken(node: string): void {
    this.#takeover.done(node);
    this.#options.fleet.withdraw(node);
  }

  /** A write to the node, or to its driver pod, got no answer: it may be done yet. */
  doubt(node: string): void {
    this.#takeover.doubt(node);
  }

  /** Whether a node may be started: whoever leads next would know of it, and whoever leads already would have it in hand. */
  mayStart(node: StoredNode): boolean {
    const { leadership } = this.#options;
    const may = leadership.isReserved(node.name) && leadership.isProven('nodes', node.resourceVersion);
    if (!may) leadership.renew();
    return may;
  }

  /** Whether a driver pod may be deleted; if not now, its node is told when it may. */
  mayDelete(node: string, { resourceVersion }: StoredDriverPod): boolean {
    const may = this.#options.leadership.isProven('pods', resourceVersion);
    if (!may) this.#onceProven(node);
    return may;
  }

  /** A node in the middle of its upgrade bears the mark of whoever has it in hand, and no other node does. */
  mark(view: NodeView, change: NodeChange): Readonly<Record<string, string | null>> {
    const { leadership } = this.#options;
    if (change.to === undefined || !leadership.isShared) return {};
    if (takesSlot(stateOf(view), change)) return { [FENCE_ANNOTATION]: leadership.stamp() };
    return change.to !== 'none' && isInProgress(change.to) ? {} : { [FENCE_ANNOTATION]: null };
  }

  #onceProven(node: string): void {
    this.#waiting.add(node);
    this.#options.leadership.renew();
  }

  #isLimited(): boolean {
    const mode = this.#options.mode();
    return mode.kind === 'on' && this.#options.fleet.isLimited(mode.policy);
  }

  /** The nodes that may be started before the Lease is written again. */
  #upcoming(): readonly string[] {
    const { fleet, mode } = this.#options;
    if (mode().kind !== 'on') return [];
    const next = fleet.upcoming(AHEAD);
    if (this.#isLimited()) return next;
    return next.length + fleet.granted.size === 0 ? [] : [ANY_NODE];
  }
}
