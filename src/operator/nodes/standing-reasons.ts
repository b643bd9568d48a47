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

/** How it is kept: a reason that stays may come to name other pods. */
interface Noted extends Standing {
  readonly wordsSince: number;
}

/** Since when each node that waits has been waiting for the same thing; and, once that has been a while, the word about it. */
export class StandingReasons {
  readonly #clock: Clock;
  readonly #standing = new Map<string, Noted>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of a node's reason; when it, or its words by now, will be worth telling, if that lies ahead. */
  note(node: string, reason: Reason | undefined): number | undefined {
    if (reason === undefined) {
      this.#standing.delete(node);
      return undefined;
    }
    const before = this.#standing.get(node);
    const now = this.#clock.now();
    const since = before?.reason.code === reason.code ? before.since : now;
    const sameWords = before?.reason.message === reason.message;
    const wordsSince = before !== undefined && sameWords ? before.wordsSince : now;
    this.#standing.set(node, { reason, since, wordsSince });
    if (PASSING.has(reason.code)) return undefined;
    return [since, wordsSince].map((time) => time + patience(reason.code)).find((time) => time > now);
  }

  /** Whether the node's reason is more than what passes in a moment. */
  stands(node: string): boolean {
    const standing = this.#standing.get(node);
    if (standing === undefined) return false;
    const { reason, since } = standing;
    return !EVERYDAY.has(reason.code) || this.#clock.now() >= since + TAKES_LONG_AFTER;
  }

  of(node: string): Standing | undefined {
    const noted = this.#standing.get(node);
    return noted && { reason: noted.reason, since: noted.since };
  }

  /** The write that is due about a node's reason, if one is: to put it there, or to take away one that no longer holds. */
  due(node: StoredNode, reason: Reason | undefined): NodeChange | undefined {
    const told = parseReason(lookUp(node.annotations, REASON_ANNOTATION));
    if (reason === undefined || reason.code === 'slot') {
      return told === undefined ? undefined : { annotations: { [REASON_ANNOTATION]: null } };
    }
    const noted = this.#standing.get(node.name);
    if (noted === undefined || PASSING.has(reason.code)) return undefined;
    const longAgo = this.#clock.now() - patience(reason.code);
    if (told?.code !== reason.code) return noted.since <= longAgo ? inFirstWords(reason) : undefined;
    return noted.wordsSince <= longAgo ? inOtherWords(node, reason) : undefined;
  }

  forget(node: string): void {
    this.#standing.delete(node);
  }
}

function inFirstWords(reason: Reason): NodeChange {
  return {
    annotations: { [REASON_ANNOTATION]: formatReason(reason) },
    event: {
      type: EVERYDAY.has(reason.code) ? 'Normal' : 'Warning',
      reason: eventReason(reason.code),
      message: reason.message,
    },
  };
}

/** It has been told as an event when it began. */
function inOtherWords({ annotations }: StoredNode, reason: Reason): NodeChange | undefined {
  const words = formatReason(reason);
  return lookUp(annotations, REASON_ANNOTATION) === words
    ? undefined
    : { annotations: { [REASON_ANNOTATION]: words } };
}

function patience(code: ReasonCode): number {
  return EVERYDAY.has(code) ? TAKES_LONG_AFTER : STANDS_AFTER;
}

/** `eviction-blocked` as Events have it: `EvictionBlocked`. */
function eventReason(code: ReasonCode): string {
  return code.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
