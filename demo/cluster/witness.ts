import { systemClock } from '../../src/cluster/clock.ts';
import type { ApiServer, StoreChange } from '../../src/cluster/memory/api/types.ts';
import { isInProgress } from '../../src/contract/states.ts';
import type { BlockedNode, PolicyStatus } from '../../src/contract/status.ts';
import { Ledger, seenOf, type Report, type Seen, type SeenNode } from '../../src/invariants/index.ts';
import { matchesLabels } from '../../src/kubernetes/label-selector.ts';
import { parseLabelSelector } from '../../src/kubernetes/label-selector-parser.ts';
import { parseReason } from '../../src/reasons/index.ts';
import type { FleetSnapshot, Rollout, ShownNode, ShownReason } from '../view/fleet.ts';
import { DriverImages } from './driver-images.ts';
import { ZONE_LABEL } from './fleet-plan.ts';
import { JOB_SELECTOR } from './policy.ts';
import { RolloutLog } from './rollout-log.ts';

/** In milliseconds. The operator shares this machine with the cluster, and with whatever else is at work on it. */
const TOLERANCE = { watchMs: 2000, readMs: 1000 };

type SeenPod = ReturnType<Ledger['scene']['podsOn']>[number];

export interface WitnessOptions {
  readonly api: ApiServer;
  /** What the operator says of the rollout. */
  readonly policyStatus: () => PolicyStatus | undefined;
}

/**
 * Hears of every single change in the cluster, judges it by the promises, and knows what to show. It knows nothing of the operator
 * but what that leaves in the cluster.
 */
export class Witness {
  readonly #ledger = new Ledger(TOLERANCE);
  readonly #images = new DriverImages();
  readonly #isJob = parseLabelSelector(JOB_SELECTOR);
  readonly #policyStatus: () => PolicyStatus | undefined;
  readonly #evicted = new Set<string>();
  /** Which budgets speak of pods on a node that is being drained, in words. */
  readonly #budgets = new Map<string, string>();
  #evictedBefore = 0;
  #changes = 0;
  #told = 0;
  #from = '';
  #log = this.#newLog();

  constructor({ api, policyStatus }: WitnessOptions) {
    this.#policyStatus = policyStatus;
    api.onChange((change) => {
      this.#hear(change);
    });
  }

  /** How many changes have been judged. */
  get changes(): number {
    return this.#changes;
  }

  /** Of the present rollout, or else the last one. One begins when another version is asked for. */
  get log(): RolloutLog {
    return this.#log;
  }

  get rollout(): Rollout {
    const { version = '', maxParallelUpgrades = 0 } = this.#ledger.scene.policy ?? {};
    return {
      ...{ from: this.#from, to: version, parallel: maxParallelUpgrades },
      elapsedMs: this.#log.elapsed,
    };
  }

  snapshot(): FleetSnapshot {
    const blocked = this.#blocked();
    const nodes = [...this.#ledger.scene.nodes.values()].map((node) =>
      this.#shown(node, blocked.get(node.name)),
    );
    return {
      nodes: nodes.sort((a, b) => a.name.localeCompare(b.name)),
      evicted: this.#evicted.size - this.#evictedBefore,
      waits: this.#log.waits,
    };
  }

  /**
   * The verdict on a rollout that has come to its end; what an earlier verdict said is not said again.
   *
   * @param failed nodes that may stay as they are
   */
  report(failed: readonly string[] = []): Report {
    const report = this.#ledger.finish({ end: 'finished', badNodes: failed });
    const violations = report.violations.slice(this.#told);
    this.#told = report.violations.length;
    return { ...report, violations };
  }

  #newLog(): RolloutLog {
    return new RolloutLog(this.#ledger.scene.nodes.values(), () => performance.now());
  }

  #hear({ revision, resource, before, after }: StoreChange): void {
    this.#changes += 1;
    const raw = after ?? before;
    const object = raw && seenOf(resource.kind, raw);
    if (object === undefined) return;
    const type = after === undefined ? 'gone' : 'changed';
    const version = this.#ledger.scene.policy?.version;
    const event = { rv: revision, time: systemClock.now(), type, object } as const;
    // As long as the show lasts, nobody else evicts anything. Of other deeds the cluster's own records tell whose they are.
    this.#ledger.apply(this.#isNewlyEvicted(object) ? { ...event, by: 'operator' } : event);
    if (object.kind === 'Pod') this.#images.note(object.uid, after);
    if (object.kind === 'Node') this.#hearNode(object, type);
    if (object.kind === 'NicClusterPolicy') this.#hearPolicy(version);
  }

  #isNewlyEvicted(object: Seen): boolean {
    if (object.kind !== 'Pod' || !object.evicted || this.#evicted.has(object.uid)) return false;
    this.#evicted.add(object.uid);
    return true;
  }

  #hearNode(node: SeenNode, type: 'gone' | 'changed'): void {
    if (type === 'gone') {
      this.#log.forget(node.name);
      return;
    }
    this.#log.node(node);
    // Later the pods that they speak of may have left.
    if (node.state !== 'drain-required') this.#budgets.delete(node.name);
    else if (!this.#budgets.has(node.name)) this.#budgets.set(node.name, this.#budgetsOf(node.name));
    this.#noteWait(node, parseReason(node.reason)?.code);
  }

  #hearPolicy(before: string | undefined): void {
    const { version } = this.#ledger.scene.policy ?? {};
    if (before !== undefined && version !== undefined && version !== before) {
      this.#from = before;
      this.#evictedBefore = this.#evicted.size;
      this.#log = this.#newLog();
    }
    for (const { node: name, state, code } of this.#blocked().values()) {
      const node = this.#ledger.scene.nodes.get(name);
      if (node?.state === state) this.#noteWait(node, code);
    }
  }

