import type { NodeState } from '../../src/contract/states.ts';
import { exampleOf, timestamp, type Reason } from '../../src/reasons/index.ts';
import type { ServedFleet } from './served-fleet.ts';

const SECOND = 1000;
const SETTLE = 60 * SECOND;
const ZONES = ['zone-a', 'zone-b', 'zone-c', 'zone-d'];

export interface RolloutPlan {
  readonly nodes: number;
  readonly parallel: number;
  /** How many nodes are to be upgraded when it stops. */
  readonly until: number;
  readonly failing?: readonly number[];
  readonly blocked?: number;
  readonly skipped?: readonly number[];
}

interface Step {
  readonly state: NodeState;
  readonly seconds: number;
}

/** A rollout in the middle of it: each node goes through its phases in its own time, the same every time. */
export async function rollOut(served: ServedFleet, plan: RolloutPlan): Promise<void> {
  const { clock, fleet } = served;
  const names = Array.from({ length: plan.nodes }, (_, index) => nameOf(index, plan.nodes));
  const random = randomFrom(7);
  fleet.maxParallel = plan.parallel;
  names.forEach((name, index) => {
    fleet.set(name, { state: 'upgrade-done', zone: zoneOf(index, plan.nodes) });
  });
  await clock.advance(SETTLE);
  const startedAt = clock.now();
  names.forEach((name, index) => {
    const zone = zoneOf(index, plan.nodes);
    const isSkipped = plan.skipped?.includes(index) === true;
    fleet.set(name, { state: 'upgrade-required', zone, reason: exampleOf(isSkipped ? 'skipped' : 'slot') });
  });
  fleet.rollout = { startedAt: timestamp(startedAt) };
  served.feed.statusComputed();

  const queue = names.map((_, index) => index).filter((index) => plan.skipped?.includes(index) !== true);
  const running = new Map<number, { readonly steps: Step[]; left: number; state?: NodeState }>();
  let done = 0;
  let failed = 0;
  while (done < plan.until) {
    while (running.size < plan.parallel && queue.length > 0) {
      const index = queue.shift() ?? 0;
      running.set(index, { steps: stepsOf(random, plan.failing?.includes(index) === true), left: 0 });
    }
    for (const [index, run] of running) {
      run.left -= 1;
      if (run.left > 0) continue;
      const step = run.steps.shift();
      if (step === undefined) continue;
      run.left = step.seconds;
      run.state = step.state;
      const reason = reasonFor(step.state);
      fleet.set(names[index] ?? '', {
        state: step.state,
        zone: zoneOf(index, plan.nodes),
        ...(reason === undefined ? {} : { reason, since: clock.now() }),
      });
      if (step.state === 'upgrade-done') done += 1;
      if (step.state === 'upgrade-failed') failed += 1;
      if (step.state === 'upgrade-done' || step.state === 'upgrade-failed') running.delete(index);
    }
    await clock.advance(SECOND);
  }
  holdUp(
    served,
    names,
    [...running].filter(([, { state }]) => state === 'drain-required').slice(0, plan.blocked ?? 0),
  );
  const elapsed = clock.now() - startedAt;
  const left = plan.nodes - done - failed - (plan.skipped?.length ?? 0);
  fleet.rollout = {
    startedAt: timestamp(startedAt),
    ...(left > 0 && done > 2 ? { estimatedEnd: timestamp(clock.now() + (elapsed / done) * left) } : {}),
    upgraded: done,
    podsEvicted: done * 7 + 11,
    nodeSecondsOutOfService: Math.round(done * 214 + failed * 900),
  };
  served.feed.statusComputed();
  await clock.advance(SECOND);
}

function holdUp(
  { clock, fleet }: ServedFleet,
  names: readonly string[],
  running: readonly (readonly [number, unknown])[],
): void {
  for (const [index] of running) {
    const since = clock.now() - 190 * SECOND;
    fleet.set(names[index] ?? '', {
      state: 'drain-required',
      zone: zoneOf(index, names.length),
      reason: { ...exampleOf('eviction-blocked'), deadline: clock.now() + 240 * SECOND } as Reason,
      since,
    });
  }
}

function stepsOf(random: () => number, fails: boolean): Step[] {
  const between = (least: number, most: number): number => Math.round(least + random() * (most - least));
  const steps: Step[] = [
    { state: 'cordon-required', seconds: 1 },
    { state: 'wait-for-jobs-required', seconds: random() < 0.3 ? between(40, 160) : 1 },
    { state: 'drain-required', seconds: between(12, 75) },
    { state: 'pod-restart-required', seconds: between(70, 140) },
  ];
  if (fails) return [...steps, { state: 'upgrade-failed', seconds: 1 }];
  return [...steps, { state: 'uncordon-required', seconds: 2 }, { state: 'upgrade-done', seconds: 0 }];
}

function reasonFor(state: NodeState): Reason | undefined {
  switch (state) {
    case 'wait-for-jobs-required':
      return exampleOf('jobs-running');
    case 'drain-required':
      return exampleOf('pods-leaving');
    case 'pod-restart-required':
      return exampleOf('driver-starting');
    case 'upgrade-failed':
      return { code: 'failed', cause: exampleOf('driver-image') };
    default:
      return undefined;
  }
}

function nameOf(index: number, nodes: number): string {
  return `gpu-${String(index + 1).padStart(String(nodes).length, '0')}`;
}

function zoneOf(index: number, nodes: number): string {
  return ZONES[Math.floor((index / nodes) * ZONES.length)] ?? '';
}

/** A small linear congruential generator: numbers that look like chance, and are the same every time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
