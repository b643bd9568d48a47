import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../cluster/clock.ts';
import { POLICY_NAME } from '../../contract/keys.ts';
import type { Policy } from '../../contract/policy.ts';
import { MOST_BLOCKED, type PolicyStatus } from '../../contract/status.ts';
import type { ReasonCode } from '../../reasons/index.ts';
import type { Fleet } from '../../upgrade/fleet.ts';
import type { DriverSync } from '../driver/driver-sync.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Revisions } from '../nodes/revisions.ts';
import type { StandingReasons } from '../nodes/standing-reasons.ts';
import type { ActivePolicy } from '../policy.ts';
import type { StoredDaemonSet } from '../resources/daemonsets.ts';
import type { StoredObject } from '../resources/objects.ts';
import { ignoredStatus, isProgressing, policyStatus, type StatusInput } from './policy-status.ts';
import { toldFigures, type RolloutFigures } from './rollout-figures.ts';
import { statusOf } from './status-writer.ts';
import type { Tally } from './tally.ts';

export interface StatusReporterOptions {
  readonly policy: ActivePolicy;
  readonly policies: { values(): Iterable<StoredObject> };
  readonly daemonSets: { values(): Iterable<StoredDaemonSet> };
  readonly revisions: Revisions;
  readonly driverSync: DriverSync;
  readonly fleet: Fleet;
  readonly tally: Tally;
  readonly rollout: RolloutFigures;
  readonly reasons: StandingReasons;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** What holds at this moment, with what it is to be judged by. */
export interface LiveStatus {
  readonly status: PolicyStatus;
  readonly autoUpgrade: boolean;
  readonly paused: boolean;
  readonly maxParallelUpgrades: number;
}

/** Collects what the parts know into the status of each policy, and into the figures. */
export class StatusReporter {
  readonly #options: StatusReporterOptions;

  constructor(options: StatusReporterOptions) {
    this.#options = options;
  }

  compute(): readonly { readonly policy: StoredObject; readonly status: PolicyStatus }[] {
    const { policies, metrics, fleet, policy, tally } = this.#options;
    metrics.setNodesByState(Object.fromEntries(fleet.states));
    metrics.setNodesByReason(tally.byReason);
    metrics.setHeldUpSince(this.#heldUpSince());
    metrics.setMaxParallel(policy.policy?.upgrade.maxParallelUpgrades ?? 0);
    metrics.setAutoUpgrade(policy.policy?.upgrade.autoUpgrade ?? false);
    if (this.#policy() === undefined) {
      metrics.setPolicyState(undefined);
      metrics.setRollout({}, { done: 0, total: 0 });
    }
    return [...policies.values()].map((object) => ({
      policy: object,
      status:
        object.name === POLICY_NAME ? this.#active(object) : ignoredStatus(generationOf(object), POLICY_NAME),
    }));
  }

  /** What the status would say if it were written now; undefined: there is no policy that counts. */
  live(): LiveStatus | undefined {
    const { fleet, rollout } = this.#options;
    const object = this.#policy();
    if (object === undefined) return undefined;
    const input = this.#input(object);
    const figures = rollout.status(fleet.waiting + fleet.counts.inProgress);
    return {
      status: policyStatus({ ...input, rollout: figures }),
      autoUpgrade: input.autoUpgrade,
      paused: input.paused,
      maxParallelUpgrades: input.maxParallel,
    };
  }

  #active(object: StoredObject): PolicyStatus {
    const { fleet, metrics, rollout } = this.#options;
    const input = this.#input(object);
    rollout.observe(input.version, isProgressing(input));
    const figures = rollout.status(fleet.waiting + fleet.counts.inProgress);
    const told = statusOf(object);
    const asTold = policyStatus({ ...input, rollout: toldFigures(told?.upgrade) });
    // The figures grow with the time: alone they are no reason to write anything.
    const status = isDeepStrictEqual(asTold, told) ? asTold : policyStatus({ ...input, rollout: figures });
    metrics.setPolicyState(status.state ?? 'notReady');
    metrics.setRollout(figures, { done: input.upToDate, total: input.total });
    return status;
  }

  #input(object: StoredObject): Omit<StatusInput, 'rollout'> {
    const { policy, driverSync, daemonSets, revisions, fleet, tally, clock } = this.#options;
    const all = [...daemonSets.values()];
    const desired = all.reduce((sum, each) => sum + each.desired, 0);
    const { serving, lagging } = tally.drivers;
    return {
      generation: generationOf(object),
      invalid: policy.invalid,
      ...wishes(policy.policy),
      problems: driverSync.problems,
      settled: driverSync.settled && all.every((each) => revisions.of(each) !== undefined),
      // Pods that are there count where the DaemonSet controller does not want them any more, too: on nodes tainted since.
      desired: Math.max(desired, serving + lagging),
      serving,
      upToDate: tally.upToDate,
      states: fleet.states,
      total: fleet.size,
      queued: fleet.waiting,
      blocked: this.#blocked(),
      conditions: statusOf(object)?.conditions ?? [],
      now: clock.now(),
    };
  }

  /** Goes on from what an operator that ran before has written. To be called once, before anything is computed. */
  resume(): void {
    const { rollout, reasons } = this.#options;
    const policy = this.#policy();
    const told = policy === undefined ? undefined : statusOf(policy)?.upgrade;
    rollout.resume(told);
    for (const { node, code, since } of told?.blocked ?? []) reasons.remember(node, code, Date.parse(since));
  }

  #policy(): StoredObject | undefined {
    return [...this.#options.policies.values()].find(({ name }) => name === POLICY_NAME);
  }

  /** By reason, since when the node has been held up that has been for longest. */
  #heldUpSince(): ReadonlyMap<ReasonCode, number> {
    const { tally, reasons } = this.#options;
    const times = new Map<ReasonCode, number>();
    for (const { node, reason } of tally.heldUp()) {
      const since = reasons.of(node)?.since;
      if (since !== undefined) times.set(reason.code, Math.min(since, times.get(reason.code) ?? since));
    }
    return times;
  }

  #blocked() {
    const { tally, reasons, clock } = this.#options;
    return tally
      .firstBlocked(MOST_BLOCKED, (node) => reasons.stands(node))
      .map((blocked) => ({ ...blocked, since: reasons.of(blocked.node)?.since ?? clock.now() }));
  }
}

/** What a policy asks for; nothing, where there is none that can be used. */
function wishes(
  policy: Policy | undefined,
): Pick<StatusInput, 'version' | 'autoUpgrade' | 'paused' | 'maxParallel'> {
  if (policy === undefined) return { version: undefined, autoUpgrade: false, paused: false, maxParallel: 0 };
  const { autoUpgrade, paused, maxParallelUpgrades: maxParallel } = policy.upgrade;
  return { version: policy.driver?.version, autoUpgrade, paused, maxParallel };
}

function generationOf({ object }: StoredObject): number {
  return object.metadata.generation ?? 0;
}
