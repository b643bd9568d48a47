import type { ApiServer, StoreChange } from '../cluster/memory/api/types.ts';
import { Ledger, seenOf, type Author, type Finding, type Tolerance } from '../invariants/index.ts';

export interface JudgeOptions {
  readonly api: ApiServer;
  readonly tolerance: Partial<Tolerance>;
  /** Whose write is under way. */
  readonly author: () => Author;
  /** Told of the first promise that is broken, right after the deed. */
  readonly onViolation: (finding: Finding) => void;
}

/** Looks at every single change in the cluster, right after it, and says whether a promise was broken by it. */
export class Judge {
  readonly ledger: Ledger;
  /** How often nodes went from one state to another by the operator's hand. */
  readonly transitions = new Map<string, number>();
  readonly #options: JudgeOptions;
  #told = false;

  constructor(options: JudgeOptions) {
    this.#options = options;
    this.ledger = new Ledger(options.tolerance);
    options.api.onChange((change) => {
      this.#hear(change);
    });
  }

  #hear({ revision, resource, before, after }: StoreChange): void {
    const { api, author, onViolation } = this.#options;
    const object = seenOf(resource.kind, after ?? before ?? NOTHING);
    if (object === undefined) return;
    const by = author();
    this.ledger.apply({
      rv: revision,
      time: api.clock.now(),
      type: after === undefined ? 'gone' : 'changed',
      object,
      by,
    });
    const [found] = this.ledger.violations;
    if (found === undefined || this.#told) return;
    this.#told = true;
    onViolation(found);
  }
}

const NOTHING = { metadata: { name: '' } };
