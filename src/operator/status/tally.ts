import { entryOf, type Reason, type Severity } from '../../reasons/index.ts';
import { driverCondition } from '../../upgrade/driver-condition.ts';
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

/** What the status says of all nodes together, kept up to date with every decision about one. */
export class Tally {
  readonly #upToDate = new Set<string>();
  readonly #blocked = new Map<string, Blocked>();
  readonly #blockedNames = new SortedNames();

  note(name: string, view: NodeView | undefined, decision: Decision | undefined): void {
    if (view !== undefined && driverCondition(view).kind === 'ready') this.#upToDate.add(name);
    else this.#upToDate.delete(name);
    const reason = decision?.reason;
    if (view === undefined || reason === undefined || PASSING.has(entryOf(reason.code).severity)) {
      this.#blocked.delete(name);
      this.#blockedNames.delete(name);
    } else {
      this.#blocked.set(name, { state: stateOf(view), reason });
      this.#blockedNames.add(name);
    }
  }

  /** Another driver may be wanted on the node: until it has been looked at again, it does not count as up to date. */
  doubt(name: string): void {
    this.#upToDate.delete(name);
  }

  /** Nodes whose driver pod is up to date and Ready. */
  get upToDate(): number {
    return this.#upToDate.size;
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
