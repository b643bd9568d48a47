import type { Failure, Outcome } from './outcome.ts';
import type { Scenario } from './scenario.ts';
import { FIRST_VERSION } from './generate.ts';
import { unexplained, unfinished } from './explained.ts';
import { World } from './world/world.ts';

export interface RunOptions {
  /** Whether to keep account of all that happens. */
  readonly trace?: boolean;
}

/** Milliseconds of the cluster's time. */
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** How long a node may stand where it is before it has to say what holds it up. */
const STILL_FOR = 45 * SECOND;
/** Long enough that whoever is held up then has been for a while. */
const CALM = 90 * SECOND;
/** How long the operator may take, when all troubles are over, to have every node upgraded. */
const LONGEST_ROLLOUT = 4 * 60 * MINUTE;
/** How often it is looked whether all is done. */
const STEP = 5 * SECOND;
const QUIET_FOR = 3 * MINUTE;
const LONGEST_LOAD = 2 * MINUTE;
/** What was told at the end is still being written. */
const SETTLING = 20 * SECOND;
const LONGEST_HANDING_BACK = 15 * MINUTE;

/**
 * One run: the troubles; then a time without new ones, after which whoever is held up must have said by what; then everything is mended
 * and one more version is asked for, which must come to its end on every node; then nothing happens, and nothing must be asked for.
 * Promises are checked at every change. Some runs end with one more rollout that is called off in the middle.
 */
export async function run(scenario: Scenario, { trace = false }: RunOptions = {}): Promise<Outcome> {
  const world = new World(scenario, trace);
  await world.begin();
  const troubles = await world.pass(world.troublesEnd);
  const calls = world.calls;
  const failure = troubles ?? (await afterwards(world));
  return {
    seed: scenario.seed,
    failure,
    figures: world.figures(),
    callsInTroubles: calls,
    trace: world.trace.lines,
  };
}

async function afterwards(world: World): Promise<Failure | undefined> {
  if (world.scenario.ending.kind === 'short') return await finished(world);
  return (await held(world)) ?? (await finished(world)) ?? (await quiet(world)) ?? (await calledOff(world));
}

/** One more rollout, called off in the middle: every node is handed back. */
async function calledOff(world: World): Promise<Failure | undefined> {
  const { ending } = world.scenario;
  if (ending.kind === 'none' || ending.kind === 'short') return undefined;
  world.writePolicy({ version: FIRST_VERSION });
  const failure = await world.pass(ending.after);
  if (failure !== undefined) return failure;
  if (ending.kind === 'off') world.writePolicy({ autoUpgrade: false });
  else world.deletePolicy();
  for (let waited = 0; waited < LONGEST_HANDING_BACK && world.sight.stateLabels > 0; waited += STEP) {
    const found = await world.pass(STEP);
    if (found !== undefined) return found;
  }
  return world.atTheEnd('off');
}

/** The faults have stopped, what is broken is still broken. */
async function held(world: World): Promise<Failure | undefined> {
  world.endFaults();
  const failure = await world.pass(CALM);
  if (failure !== undefined || !world.flowIsOn) return failure;
  const stands = (node: string): boolean => world.sight.inStateFor(node) >= STILL_FOR;
  const found = unexplained(world, stands, world.policy.maxParallelUpgrades);
  return found === undefined ? undefined : world.failure('explained', found.what, found.node);
}

async function finished(world: World): Promise<Failure | undefined> {
  world.endFaults();
  world.mend();
  for (let waited = 0; waited < LONGEST_ROLLOUT; waited += STEP) {
    const failure = await world.pass(STEP);
    if (failure !== undefined) return failure;
    if (world.sight.isUpgraded()) return world.atTheEnd('finished');
  }
  const left = unfinished(world.api);
  const what =
    left.length === 0 ? `the policy says ${JSON.stringify(world.sight.policyStatus)}` : left.join('; ');
  return world.failure(
    'liveness',
    `all troubles are over for ${LONGEST_ROLLOUT / MINUTE} minutes, but ${what}`,
  );
}

/** On nodes that are not upgraded drivers may still be loading; one that waits for safe load there does so for good. */
async function comesToRest(world: World): Promise<Failure | undefined> {
  for (let waited = 0; waited < LONGEST_LOAD && !world.sight.driversAreUp; waited += STEP) {
    const failure = await world.pass(STEP);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

async function quiet(world: World): Promise<Failure | undefined> {
  const failure = (await comesToRest(world)) ?? (await world.pass(SETTLING));
  if (failure !== undefined) return failure;
  const before = world.busyCalls;
  const late = await world.pass(QUIET_FOR);
  if (late !== undefined) return late;
  const calls = world.busyCalls - before;
  return calls === 0
    ? undefined
    : world.failure(
        'quiet',
        `${calls} calls were made though there was nothing to do, the last one ${world.lastBusyCall}`,
      );
}
