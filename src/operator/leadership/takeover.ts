import { FENCE_ANNOTATION } from '../../contract/keys.ts';
import { isInProgress } from '../../contract/states.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import { waitsForSlot } from '../../upgrade/critical.ts';
import { isOutOfBounds, stateOf, type NodeView } from '../../upgrade/view.ts';
import type { Leadership } from './leadership.ts';

/**
 * Which nodes have to be taken in hand before anything is decided about them, because writes to them may be under way that this
 * leadership has not made, or of which it does not know what came.
 */
export class Takeover {
  readonly #leadership: Leadership;
  /** Those that waited when this one began to lead, and that whoever led before may be starting. */
  readonly #inherited = new Set<string>();
  readonly #doubts = new Set<string>();

  constructor(leadership: Leadership) {
    this.#leadership = leadership;
  }

  /** Looks at a node as it is when this one begins to lead. Whether whoever led before may be starting it at this moment. */
  inherit(view: NodeView): boolean {
    const { name } = view.node;
    const inherited = waitsForSlot(view) && this.#leadership.inherited.has(name);
    if (inherited) this.#inherited.add(name);
    return inherited;
  }

  /** @param limited whether only so many nodes may be in progress: if not, it does no harm that another one starts them */
  isDue(view: NodeView, limited: boolean): boolean {
    if (!this.#leadership.isShared || isOutOfBounds(view)) return false;
    const { name, annotations } = view.node;
    const doubted = this.#doubts.has(name);
    const waits = waitsForSlot(view);
    // It has been written since: whatever was to start it comes too late.
    if (!waits) this.#inherited.delete(name);
    if (isInProgress(stateOf(view)))
      return doubted || !this.#leadership.isOwn(lookUp(annotations, FENCE_ANNOTATION));
    return waits && (doubted || (limited && this.#inherited.has(name)));
  }

  /** A write to the node, or to its driver pod, got no answer. */
  doubt(node: string): void {
    this.#doubts.add(node);
  }

  /** The node has been taken in hand, or is gone. */
  done(node: string): void {
    this.#inherited.delete(node);
    this.#doubts.delete(node);
  }
}
