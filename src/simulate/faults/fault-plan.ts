import type { Random } from '../../cluster/memory/random.ts';
import type { Fault, FaultBurst } from '../scenario.ts';

/** A stream of events that can be interfered with while it is open. */
export interface Connection {
  /** Of which it is a watch. */
  readonly resource: string;
  readonly onCutOff: () => void;
  readonly onStall: (milliseconds: number) => void;
}

/** Says of each call and each event what goes wrong with it, if anything. */
export class FaultPlan {
  /** How often each kind of fault has struck. */
  readonly struck = new Map<Fault, number>();
  readonly #bursts: readonly FaultBurst[];
  readonly #random: Random;
  readonly #now: () => number;
  readonly #connections = new Set<Connection>();
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
    for (const { onCutOff } of [...this.#connections]) onCutOff();
  }

  /** The watches of a resource that are open tell nothing for so many milliseconds; then all of it at once. */
  stall(resource: string, milliseconds: number): void {
    for (const connection of this.#connections) {
      if (connection.resource === resource) connection.onStall(milliseconds);
    }
  }

  /** Whether no call gets through. */
  get isCutOff(): boolean {
    return !this.#over && this.#now() < this.#awayUntil;
  }

  /** Has a connection told what happens to it. Returns what ends that. */
  connect(connection: Connection): () => void {
    this.#connections.add(connection);
    return () => {
      this.#connections.delete(connection);
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