  #noteWait({ name, state }: SeenNode, code: string | undefined): void {
    if (state === 'wait-for-jobs-required' && code === 'jobs-running')
      this.#log.waitsFor(name, 'for its job');
    if (state === 'drain-required' && code === 'eviction-blocked')
      this.#log.waitsFor(name, `for ${this.#budgets.get(name) ?? 'a budget'}`);
  }

  /** Which PodDisruptionBudgets speak of pods on a node that are still meant to stay. */
  #budgetsOf(node: string): string {
    const pods = this.#ledger.scene.podsOn(node).filter(({ deleting }) => !deleting);
    const names = [...this.#ledger.scene.budgets.values()]
      .filter(({ namespace, selector }) =>
        pods.some((pod) => pod.namespace === namespace && selector(pod.labels)),
      )
      .map(({ name }) => `"${name}"`);
    return names.length === 0 ? 'a budget' : `the budget ${names.join(', ')}`;
  }

  #blocked(): ReadonlyMap<string, BlockedNode> {
    return new Map((this.#policyStatus()?.upgrade?.blocked ?? []).map((each) => [each.node, each]));
  }

  #shown(node: SeenNode, blocked: BlockedNode | undefined): ShownNode {
    const load = this.#ledger.scene
      .podsOn(node.name)
      .filter(({ driver, phase }) => !driver && (phase === 'Running' || phase === 'Pending'));
    const staying = load.filter(({ deleting }) => !deleting);
    const jobs = staying.filter(({ labels }) => matchesLabels(this.#isJob, labels)).length;
    return {
      name: node.name,
      zone: node.labels[ZONE_LABEL] ?? 'no zone',
      state: node.state,
      driver: this.#driverOf(node.name),
      cordoned: node.unschedulable,
      held: node.initiallyUnschedulable || (node.unschedulable && isResting(node.state)),
      skipped: node.skip,
      pods: staying.length - jobs,
      leaving: load.length - staying.length,
      jobs,
      reason: reasonOf(node, blocked),
    };
  }

  #driverOf(node: string): ShownNode['driver'] {
    const pod = this.#driversOn(node).find(({ deleting }) => !deleting);
    if (pod === undefined) return 'none';
    const wanted = this.#ledger.scene.policy?.version;
    if (wanted !== undefined && !this.#images.isOf(pod.uid, wanted)) return 'old';
    return pod.ready ? 'new' : 'loading';
  }

  #driversOn(node: string): readonly SeenPod[] {
    return this.#ledger.scene.podsOn(node).filter(({ driver }) => driver);
  }
}

/** The policy's status is quicker to say it than the node itself, which names only what has lasted. */
function reasonOf(node: SeenNode, blocked: BlockedNode | undefined): ShownReason | undefined {
  if (isResting(node.state)) return undefined;
  const said = blocked?.state === node.state ? blocked : parseReason(node.reason);
  if (said === undefined) return undefined;
  return { code: node.state === 'upgrade-failed' ? 'failed' : said.code, message: said.message };
}

/** The upgrade does nothing to a node in such a state; a cordon there is not its own. */
function isResting(state: ShownNode['state']): boolean {
  return !isInProgress(state) && state !== 'upgrade-failed';
}
