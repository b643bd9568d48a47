import { systemClock } from '../../src/cluster/clock.ts';
import type { ApiServer, StoreChange } from '../../src/cluster/memory/api/types.ts';
import { isInProgress } from '../../src/contract/states.ts';
import type { BlockedNode, PolicyStatus } from '../../src/contract/status.ts';
import { Ledger, seenOf, type Report, type Seen, type SeenNode } from '../../src/invariants/index.ts';
import { matchesLabels } from '../../src/kubernetes/label-selector.ts';
import { parseLabelSelector } from '../../src/kubernetes/label-selector-parser.ts';
import { parseReason } from '../../src/upgrade/reasons.ts';
import type { FleetSnapshot, NodeSteps, ShownNode, ShownReason } from '../view/fleet.ts';
import { ZONE_LABEL } from './fleet-plan.ts';
import { JOB_SELECTOR } from './policy.ts';

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
  readonly #isJob = parseLabelSelector(JOB_SELECTOR);
  readonly #policyStatus: () => PolicyStatus | undefined;
  readonly #evicted = new Set<string>();
  #changes = 0;
  #steps = new Map<string, ShownNode['state'][]>();
  #outdated: ReadonlySet<string> = new Set();

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

  /** The drivers that run now are those that are to be replaced. */
  markOutdated(): void {
    const nodes = [...this.#ledger.scene.nodes.keys()];
    const drivers = nodes.flatMap((node) => this.#driversOn(node));
    this.#outdated = new Set(drivers.map(({ revision = '' }) => revision));
  }

  snapshot(): FleetSnapshot {
    const blocked = new Map((this.#policyStatus()?.upgrade?.blocked ?? []).map((each) => [each.node, each]));
    const nodes = [...this.#ledger.scene.nodes.values()].map((node) =>
      this.#shown(node, blocked.get(node.name)),
    );
    return { nodes: nodes.sort((a, b) => a.name.localeCompare(b.name)), evicted: this.#evicted.size };
  }

  /** The nodes whose state has changed since this was called last. */
  takeSteps(): readonly NodeSteps[] {
    const steps = [...this.#steps].map(([name, states]) => ({ name, states }));
    this.#steps = new Map();
    return steps;
  }

  /** The verdict on a rollout that has come to its end. */
  report(): Report {
    return this.#ledger.finish({ end: 'finished' });
  }

  #hear({ revision, resource, before, after }: StoreChange): void {
    this.#changes += 1;
    const now = after ?? before;
    const object = now === undefined ? undefined : seenOf(resource.kind, now);
    if (object === undefined) return;
    const type = after === undefined ? 'gone' : 'changed';
    if (object.kind === 'Node' && type === 'changed') this.#noteStep(object);
    const event = { rv: revision, time: systemClock.now(), type, object } as const;
    // As long as the show lasts, nobody else evicts anything. Of other deeds the cluster's own records tell whose they are.
    this.#ledger.apply(this.#isNewlyEvicted(object) ? { ...event, by: 'operator' } : event);
  }

  #isNewlyEvicted(object: Seen): boolean {
    if (object.kind !== 'Pod' || !object.evicted || this.#evicted.has(object.uid)) return false;
    this.#evicted.add(object.uid);
    return true;
  }

  #noteStep({ name, state }: SeenNode): void {
    const before = this.#ledger.scene.nodes.get(name)?.state;
    if (before === undefined || before === state) return;
    const states = this.#steps.get(name);
    if (states === undefined) this.#steps.set(name, [before, state]);
    else states.push(state);
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
      held: node.initiallyUnschedulable || (node.unschedulable && isResting(node.state)),
      pods: staying.length - jobs,
      leaving: load.length - staying.length,
      jobs,
      reason: reasonOf(node, blocked),
    };
  }

  #driverOf(node: string): ShownNode['driver'] {
    const pod = this.#driversOn(node).find(({ deleting }) => !deleting);
    if (pod === undefined) return 'none';
    if (this.#outdated.has(pod.revision ?? '')) return 'old';
    return pod.ready ? 'new' : 'loading';
  }

  #driversOn(node: string): readonly SeenPod[] {
    return this.#ledger.scene.podsOn(node).filter(({ driver }) => driver);
  }
}

/** The policy's status is quicker to say it than the node itself, which names only what has lasted. */
function reasonOf(node: SeenNode, blocked: BlockedNode | undefined): ShownReason | undefined {
  if (isResting(node.state)) return undefined;
  if (blocked?.state === node.state) return { code: blocked.code, message: blocked.message };
  const told = parseReason(node.reason);
  return told === undefined || node.state !== 'upgrade-failed' ? told : { ...told, code: 'failed' };
}

/** The upgrade does nothing to a node in such a state; a cordon there is not its own. */
function isResting(state: ShownNode['state']): boolean {
  return !isInProgress(state) && state !== 'upgrade-failed';
}
