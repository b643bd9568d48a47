import type { Random } from '../random.ts';
import type { Fault, FaultBurst } from '../scenario.ts';

/** Says of each call and each event what goes wrong with it, if anything. */
export class FaultPlan {
  /** How often each kind of fault has struck. */
  readonly struck = new Map<Fault, number>();
  readonly #bursts: readonly FaultBurst[];
  readonly #random: Random;
  readonly #now: () => number;
  readonly #outages = new Set<() => void>();
  #awayUntil = 0;
  #over = false;

  /** @param now milliseconds since the run began */
  constructor(bursts: readonly FaultBurst[], random: Random, now: () => number) {
    this.#bursts = bursts;
    this.#random = random;
    this.#now = now;
  }

  /** From now on all goes well. */
  end(): void {
    this.#over = true;
  }

  /** No call gets through for so many milliseconds, and what is connected is cut off. */
  cutOff(milliseconds: number): void {
    this.#awayUntil = this.#now() + milliseconds;
    for (const hear of [...this.#outages]) hear();
  }

  /** Whether no call gets through. */
  get isCutOff(): boolean {
    return !this.#over && this.#now() < this.#awayUntil;
  }

  /** Has a connection told that it is cut off. Returns what ends that. */
  onCutOff(hear: () => void): () => void {
    this.#outages.add(hear);
    return () => {
      this.#outages.delete(hear);
    };
  }

  /**
   * The first of these faults that strikes now.
   *
   * @param resource of which a watch is, if it is about one
   */
  strike<F extends Fault>(among: ReadonlySet<F>, resource?: string): F | undefined {
    if (this.#over) return undefined;
    const now = this.#now();
    for (const burst of this.#bursts) {
      const { from, until, fault, rate } = burst;
      if (now < from || now >= until || !isAmong(among, fault) || !isAbout(burst, resource)) continue;
      if (!this.#random.chance(rate)) continue;
      this.struck.set(fault, (this.struck.get(fault) ?? 0) + 1);
      return fault;
    }
    return undefined;
  }
}

function isAbout({ resource: only }: FaultBurst, resource: string | undefined): boolean {
  return resource === undefined || only === undefined || only === resource;
}

function isAmong<F extends Fault>(faults: ReadonlySet<F>, fault: Fault): fault is F {
  return (faults as ReadonlySet<Fault>).has(fault);
}
