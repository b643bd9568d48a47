import type { Random } from '../../cluster/memory/random.ts';
import type { NodePlan, WorkloadPlan } from '../scenario.ts';
import { KERNELS } from './fixed.ts';

export function generateNodes(random: Random): readonly NodePlan[] {
  // What goes wrong, goes wrong among few nodes as well; and of small fleets more can be tried.
  const count = random.chance(0.1) ? random.int(7, 12) : random.int(2, 5);
  const kernels = random.chance(0.3) ? KERNELS : [KERNELS[0]];
  return Array.from({ length: count }, (_, index) => ({
    name: `node-${index}`,
    kernel: random.pick(kernels),
    nic: index < 2 || random.chance(0.95),
    cordoned: random.chance(0.08),
    skip: random.chance(0.05),
  }));
}

export function generateWorkloads(random: Random, nodes: readonly NodePlan[]): readonly WorkloadPlan[] {
  return Array.from({ length: random.int(1, 4) }, (_, index) =>
    generateWorkload(random.fork(String(index)), index, nodes),
  );
}

function generateWorkload(random: Random, index: number, nodes: readonly NodePlan[]): WorkloadPlan {
  const kind = random.chance(0.5)
    ? 'Deployment'
    : random.pick([
        'StatefulSet',
        'StatefulSet',
        'Job',
        'Job',
        'Job',
        'DaemonSet',
        'Pod',
        'Pod',
        'StaticPod',
      ] as const);
  const many = kind === 'Deployment' || kind === 'StatefulSet' || kind === 'Job';
  return {
    name: `${kind.toLowerCase()}-${index}`,
    kind,
    replicas: many ? random.int(1, nodes.length + 2) : 1,
    job: kind === 'Job' && random.chance(0.7),
    emptyDir: random.chance(0.12),
    skipDrain: random.chance(0.08),
    pull: random.pick(pullsOf(kind)),
    stop: random.pick([0, 500, 2_000, 10_000, 40_000]),
    run: kind === 'Job' ? random.int(5_000, 90_000) : 0,
    maxUnavailable: hasBudget(kind) && random.chance(0.4) ? random.int(0, 2) : undefined,
    node: many ? undefined : random.pick(nodes).name,
  };
}

/** What trains comes in large images. */
function pullsOf(kind: WorkloadPlan['kind']): readonly number[] {
  return kind === 'Job' ? [50, 5_000, 20_000, 40_000] : [50, 50, 50, 2_000, 20_000];
}

function hasBudget(kind: WorkloadPlan['kind']): boolean {
  return kind === 'Deployment' || kind === 'StatefulSet';
}
