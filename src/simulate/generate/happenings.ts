import type { Random } from '../../cluster/memory/random.ts';
import { BUSY_NODE, type Happening, type NodePlan, type WorkloadPlan } from '../scenario.ts';
import { FIRST_VERSION, KERNELS, TROUBLES, VERSIONS } from './fixed.ts';
import { policyChange } from './policy.ts';

/** Who and what things can happen to. */
export interface Cast {
  readonly nodes: readonly NodePlan[];
  readonly workloads: readonly WorkloadPlan[];
  readonly replicas: number;
}

type Make = (random: Random, cast: Cast) => Happening;

const nodeOf = (random: Random, { nodes }: Cast): string =>
  random.chance(0.5) ? BUSY_NODE : random.pick(nodes).name;
const workloadOf = (random: Random, { workloads }: Cast): string => random.pick(workloads).name;
const replicaOf = (random: Random, { replicas }: Cast): number => random.int(0, replicas - 1);
const aWhile = (random: Random): number => Math.round(random.around(15_000)) + 500;

const STATES: readonly (string | null)[] = [
  ...[
    null,
    null,
    'garbled',
    'upgrade-required',
    'cordon-required',
    'wait-for-jobs-required',
    'pod-deletion-required',
  ],
  ...[
    'drain-required',
    'pod-restart-required',
    'validation-required',
    'uncordon-required',
    'upgrade-done',
    'upgrade-failed',
  ],
];

/** Each kind of happening, how often it is among the others, and how one of it is made up. */
const HAPPENINGS: readonly (readonly [weight: number, make: Make])[] = [
  [5, (random) => ({ kind: 'version', version: random.pick([...VERSIONS, FIRST_VERSION]) })],
  [4, (random) => ({ kind: 'policy', change: policyChange(random) })],
  [1, (random) => ({ kind: 'delete-policy', forMs: aWhile(random) })],
  [
    4,
    (random, cast) => ({
      kind: random.pick(['cordon', 'uncordon', 'drain'] as const),
      node: nodeOf(random, cast),
    }),
  ],
  [2, (random, cast) => ({ kind: 'cordon-by-tool', node: nodeOf(random, cast) })],
  [
    4,
    (random, cast) => ({
      kind: 'delete-driver-pod',
      node: nodeOf(random, cast),
      unheardFor: random.chance(0.5) ? Math.round(random.around(20_000)) : 0,
    }),
  ],
  [3, (random, cast) => ({ kind: 'label-state', node: nodeOf(random, cast), value: random.pick(STATES) })],
  [1, (random, cast) => ({ kind: 'skip', node: nodeOf(random, cast), on: random.chance(0.5) })],
  [1, (random, cast) => ({ kind: 'request', node: nodeOf(random, cast) })],
  [1, (random, cast) => ({ kind: 'remove-annotations', node: nodeOf(random, cast) })],
  [1, (random, cast) => ({ kind: 'delete-pod', workload: workloadOf(random, cast) })],
  [4, (random, cast) => ({ kind: 'force-delete-pods', node: nodeOf(random, cast) })],
  [2, movePod],
  [3, movePodAtEviction],
  [
    2,
    (random, cast) => ({
      kind: 'budget',
      workload: workloadOf(random, cast),
      maxUnavailable: random.int(0, 1),
      forMs: aWhile(random),
    }),
  ],
  [1, (random, cast) => ({ kind: 'scale', workload: workloadOf(random, cast), replicas: random.int(0, 6) })],
  [2, (random, cast) => ({ kind: 'node-gone', node: nodeOf(random, cast), forMs: aWhile(random) })],
  [
    1,
    (random) => ({
      kind: 'node-joins',
      node: {
        name: `new-${random.int(0, 99)}`,
        kernel: random.pick(KERNELS),
        nic: true,
        cordoned: false,
        skip: false,
      },
    }),
  ],
  [
    3,
    (random, cast) => ({
      kind: 'not-ready',
      node: nodeOf(random, cast),
      forMs: random.chance(0.2) ? 400_000 : aWhile(random),
    }),
  ],
  [1, (random, cast) => ({ kind: 'kernel', node: nodeOf(random, cast), kernel: random.pick(KERNELS) })],
  [2, (random, cast) => ({ kind: 'stuck-pods', node: nodeOf(random, cast), forMs: aWhile(random) })],
  [
    3,
    (random) => ({
      kind: random.pick(['image-missing', 'driver-crashes', 'driver-hangs'] as const),
      version: random.pick(VERSIONS),
      kernel: random.pick(KERNELS),
      forMs: random.chance(0.3) ? TROUBLES : aWhile(random),
    }),
  ],
  [3, (random) => ({ kind: 'controllers-pause', forMs: aWhile(random) })],
  [1, () => ({ kind: 'compaction' })],
  [2, (random) => ({ kind: 'api-server-restart', forMs: Math.round(random.around(2_000)) })],
  [
    3,
    (random, cast) => ({
      kind: 'kill',
      replica: replicaOf(random, cast),
      backAfter: Math.round(random.around(3_000)),
    }),
  ],
  [
    6,
    (random, cast) => ({
      kind: 'kill-at-call',
      replica: replicaOf(random, cast),
      call: random.int(1, 60),
      effect: random.pick(['before', 'after'] as const),
      backAfter: Math.round(random.around(2_000)),
    }),
  ],
  [
    2,
    (random, cast) => ({
      kind: 'stop',
      replica: replicaOf(random, cast),
      backAfter: Math.round(random.around(3_000)),
    }),
  ],
  [
    3,
    (random, cast) => ({
      kind: 'pause',
      replica: replicaOf(random, cast),
      forMs: Math.round(random.around(20_000)),
    }),
  ],
  [
    2,
    (random, cast) => ({
      kind: 'clock',
      replica: replicaOf(random, cast),
      byMs: Math.round((random.next() - 0.5) * 2 * random.pick([2_000, 60_000, 86_400_000])),
    }),
  ],
  [1, () => ({ kind: 'lease-gone' })],
];

function movePod(random: Random, cast: Cast): Happening {
  const pods = cast.workloads.filter(({ kind }) => kind === 'Pod');
  const { name } = random.pick(pods.length > 0 ? pods : cast.workloads);
  return { kind: 'move-pod', workload: name, node: nodeOf(random, cast) };
}

function movePodAtEviction(random: Random, cast: Cast): Happening {
  const keepTheirName = cast.workloads.filter(({ kind }) => kind === 'Pod' || kind === 'StatefulSet');
  const { name } = random.pick(keepTheirName.length > 0 ? keepTheirName : cast.workloads);
  return { kind: 'move-pod-at-eviction', workload: name, node: random.pick(cast.nodes).name };
}

const WEIGHT = HAPPENINGS.reduce((sum, [weight]) => sum + weight, 0);

/** Something that happens. */
export function happening(random: Random, cast: Cast): Happening {
  let left = random.next() * WEIGHT;
  for (const [weight, make] of HAPPENINGS) {
    left -= weight;
    if (left < 0) return make(random, cast);
  }
  return { kind: 'compaction' };
}
