import type { Clock } from '../../cluster/clock.ts';
import { REASON_ANNOTATION } from '../../contract/keys.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import {
  entryOf,
  formatReason,
  messageOf,
  parseReason,
  sinceOf,
  told,
  type Reason,
  type ReasonCode,
  type Told,
} from '../../reasons/index.ts';
import type { NodeChange } from '../../upgrade/actions.ts';
import type { StoredNode } from '../resources/nodes.ts';

/** How long a reason must have stood before it is written on the node, in milliseconds: what passes by itself is not worth a write. */
const PATIENCE: Readonly<Record<Told, number>> = { never: Infinity, soon: 5_000, late: 20_000 };

export interface Standing {
  readonly reason: Reason;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** How it is kept: a reason that stays may come to name other pods. */
interface Noted extends Standing {
  /** Since when the node has not said it, or not in these words; undefined if it does. */
  readonly untoldSince: number | undefined;
}

/** Since when each node that waits has been waiting for the same thing; and, once that has been a while, the word about it. */
export class StandingReasons {
  readonly #clock: Clock;
  readonly #standing = new Map<string, Noted>();
  /** What whoever led before knew, until it turns out to be so no more. */
  readonly #remembered = new Map<string, { readonly code: string; readonly since: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes over since when a node has been waiting for the same thing, from one who knew. */
  remember(node: string, code: string, since: number): void {
    if (since <= this.#clock.now()) this.#remembered.set(node, { code, since });
  }

  /**
   * Takes note of a node's reason; when it, or its words by now, will be worth telling, if that lies ahead. Words that change time and
   * again are told as often as that wait allows.
   */
  note(
    { name, annotations }: Pick<StoredNode, 'name' | 'annotations'>,
    reason: Reason | undefined,
  ): number | undefined {
    if (reason === undefined) {
      this.forget(name);
      return undefined;
    }
    const now = this.#clock.now();
    const before = this.#standing.get(name);
    const since = this.#since(name, reason);
    const isTold = lookUp(annotations, REASON_ANNOTATION) === formatReason(reason);
    const untoldSince = isTold ? undefined : (before?.untoldSince ?? now);
    this.#standing.set(name, { reason, since, untoldSince });
    const wait = patience(reason.code);
    if (wait === Infinity) return undefined;
    return [since, untoldSince ?? since].map((time) => time + wait).find((time) => time > now);
  }

  #since(node: string, reason: Reason): number {
    const before = this.#standing.get(node);
    if (before !== undefined) return before.reason.code === reason.code ? before.since : this.#clock.now();
    const remembered = this.#remembered.get(node);
    this.#remembered.delete(node);
    return remembered?.code === told(reason).code ? remembered.since : this.#clock.now();
  }

  /** Whether the node's reason is more than what passes in a moment. */
  stands(node: string): boolean {
    const standing = this.#standing.get(node);
    if (standing === undefined) return false;
    const { reason, since } = standing;
    return entryOf(reason.code).told !== 'late' || this.#clock.now() >= since + PATIENCE.late;
  }

  /** What a node waits for, and since when: as long as it has been seen to, or longer where the reason itself knows. */
  of(node: string): Standing | undefined {
    const noted = this.#standing.get(node);
    if (noted === undefined) return undefined;
    const { reason, since } = noted;
    const known = sinceOf(reason) ?? Infinity;
    return { reason, since: known > 0 ? Math.min(known, since) : since };
  }

  /** The write that is due about a node's reason, if one is: to put it there, or to take away one that no longer holds. */
  due(node: StoredNode, reason: Reason | undefined): NodeChange | undefined {
    const onNode = parseReason(lookUp(node.annotations, REASON_ANNOTATION));
    if (reason === undefined) return onNode === undefined ? undefined : saying(null);
    // That its turn is all that it waits for is worth no Event, and no write of its own where the node says nothing.
    if (isTurnAlone(reason.code)) return onNode === undefined ? undefined : inOtherWords(node, reason);
    return this.#told(node, reason, onNode?.code);
  }

  #told(node: StoredNode, reason: Reason, onNode: string | undefined): NodeChange | undefined {
    const noted = this.#standing.get(node.name);
    if (noted === undefined) return undefined;
    const longAgo = this.#clock.now() - patience(reason.code);
    if (onNode !== reason.code) return noted.since <= longAgo ? inFirstWords(reason) : undefined;
    return (noted.untoldSince ?? Infinity) <= longAgo ? inOtherWords(node, reason) : undefined;
  }

  forget(node: string): void {
    this.#standing.delete(node);
    this.#remembered.delete(node);
  }
}

/** The node waits for its turn, which is written together with the state in which it does. */
function isTurnAlone(code: ReasonCode): boolean {
  const { severity, told } = entryOf(code);
  return severity === 'turn' && told === 'never';
}

function inFirstWords(reason: Reason): NodeChange {
  return {
    ...saying(formatReason(reason)),
    event: {
      type: entryOf(reason.code).severity === 'waiting' ? 'Normal' : 'Warning',
      reason: eventReason(reason.code),
      message: messageOf(reason),
    },
    reason,
  };
}

/** It has been told as an event when it began. */
function inOtherWords({ annotations }: StoredNode, reason: Reason): NodeChange | undefined {
  const words = formatReason(reason);
  return lookUp(annotations, REASON_ANNOTATION) === words ? undefined : saying(words);
}

function saying(text: string | null): NodeChange {
  return { annotations: { [REASON_ANNOTATION]: text } };
}

function patience(code: ReasonCode): number {
  return PATIENCE[entryOf(code).told];
}

/** `eviction-blocked` as Events have it: `EvictionBlocked`. */
function eventReason(code: ReasonCode): string {
  return code.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
