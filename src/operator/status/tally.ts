import {
  entryOf,
  knownCode,
  told,
  type Reason,
  type ReasonCode,
  type Severity,
} from '../../reasons/index.ts';
import { driverCondition, type DriverCondition } from '../../upgrade/driver-condition.ts';
import type { Decision } from '../../upgrade/actions.ts';
import { SortedNames } from '../../upgrade/sorted-names.ts';
import { stateOf, type NodeView } from '../../upgrade/view.ts';
import type { NodeState } from '../../contract/states.ts';

export interface Blocked {
  readonly state: NodeState;
  readonly reason: Reason;
}

/** What passes without anybody's doing: nodes that wait for it are not called blocked. */
const PASSING: ReadonlySet<Severity> = new Set<Severity>(['passing', 'turn']);

/** A driver pod is there, and is not as it should be. */
const LAGGING: ReadonlySet<DriverCondition['kind']> = new Set([
  'orphaned',
  'outdated',
  'starting',
  'failing',
] as const);

/** What the status says of all nodes together, kept up to date with every decision about one. */
export class Tally {
  readonly #upToDate = new Set<string>();
  /** Of nodes whose kubelet is heard of: the others are none that the DaemonSet controller wants a pod on. */
  readonly #serving = new Set<string>();
  readonly #lagging = new Set<string>();
  readonly #blocked = new Map<string, Blocked>();
  readonly #blockedNames = new SortedNames();
  readonly #codes = new Map<string, ReasonCode>();
  readonly #byReason = new Map<ReasonCode, number>();

  note(name: string, view: NodeView | undefined, decision: Decision | undefined): void {
    this.#noteDriver(name, view);
    const reason = decision?.reason;
    this.#count(name, view === undefined ? undefined : reason);
    if (view === undefined || reason === undefined || PASSING.has(entryOf(reason.code).severity)) {
      this.#blocked.delete(name);
      this.#blockedNames.delete(name);
    } else {
      this.#blocked.set(name, { state: stateOf(view), reason });
      this.#blockedNames.add(name);
    }
  }

  #noteDriver(name: string, view: NodeView | undefined): void {
    const condition = view === undefined ? undefined : driverCondition(view).kind;
    const isHeardOf = view !== undefined && view.node.notReadySince === undefined;
    mark(this.#upToDate, name, condition === 'ready');
    mark(this.#serving, name, isHeardOf && condition === 'ready');
    mark(this.#lagging, name, isHeardOf && condition !== undefined && LAGGING.has(condition));
  }

  /** How many nodes wait, or have failed, for which reason; reasons without a node are left out, and what passes at once. */
  get byReason(): ReadonlyMap<ReasonCode, number> {
    return this.#byReason;
  }

  /** Nodes that are held up, and have not failed. */
  *heldUp(): Iterable<Blocked & { readonly node: string }> {
    for (const [node, blocked] of this.#blocked) {
      if (blocked.state !== 'upgrade-failed') yield { node, ...blocked };
    }
  }

  #count(name: string, reason: Reason | undefined): void {
    const before = this.#codes.get(name);
    const code = codeOf(reason);
    if (before === code) return;
    if (before !== undefined) {
      const left = (this.#byReason.get(before) ?? 0) - 1;
      if (left > 0) this.#byReason.set(before, left);
      else this.#byReason.delete(before);
    }
    if (code === undefined) this.#codes.delete(name);
    else {
      this.#codes.set(name, code);
      this.#byReason.set(code, (this.#byReason.get(code) ?? 0) + 1);
    }
  }

  /** Another driver may be wanted on the node: until it has been looked at again, it does not count as up to date. */
  doubt(name: string): void {
    this.#upToDate.delete(name);
    this.#serving.delete(name);
  }

  /** Nodes whose driver pod is up to date and Ready. */
  get upToDate(): number {
    return this.#upToDate.size;
  }

  /** Those of them whose kubelet is heard of, and nodes that it is heard of where a driver pod is not up to date or not Ready. */
  get drivers(): { readonly serving: number; readonly lagging: number } {
    return { serving: this.#serving.size, lagging: this.#lagging.size };
  }

  /** The first blocked nodes by name, of those that `stands` says have been so for long enough to be told. */
  firstBlocked(
    most: number,
    stands: (node: string) => boolean,
  ): readonly (Blocked & { readonly node: string })[] {
    return this.#blockedNames.firstFew(most, stands).flatMap((node) => {
      const blocked = this.#blocked.get(node);
      return blocked === undefined ? [] : [{ node, ...blocked }];
    });
  }
}

/** Of a node that has failed, what it has failed on, if that is a reason of the list: what stands on a node may be anything. */
function codeOf(reason: Reason | undefined): ReasonCode | undefined {
  if (reason === undefined || entryOf(reason.code).severity === 'passing') return undefined;
  return knownCode(told(reason).code) ?? reason.code;
}

function mark(names: Set<string>, name: string, isSo: boolean): void {
  if (isSo) names.add(name);
  else names.delete(name);
}
