import type { ApiServer, StoreChange } from '../cluster/memory/api/types.ts';
import type { Counts } from './outcome.ts';
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
  readonly #options: JudgeOptions;
  #told = false;

  constructor(options: JudgeOptions) {
    this.#options = options;
    this.ledger = new Ledger(options.tolerance);
    options.api.onChange((change) => {
      this.#hear(change);
    });
  }

  /** How often nodes went from one state to another. */
  transitions(): Counts {
    const counts: Record<string, number> = {};
    for (const steps of this.ledger.finish({ end: 'any' }).statistics.transitions.values()) {
      for (const { from, to } of steps) counts[`${from} -> ${to}`] = (counts[`${from} -> ${to}`] ?? 0) + 1;
    }
    return counts;
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
