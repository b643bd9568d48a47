import { createApiServer } from '../cluster/memory/api/api-server.ts';
import { startMachines } from '../cluster/memory/machines/index.ts';
import { createMemoryCluster } from '../cluster/memory/memory-cluster.ts';
import { Random } from '../cluster/memory/random.ts';
import { VirtualClock } from '../cluster/memory/virtual-clock.ts';
import type { ApiError } from '../cluster/errors.ts';
import { FIELD_MANAGER } from '../contract/keys.ts';
import { parsePolicy } from '../contract/policy.ts';
import type { UpgradePolicy } from '../contract/upgrade-policy.ts';
import { runOperator } from '../operator/run.ts';
import type { Logger } from '../operator/telemetry/log.ts';
import { QUIET_METRICS } from '../operator/telemetry/quiet-metrics.ts';
import { Behaviours } from './behaviour.ts';
import { castOf } from './cast.ts';
import { Courses, type NodeCourse } from './course.ts';
import type { Estimates } from './estimates.ts';
import { KnownTroubles } from './known-troubles.ts';
import { RefusingCluster } from './refusing-cluster.ts';
import { gracePeriod, type Snapshot } from './snapshot.ts';
import { PolicyRefused, setStage } from './stage.ts';

export interface Rehearsal {
  readonly estimates: Estimates;
  /** Images that their registry does not have. */
  readonly missingImages: readonly string[];
  /** Pods whose eviction something else than a budget refuses, by {@link keyOf}, with what was said. */
  readonly refused: ReadonlyMap<string, ApiError>;
  /** Told now and then of how far it is: milliseconds of the cluster's time, and nodes that have come to an end. */
  readonly onProgress?: (milliseconds: number, ended: number) => void;
  readonly signal: AbortSignal;
}

/** How a rollout would go. Times are in milliseconds since the epoch. */
export interface Course {
  readonly nodes: readonly NodeCourse[];
  /** When nothing changed any more. */
  readonly endedAt: number;
  /** Names of the pods that there are only in the rehearsal. */
  readonly imagined: ReadonlySet<string>;
  /** It was broken off while nodes were still on their way. */
  readonly isCutShort: boolean;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** A rollout of which no end is in sight by then is not looked at any further. */
const LONGEST = 14 * DAY;

/**
 * What a policy would make of a cluster: the operator itself rolls it out, in the embedded cluster, in virtual time, from what a snapshot has.
 *
 * @throws PolicyRefused where an API server, or the operator, would not take the policy; the signal's reason, if it aborts
 */
export async function rehearse(snapshot: Snapshot, rehearsal: Rehearsal): Promise<Course> {
  const clock = new VirtualClock(snapshot.now);
  const chance = new Random('rehearsal');
  const random = (): number => chance.next();
  // Who wrote which fields counts of nodes, for their cordons, and of what the operator applies.
  const api = createApiServer({ clock, random, isAccountKept: ({ plural }) => plural !== 'pods' });
  const upgrade = upgradeOf(snapshot);
  const cast = castOf(snapshot.pods, { ...snapshot, upgrade, refused: rehearsal.refused });
  const pods = [...cast.drivers, ...cast.players];
  const behaviours = new Behaviours(
    {
      ...{ api, clock, random, namespace: snapshot.namespace, estimates: rehearsal.estimates },
      troubles: new KnownTroubles(snapshot, rehearsal.missingImages),
    },
    pods,
  );
  setStage(api, snapshot, cast);
  const imagined = new Set<string>();
  api.onChange(({ resource, before, after }) => {
    if (resource.plural === 'pods' && before === undefined && after !== undefined)
      imagined.add(after.metadata.name);
  });
  const machines = startMachines({ api, random, behaviourOf: (pod) => behaviours.of(pod) });
  // Whatever controls the pods of the snapshot is not on the stage; they are no orphans for that.
  machines.pause('garbage-collector');
  for (const name of silentNodes(snapshot)) machines.setNodeReady(name, false);

  const courses = new Courses(clock);
  const ending = new AbortController();
  const running = runOperator(
    {
      ...{ clock, random, namespace: snapshot.namespace, initImage: snapshot.initImage },
      cluster: new RefusingCluster(
        createMemoryCluster({ api, fieldManager: FIELD_MANAGER }),
        rehearsal.refused,
      ),
      log: SILENT,
      metrics: QUIET_METRICS,
      identity: 'rehearsal',
      uniqueSuffix: () => Math.floor(random() * 2 ** 32).toString(16),
      observer: courses,
    },
    ending.signal,
  );
  const patience = patienceFor(upgrade, rehearsal.estimates, pods.map(gracePeriod));
  try {
    await untilNothingChanges({ clock, courses, patience, rehearsal });
    return {
      nodes: courses.result(),
      endedAt: courses.changedAt,
      imagined,
      isCutShort: clock.monotonic() >= LONGEST,
    };
  } finally {
    ending.abort();
    await clock.advance(5 * SECOND);
    await running;
    machines.stop();
  }
}

function upgradeOf({ policy }: Snapshot): UpgradePolicy {
  const parsed = parsePolicy(policy);
  if (!parsed.ok) throw new PolicyRefused(parsed.reason);
  return parsed.policy.upgrade;
}

/**
 * For how long nothing may change before nothing ever does: everything has a time limit that is shorter, or none.
 */
function patienceFor(
  { drain, waitForCompletion }: UpgradePolicy,
  { driverLoad, driverLoadOn, driverStop }: Estimates,
  gracePeriods: readonly number[],
): number {
  const limits = [drain?.timeoutSeconds ?? 0, waitForCompletion?.timeoutSeconds ?? 0].map(
    (seconds) => seconds * SECOND,
  );
  const times = [driverLoad, driverStop, ...driverLoadOn.values(), ...gracePeriods, ...limits];
  return 10 * MINUTE + times.reduce((most, time) => Math.max(most, time), 0);
}

async function untilNothingChanges({
  clock,
  courses,
  patience,
  rehearsal: { signal, onProgress },
}: {
  readonly clock: VirtualClock;
  readonly courses: Courses;
  readonly patience: number;
  readonly rehearsal: Rehearsal;
}): Promise<void> {
  // The operator has to read everything, and the DaemonSet controller to take up the driver, before anything follows.
  await clock.advance(MINUTE / 6);
  while (clock.now() - courses.changedAt < patience && clock.monotonic() < LONGEST && !courses.isOver) {
    signal.throwIfAborted();
    await clock.advance(10 * SECOND);
    onProgress?.(clock.monotonic(), courses.ended);
  }
}

/** Nothing is heard of their kubelets. */
function silentNodes({ nodes }: Snapshot): readonly string[] {
  return nodes.filter((node) => !isReady(node)).map(({ metadata }) => metadata.name);
}

function isReady({ status }: Snapshot['nodes'][number]): boolean {
  const { conditions = [] } = (status ?? {}) as {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  return conditions.some((each) => each.type === 'Ready' && each.status === 'True');
}

function ignore(): void {
  // Nobody listens.
}

const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore, child: () => SILENT };
