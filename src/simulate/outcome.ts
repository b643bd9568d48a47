/** What came out of one run. */
export interface Outcome {
  readonly seed: number;
  /** What went wrong; undefined: nothing. */
  readonly failure: Failure | undefined;
  readonly figures: Figures;
  /** How many calls the operator had made when the troubles were over. */
  readonly callsInTroubles: number;
  /** What happened, line by line, if it was asked for. */
  readonly trace: readonly string[];
}

export interface Failure {
  /** The promise that was broken, or `liveness`, `quiet`, `explained`, `crash`, `storm`. */
  readonly kind: string;
  readonly what: string;
  readonly node: string | undefined;
  /** Seconds since the run began. */
  readonly at: number;
  /** The last that was seen of the node. */
  readonly lately: readonly string[];
}

/** How much a run has seen. Figures of many runs add up. */
export interface Figures {
  readonly runs: number;
  /** Changes in the cluster, each of which was judged. */
  readonly changes: number;
  /** Calls of the operator. */
  readonly calls: number;
  /** Milliseconds of the cluster's time. */
  readonly virtualMs: number;
  readonly faults: Counts;
  readonly incidents: Counts;
  /** `from -> to`, by the operator's hand. */
  readonly transitions: Counts;
  /** Where processes died, as `before patch nodes`. */
  readonly kills: Counts;
}

export type Counts = Readonly<Record<string, number>>;

export const NO_FIGURES: Figures = {
  runs: 0,
  changes: 0,
  calls: 0,
  virtualMs: 0,
  faults: {},
  incidents: {},
  transitions: {},
  kills: {},
};

export function addFigures(a: Figures, b: Figures): Figures {
  return {
    runs: a.runs + b.runs,
    changes: a.changes + b.changes,
    calls: a.calls + b.calls,
    virtualMs: a.virtualMs + b.virtualMs,
    faults: addCounts(a.faults, b.faults),
    incidents: addCounts(a.incidents, b.incidents),
    transitions: addCounts(a.transitions, b.transitions),
    kills: addCounts(a.kills, b.kills),
  };
}

function addCounts(a: Counts, b: Counts): Counts {
  const sum: Record<string, number> = { ...a };
  for (const [key, count] of Object.entries(b)) sum[key] = (sum[key] ?? 0) + count;
  return sum;
}
