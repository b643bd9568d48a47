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

  /** The first of these faults that strikes now. */
  strike<F extends Fault>(among: ReadonlySet<F>): F | undefined {
    if (this.#over) return undefined;
    const now = this.#now();
    for (const { from, until, fault, rate } of this.#bursts) {
      if (now < from || now >= until || !isAmong(among, fault)) continue;
      if (!this.#random.chance(rate)) continue;
      this.struck.set(fault, (this.struck.get(fault) ?? 0) + 1);
      return fault;
    }
    return undefined;
  }
}

function isAmong<F extends Fault>(faults: ReadonlySet<F>, fault: Fault): fault is F {
  return (faults as ReadonlySet<Fault>).has(fault);
}
