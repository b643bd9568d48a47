import { readFile } from 'node:fs/promises';
import { isInProgress, type NodeState } from '../../src/contract/states.ts';
import { Reader, type Access } from './api.ts';
import { pdbRespected } from './audit.ts';
import type { Expectation, Tolerance } from '../../src/invariants/check.ts';
import { Feed } from './feed.ts';
import type { Declaration, Finding, OutsideDeed } from '../../src/invariants/findings.ts';
import { Ledger, type Report } from '../../src/invariants/ledger.ts';
import { currentVersion } from './lists.ts';
import { RESOURCES } from './resources.ts';
import type { ObservedEvent, SeenNode } from '../../src/invariants/seen.ts';

/** How long a deed may be done before the observer hears of it. */
const NEWS_MS = 1000;

export interface FinishOptions {
  readonly expect?: Expectation;
  /** The operator's own requests, if the API server logs them. */
  readonly audit?: { readonly file: string; readonly user: string };
  readonly tolerance?: Partial<Tolerance>;
}

/** How a rollout stands, for a progress display: the latest that was heard, not in one order over all resources. */
export interface LiveView {
  readonly nodes: number;
  readonly inProgress: number;
  readonly cordoned: number;
  readonly states: Readonly<Partial<Record<NodeState, number>>>;
}

/**
 * Watches a cluster from outside during a whole run and judges it at the end. It knows the API server and the contract's names,
 * and nothing of the operator.
 *
 * @example
 * const observer = await startObserver({ server, ca, token });
 * // … a rollout …
 * const report = await observer.finish({ expect: { badNodes: ['node-3'] } });
 * throwOnViolations(report);
 */
export async function startObserver(access: Access): Promise<Observer> {
  const reader = new Reader(access);
  try {
    const rv = await currentVersion(reader);
    const feeds = RESOURCES.map((resource) => new Feed(reader, resource));
    await Promise.all(feeds.map((feed) => feed.start(rv)));
    return new Observer(reader, feeds);
  } catch (error) {
    await reader.close();
    throw error;
  }
}

export class Observer {
  readonly #reader: Reader;
  readonly #feeds: readonly Feed[];
  readonly #startedAt = Date.now();
  readonly #declarations: Declaration[] = [];
  #stopped = false;

  constructor(reader: Reader, feeds: readonly Feed[]) {
    this.#reader = reader;
    this.#feeds = feeds;
  }

  /** Announces that somebody other than the operator is about to delete a driver pod. Call it before the deed. */
  expectOutsideDeletion(node: string, times = 1): () => void {
    return this.expectOutside('driver-pod-deletion', node, times);
  }

  /**
   * Announces what somebody other than the operator is about to do. Call it before the deed.
   *
   * @returns a function that says that the deed is done; without it, the announcement stands to the end
   */
  expectOutside(deed: OutsideDeed, node: string, times = 1): () => void {
    const index = this.#declarations.push({ node, deed, times, from: Date.now() }) - 1;
    return () => {
      const declaration = this.#declarations[index];
      if (declaration !== undefined)
        this.#declarations[index] = { ...declaration, until: Date.now() + NEWS_MS };
    };
  }

  live(): LiveView {
    const nodes = this.#feeds
      .flatMap((feed) => [...feed.latest.values()])
      .filter((seen) => seen.kind === 'Node');
    return liveView(nodes);
  }

  /**
   * Ends the observation and judges all that happened, in the order of resourceVersions.
   *
   * @throws Error if something may have been missed: then nothing is proved
   */
  async finish({ expect = {}, audit, tolerance = {} }: FinishOptions = {}): Promise<Report> {
    try {
      const end = await currentVersion(this.#reader);
      await Promise.all(this.#feeds.map((feed) => feed.settle(end)));
      const events = this.#feeds.flatMap((feed) => feed.events.filter(({ rv }) => rv <= end)).sort(inOrder);
      const report = judge(events, this.#declarations, { expect, tolerance });
      if (audit === undefined) return report;
      return { ...report, violations: [...report.violations, ...(await this.#audited(events, audit))] };
    } finally {
      await this.stop();
    }
  }

  /** Ends the observation without a judgement. Does nothing the second time. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    const ended = this.#feeds.map((feed) => feed.stop());
    await this.#reader.close();
    await Promise.all(ended);
  }

  async #audited(
    events: readonly ObservedEvent[],
    { file, user }: { file: string; user: string },
  ): Promise<readonly Finding[]> {
    const driverPods = new Set<string>();
    for (const { object } of events)
      if (object.kind === 'Pod' && object.driver) driverPods.add(`${object.namespace}/${object.name}`);
    return pdbRespected(await readFile(file, 'utf8'), { user, since: this.#startedAt, driverPods });
  }
}

/** Judges a recorded history. */
export function judge(
  events: readonly ObservedEvent[],
  declarations: readonly Declaration[],
  { expect, tolerance }: { expect: Expectation; tolerance: Partial<Tolerance> },
): Report {
  const ledger = new Ledger(tolerance);
  for (const declaration of declarations) ledger.declare(declaration);
  for (const event of events) ledger.apply(event);
  return ledger.finish(expect);
}

function inOrder(a: ObservedEvent, b: ObservedEvent): number {
  return a.rv - b.rv;
}

function liveView(nodes: readonly SeenNode[]): LiveView {
  const states: Partial<Record<NodeState, number>> = {};
  for (const { state } of nodes) states[state] = (states[state] ?? 0) + 1;
  return {
    nodes: nodes.length,
    inProgress: nodes.filter(({ state }) => isInProgress(state)).length,
    cordoned: nodes.filter(({ unschedulable }) => unschedulable).length,
    states,
  };
}
