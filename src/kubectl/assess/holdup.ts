import { REASON_ANNOTATION } from '../../contract/keys.ts';
import { isInProgress } from '../../contract/states.ts';
import type { BlockedNode } from '../../contract/status.ts';
import {
  entryOf,
  knownCode,
  nextSteps,
  parseReason,
  remedyFor,
  sinceOf,
  told,
  type NextStep,
  type Reason,
  type ReasonCode,
  type Remedy,
  type Severity,
  type ToldReason,
} from '../../reasons/index.ts';
import { annotationOf, stateOf, type NodeView } from '../../upgrade/view.ts';

/** Why a node is not done, with everything that is known of it. */
export interface Holdup {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  readonly remedy: Remedy;
  readonly next: readonly NextStep[];
}

/** Reasons that the operator, who has asked for evictions and got answers, may know better. */
const UNSURE: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['in-progress', 'reading-pods', 'pods-leaving']);

/**
 * What holds a node up: what follows from the cluster as it is, or, where the operator has been told more than the cluster shows, what it
 * says on the node.
 *
 * @param computed what the operator's own rules say
 * @param listed what the policy's status says of the node, if it does
 */
export function holdupOf(
  view: NodeView,
  computed: Reason | undefined,
  listed: BlockedNode | undefined,
): Holdup | undefined {
  if (computed === undefined) return undefined;
  const onNode = parseReason(annotationOf(view, REASON_ANNOTATION));
  const isOlder = onNode === undefined || onNode.code === computed.code || !isInProgress(stateOf(view));
  return UNSURE.has(computed.code) && !isOlder
    ? toldHoldup(view, onNode, listed)
    : computedHoldup(view, computed, listed);
}

function computedHoldup(view: NodeView, reason: Reason, listed: BlockedNode | undefined): Holdup {
  const { code, message } = told(reason);
  return {
    code,
    severity: entryOf(reason.code).severity,
    message,
    since: sinceOf(reason) ?? listedSince(code, listed),
    remedy: remedyFor(reason, { node: view.node.name }),
    next: nextSteps(reason),
  };
}

function toldHoldup(view: NodeView, { code, message }: ToldReason, listed: BlockedNode | undefined): Holdup {
  const known = knownCode(code);
  const isListed = listed?.code === code;
  return {
    code,
    severity: known === undefined ? 'blocked' : entryOf(known).severity,
    message,
    since: listedSince(code, listed),
    remedy: (isListed ? listed.remedy : undefined) ?? {
      text: 'The operator knows more than the cluster shows: see what it has told of this node.',
      look: [`kubectl describe node ${view.node.name}`],
      commands: [],
    },
    next: [],
  };
}

function listedSince(code: string, listed: BlockedNode | undefined): number | undefined {
  const since = listed?.code === code ? Date.parse(listed.since) : NaN;
  return Number.isNaN(since) ? undefined : since;
}
