import { Random } from './random.ts';
import {
  BUSY_NODE,
  FAULTS,
  type Ending,
  type FaultBurst,
  type Happening,
  type Incident,
  type NodePlan,
  type PolicyPlan,
  type Scenario,
  type WorkloadPlan,
} from './scenario.ts';

export const VERSIONS = ['24.01-0.3.3.1-0', '24.04-0.6.6.0-0', '24.07-0.6.1.0-0'] as const;
export const FIRST_VERSION = '23.10-0.5.5.0-0';
/** What is installed in the end, when all troubles are over. */
export const LAST_VERSION = '25.01-0.6.0.0-0';
const KERNELS = ['5.15.0-105-generic', '6.8.0-40-generic'] as const;
export const JOB_LABEL = { app: 'myapp' } as const;
const JOBS = 'app=myapp';

/** Milliseconds until the last trouble begins. */
const TROUBLES = 120_000;

/** What will happen in the run of a seed. */
export function generate(seed: number): Scenario {
  const random = new Random(seed);
  const nodes = generateNodes(random.fork('nodes'));
  const workloads = generateWorkloads(random.fork('workloads'), nodes);
  const replicas = random.chance(0.4) ? 2 : 1;
  return {
    seed,
    nodes,
    workloads,
    policy: generatePolicy(random.fork('policy')),
    replicas,
    driverLoad: random.int(500, 20_000),
    incidents: generateIncidents(random.fork('incidents'), { nodes, workloads, replicas }),
    faults: generateFaults(random.fork('faults')),
    ending: generateEnding(random.fork('ending')),
  };
}

function generateEnding(random: Random): Ending {
  if (random.chance(0.6)) return { kind: 'none' };
  return { kind: random.pick(['off', 'delete-policy']), after: Math.round(random.around(20_000)) };
}

function generateNodes(random: Random): readonly NodePlan[] {
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

function generateWorkloads(random: Random, nodes: readonly NodePlan[]): readonly WorkloadPlan[] {
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
    stop: random.pick([0, 500, 2_000, 10_000, 40_000]),
    run: kind === 'Job' ? random.int(5_000, 90_000) : 0,
    maxUnavailable: kind === 'Deployment' && random.chance(0.4) ? random.int(0, 2) : undefined,
    node: many ? undefined : random.pick(nodes).name,
  };
}

function generatePolicy(random: Random): PolicyPlan {
  return {
    version: FIRST_VERSION,
    autoUpgrade: random.chance(0.95),
    maxParallelUpgrades: random.pick([1, 1, 1, 2, 2, 3, 0]),
    safeLoad: random.chance(0.3),
    waitForCompletion: {
      podSelector: random.chance(0.5) ? JOBS : '',
      timeoutSeconds: random.pick([0, 10, 60, 300]),
    },
    drain: random.chance(0.1)
      ? undefined
      : {
          enable: random.chance(0.92),
          force: random.chance(0.5),
          podSelector: random.chance(0.15) ? JOBS : '',
          timeoutSeconds: random.pick([0, 5, 30, 60, 300]),
          deleteEmptyDir: random.chance(0.5),
        },
  };
}

interface Cast {
  readonly nodes: readonly NodePlan[];
  readonly workloads: readonly WorkloadPlan[];
  readonly replicas: number;
}

type Make = (random: Random, cast: Cast) => Happening;

const nodeOf = (random: Random, { nodes }: Cast): string =>
  random.chance(0.4) ? BUSY_NODE : random.pick(nodes).name;
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
  [2, (random, cast) => ({ kind: 'delete-driver-pod', node: nodeOf(random, cast) })],
  [2, (random, cast) => ({ kind: 'label-state', node: nodeOf(random, cast), value: random.pick(STATES) })],
  [1, (random, cast) => ({ kind: 'skip', node: nodeOf(random, cast), on: random.chance(0.5) })],
  [1, (random, cast) => ({ kind: 'request', node: nodeOf(random, cast) })],
  [1, (random, cast) => ({ kind: 'remove-annotations', node: nodeOf(random, cast) })],
  [1, (random, cast) => ({ kind: 'delete-pod', workload: workloadOf(random, cast) })],
  [2, movePod],
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
  [1, (random) => ({ kind: 'controllers-pause', forMs: aWhile(random) })],
  [2, () => ({ kind: 'compaction' })],
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

const WEIGHT = HAPPENINGS.reduce((sum, [weight]) => sum + weight, 0);

function generateIncidents(random: Random, cast: Cast): readonly Incident[] {
  const rollout: Incident = { at: random.int(5_000, 15_000), kind: 'version', version: VERSIONS[0] };
  const count = random.chance(0.1) ? 0 : random.int(1, 12);
  const others = Array.from({ length: count }, (_, index) => {
    const own = random.fork(String(index));
    return { at: own.int(1_000, TROUBLES), ...happening(own, cast) };
  });
  return [rollout, ...others].sort((a, b) => a.at - b.at);
}

function happening(random: Random, cast: Cast): Happening {
  let left = random.next() * WEIGHT;
  for (const [weight, make] of HAPPENINGS) {
    left -= weight;
    if (left < 0) return make(random, cast);
  }
  return { kind: 'compaction' };
}

function policyChange(random: Random): Partial<PolicyPlan> {
  const other = generatePolicy(random);
  const { autoUpgrade, maxParallelUpgrades, safeLoad, waitForCompletion } = other;
  return random.pick<Partial<PolicyPlan>>([
    { maxParallelUpgrades },
    { maxParallelUpgrades },
    { autoUpgrade: !autoUpgrade || random.chance(0.6) },
    { autoUpgrade: false },
    { safeLoad },
    { waitForCompletion },
    { drain: other.drain },
  ]);
}

function generateFaults(random: Random): readonly FaultBurst[] {
  const count = random.chance(0.2) ? 0 : random.int(1, 5);
  return Array.from({ length: count }, (_, index) => {
    const own = random.fork(String(index));
    const from = own.int(0, TROUBLES);
    return {
      from,
      until: from + Math.round(own.around(20_000)) + 1_000,
      fault: own.pick(FAULTS),
      rate: own.pick([0.02, 0.1, 0.3, 0.8]),
    };
  });
}
