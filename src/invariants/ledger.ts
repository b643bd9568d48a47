import type { Check, Context, Expectation, Tolerance } from './check.ts';
import { noNodeLeftBehind, oneBadNode } from './checks/at-the-end.ts';
import { doneMeansUpdated } from './checks/done-means-updated.ts';
import { evictedOnly } from './checks/evicted-only.ts';
import { jobsAwaited } from './checks/jobs-awaited.ts';
import { noNeedlessEviction } from './checks/no-needless-eviction.ts';
import { noNeedlessReload } from './checks/no-needless-reload.ts';
import { humanCordonKept } from './checks/human-cordon-kept.ts';
import { legalTransitions } from './checks/legal-transitions.ts';
import { noReloadUnderLoad } from './checks/no-reload-under-load.ts';
import { withinLimits } from './checks/within-limits.ts';
import type { CordonHolder } from './cordon-holder.ts';
import { Declarations } from './declarations.ts';
import { describe } from './describe.ts';
import type { Accusation, Declaration, Finding } from './findings.ts';
import { Scene } from './scene.ts';
import type { Change, ObservedEvent, Seen, SeenNode, SeenPod } from './seen.ts';
import { Tally, type Statistics } from './statistics.ts';

const CHECKS: readonly Check[] = [
  noReloadUnderLoad,
  withinLimits,
  humanCordonKept,
  legalTransitions,
  doneMeansUpdated,
  evictedOnly,
  noNeedlessEviction,
  noNeedlessReload,
  jobsAwaited,
  noNodeLeftBehind,
  oneBadNode,
];

const TOLERANCE: Tolerance = { watchMs: 1000, readMs: 250, clockMs: 0 };

/** How much of a node's history a finding tells. */
const LATELY = 10;

/** What came out of a run. */
export interface Report {
  readonly violations: readonly Finding[];
  /** What would have been a violation if anybody could have known better. */
  readonly races: readonly Finding[];
  readonly statistics: Statistics;
}

/**
 * Judges a run: fed with everything that happened, in the order of resourceVersions, it says what broke which invariant. It does
 * no I/O and knows no clock but the events'.
 *
 * @example
 * const ledger = new Ledger();
 * events.forEach((event) => ledger.apply(event));
 * const { violations } = ledger.finish({ badNodes: ['node-7'] });
 */
export class Ledger {
  readonly scene = new Scene();
  readonly #tolerance: Tolerance;
  readonly #declarations = new Declarations();
  readonly #tally = new Tally();
  readonly #lately = new Map<string, string[]>();
  readonly #findings: Finding[] = [];
  #rv = 0;
  #now = 0;

  constructor(tolerance: Partial<Tolerance> = {}) {
    this.#tolerance = { ...TOLERANCE, ...tolerance };
  }

  /** Announces what somebody other than the operator will do, so that it is not held against it. */
  declare(declaration: Declaration): void {
    this.#declarations.declare(declaration);
  }

  /** @throws Error if the event is older than the one before it */
  apply(event: ObservedEvent): void {
    if (event.rv < this.#rv) throw new Error(`event at ${event.rv} after one at ${this.#rv}: not in order`);
    this.#rv = event.rv;
    this.#now = Math.max(this.#now, event.time);
    const heldBefore = event.object.kind === 'Node' ? this.scene.cordonHolder(event.object.name) : 'nobody';
    const { kind, change } = this.scene.apply(event);
    this.#remember(change, event);
    if (kind === 'Node') this.#tally.node(change as Change<SeenNode>, this.scene.policy);
    if (event.type === 'existing' || event.by === 'others') return;
    this.#check(kind, change, this.#context(heldBefore));
  }

  /** What has been found so far, races aside. */
  get violations(): readonly Finding[] {
    return this.#findings.filter(({ race }) => race !== true);
  }

  finish(expectation: Expectation = {}): Report {
    for (const check of CHECKS) this.#record(check.end?.(expectation, this.#context('nobody')));
    return {
      violations: this.violations,
      races: this.#findings.filter(({ race }) => race === true),
      statistics: this.#tally.statistics(this.#now),
    };
  }

  #check(kind: Seen['kind'], change: Change<Seen>, context: Context): void {
    for (const check of CHECKS) {
      if (kind === 'Node') this.#record(check.node?.(change as Change<SeenNode>, context));
      if (kind === 'Pod') this.#record(check.pod?.(change as Change<SeenPod>, context));
    }
  }

  #context(heldBefore: CordonHolder): Context {
    return {
      scene: this.scene,
      heldBefore,
      now: this.#now,
      tolerance: this.#tolerance,
      excused: (node, deed) => this.#declarations.excuse(node, deed, this.#now),
    };
  }

  #record(accusations: readonly Accusation[] = []): void {
    for (const accusation of accusations) {
      const lately = [...(this.#lately.get(accusation.node ?? '') ?? [])];
      this.#findings.push({ ...accusation, rv: this.#rv, time: this.#now, lately });
    }
  }

  #remember(change: Change<Seen>, { rv, time }: ObservedEvent): void {
    const told = describe(change);
    if (told === undefined) return;
    const lately = this.#lately.get(told.node) ?? [];
    lately.push(`${rv}  ${new Date(time).toISOString()}  ${told.what}`);
    if (lately.length > LATELY) lately.shift();
    this.#lately.set(told.node, lately);
  }
}
