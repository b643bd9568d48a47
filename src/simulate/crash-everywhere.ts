import { FIRST_VERSION, VERSIONS } from './generate.ts';
import type { PolicyPlan, Scenario, WorkloadPlan } from './scenario.ts';

/** A small rollout in which nothing goes wrong by itself. */
export interface SmallRollout {
  readonly name: string;
  readonly scenario: Scenario;
}

const POLICY: PolicyPlan = {
  version: FIRST_VERSION,
  autoUpgrade: true,
  maxParallelUpgrades: 1,
  safeLoad: false,
  waitForCompletion: { podSelector: '', timeoutSeconds: 300 },
  drain: { enable: true, force: true, podSelector: '', timeoutSeconds: 300, deleteEmptyDir: true },
};

const WORK: WorkloadPlan = {
  name: 'web',
  kind: 'Deployment',
  replicas: 2,
  job: false,
  emptyDir: false,
  skipDrain: false,
  pull: 50,
  stop: 500,
  run: 0,
  maxUnavailable: undefined,
  node: undefined,
};

const JOB: WorkloadPlan = { ...WORK, name: 'training', kind: 'Job', replicas: 1, job: true, run: 8_000 };

/** The rollouts in which the operator is killed at every call, each a way through the flow of its own. */
export const SMALL_ROLLOUTS: readonly SmallRollout[] = [
  { name: 'drain', scenario: rollout(1, { workloads: [WORK] }) },
  { name: 'no drain', scenario: rollout(2, { policy: { drain: undefined } }) },
  {
    name: 'wait for a job',
    scenario: rollout(3, {
      workloads: [JOB],
      policy: { waitForCompletion: { podSelector: 'app=myapp', timeoutSeconds: 300 } },
    }),
  },
  { name: 'a budget', scenario: rollout(4, { workloads: [{ ...WORK, replicas: 3, maxUnavailable: 1 }] }) },
  { name: 'safe load', scenario: rollout(5, { workloads: [WORK], policy: { safeLoad: true } }) },
  { name: 'a cordoned node', scenario: rollout(6, { cordoned: true, workloads: [WORK] }) },
  {
    name: 'two at once',
    scenario: rollout(7, { nodes: 3, workloads: [WORK], policy: { maxParallelUpgrades: 2 } }),
  },
  {
    name: 'a driver that crashes, and the version set back',
    scenario: setBack(rollout(8, { workloads: [WORK] })),
  },
  { name: 'switched off in the middle', scenario: switchedOff(rollout(9, { workloads: [WORK] })) },
];

interface Variation {
  readonly nodes?: number;
  readonly cordoned?: boolean;
  readonly workloads?: readonly WorkloadPlan[];
  readonly policy?: Partial<PolicyPlan>;
}

function rollout(
  seed: number,
  { nodes = 2, cordoned = false, workloads = [], policy = {} }: Variation,
): Scenario {
  return {
    seed,
    nodes: Array.from({ length: nodes }, (_, index) => ({
      name: `node-${index}`,
      kernel: '5.15.0-105-generic',
      nic: true,
      cordoned: cordoned && index === 0,
      skip: false,
    })),
    workloads,
    policy: { ...POLICY, ...policy },
    replicas: 1,
    driverLoad: 2_000,
    incidents: [{ at: 10_000, kind: 'version', version: VERSIONS[0] }],
    faults: [],
    ending: { kind: 'short' },
  };
}

function setBack(scenario: Scenario): Scenario {
  return {
    ...scenario,
    incidents: [
      {
        at: 5_000,
        kind: 'driver-crashes',
        version: VERSIONS[0],
        kernel: '5.15.0-105-generic',
        forMs: 600_000,
      },
      ...scenario.incidents,
      { at: 60_000, kind: 'version', version: FIRST_VERSION },
    ],
  };
}

function switchedOff(scenario: Scenario): Scenario {
  return {
    ...scenario,
    incidents: [...scenario.incidents, { at: 12_500, kind: 'policy', change: { autoUpgrade: false } }],
  };
}

/** The same rollout with the operator killed at one of its calls, and started again. */
export function killedAt({ scenario }: SmallRollout, call: number, effect: 'before' | 'after'): Scenario {
  const kill = { at: 0, kind: 'kill-at-call', replica: 0, call, effect, backAfter: 500 } as const;
  return { ...scenario, incidents: [kill, ...scenario.incidents] };
}
