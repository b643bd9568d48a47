import type { Clock } from '../../cluster/clock.ts';
import { REASON_ANNOTATION } from '../../contract/keys.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import type { NodeChange } from '../../upgrade/actions.ts';
import { formatReason, parseReason, type Reason, type ReasonCode } from '../../upgrade/reasons.ts';
import type { StoredNode } from '../resources/nodes.ts';

/** How long a reason must have stood before it is written on the node, in milliseconds: what passes by itself is not worth a write. */
const STANDS_AFTER = 5_000;

/** The same for what is a part of every upgrade and takes its time: only when it takes long is it news. */
const TAKES_LONG_AFTER = 20_000;

const EVERYDAY: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'pods-leaving',
  'driver-revision-unknown',
  'driver-missing',
  'driver-starting',
  'driver-terminating',
]);

/** Reasons that say no more than that things take their course: never written. */
const PASSING: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'in-progress',
  'slot',
  'reading-pods',
  'failed',
]);

export interface Standing {
  readonly reason: Reason;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Since when each node that waits has been waiting for the same thing; and, once that has been a while, the word about it. */
export class StandingReasons {
  readonly #clock: Clock;
  readonly #standing = new Map<string, Standing>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of a node's reason; when it will be worth telling, if it is not told already. */
  note(node: string, reason: Reason | undefined): number | undefined {
    if (reason === undefined) {
      this.#standing.delete(node);
      return undefined;
    }
    const before = this.#standing.get(node);
    const since = before?.reason.code === reason.code ? before.since : this.#clock.now();
    this.#standing.set(node, { reason, since });
    const tellAt = since + patience(reason.code);
    return PASSING.has(reason.code) || this.#clock.now() >= tellAt ? undefined : tellAt;
  }

  /** Whether the node's reason is more than what passes in a moment. */
  stands(node: string): boolean {
    const standing = this.#standing.get(node);
    if (standing === undefined) return false;
    const { reason, since } = standing;
    return !EVERYDAY.has(reason.code) || this.#clock.now() >= since + TAKES_LONG_AFTER;
  }

  of(node: string): Standing | undefined {
    return this.#standing.get(node);
  }

  /** The write that is due about a node's reason, if one is: to put it there, or to take away one that no longer holds. */
  due(node: StoredNode, reason: Reason | undefined): NodeChange | undefined {
    const told = parseReason(lookUp(node.annotations, REASON_ANNOTATION));
    if (reason === undefined || reason.code === 'slot') {
      return told === undefined ? undefined : { annotations: { [REASON_ANNOTATION]: null } };
    }
    const standing = this.#standing.get(node.name);
    if (standing === undefined || PASSING.has(reason.code) || told?.code === reason.code) return undefined;
    if (this.#clock.now() < standing.since + patience(reason.code)) return undefined;
    return {
      annotations: { [REASON_ANNOTATION]: formatReason(reason) },
      event: {
        type: EVERYDAY.has(reason.code) ? 'Normal' : 'Warning',
        reason: eventReason(reason.code),
        message: reason.message,
      },
    };
  }

  forget(node: string): void {
    this.#standing.delete(node);
  }
}

function patience(code: ReasonCode): number {
  return EVERYDAY.has(code) ? TAKES_LONG_AFTER : STANDS_AFTER;
}

/** `eviction-blocked` as Events have it: `EvictionBlocked`. */
function eventReason(code: ReasonCode): string {
  return code.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
