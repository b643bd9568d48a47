import { setTimeout as sleep } from 'node:timers/promises';
import { countRequests } from '../../test/control-plane/index.ts';
import type { RunningContender } from '../lab/contender.ts';
import { Fleet, type FleetPlan, type Say } from '../lab/fleet.ts';
import { ownOperator } from '../lab/operator.ts';
import { processUsage } from '../lab/process-usage.ts';
import { traffic, type TrafficDone } from './traffic.ts';

export interface SteadyOptions {
  readonly nodes: number;
  readonly pods: number;
  readonly durationMs: number;
  readonly heartbeatMs: number;
  /** Pods that are replaced each second. */
  readonly churn: number;
  /** A folder for CPU profiles. */
  readonly profile?: string;
}

/** What the operator did in a time in which nothing was to be done. */
export interface SteadyFigures {
  readonly phase: 'nothing happens' | 'heartbeats and churn';
  readonly seconds: number;
  readonly heartbeats: number;
  readonly podsReplaced: number;
  /** Of one core. */
  readonly cpuPercent: number | undefined;
  readonly mebibytesBefore: number | undefined;
  readonly mebibytesAfter: number | undefined;
  /** Requests other than watches and the renewals of the Lease. */
  readonly needlessRequests: number;
  readonly requests: Readonly<Record<string, number>>;
}

const QUIET: TrafficDone = { heartbeats: 0, podsReplaced: 0 };

/** Leaves the operator alone with a fleet that is done, first in silence, then with what goes on in a cluster all the time. */
export async function measureSteady(options: SteadyOptions, say: Say): Promise<readonly SteadyFigures[]> {
  const { nodes, pods, durationMs } = options;
  const plan: FleetPlan = { nodes, parallel: 1, loadMs: 100, podsPerNode: 0, bystanders: pods };
  const fleet = await Fleet.setUp(plan, ownOperator(), say);
  const { controlPlane } = fleet;
  const names = Array.from({ length: nodes }, (_, index) => `node-${index}`);
  const running = await ownOperator({ profiles: options.profile }).start(controlPlane);
  try {
    await fleet.calm();
    say('nothing happens');
    const quiet = await phase(fleet, running, async () => {
      await sleep(durationMs);
      return QUIET;
    });
    say('heartbeats and churn');
    const { api } = controlPlane;
    const busy = await phase(fleet, running, () =>
      traffic(api, { ...options, nodes: names }, AbortSignal.timeout(durationMs)),
    );
    return [
      { phase: 'nothing happens', ...quiet },
      { phase: 'heartbeats and churn', ...busy },
    ];
  } finally {
    await running.stop();
    await fleet.tearDown();
  }
}

async function phase(
  { controlPlane }: Fleet,
  { pid, user }: RunningContender,
  pass: () => Promise<TrafficDone>,
): Promise<Omit<SteadyFigures, 'phase'>> {
  const since = Date.now();
  const before = processUsage(pid);
  const done = await pass();
  const after = processUsage(pid);
  const seconds = (Date.now() - since) / 1000;
  const { byVerbAndResource } = await countRequests(controlPlane.auditLog, { user, since });
  const cpuSeconds = before && after && after.cpuSeconds - before.cpuSeconds;
  return {
    ...done,
    seconds,
    cpuPercent: cpuSeconds && (cpuSeconds / seconds) * 100,
    mebibytesBefore: before?.mebibytes,
    mebibytesAfter: after?.mebibytes,
    needlessRequests: needless(byVerbAndResource),
    requests: byVerbAndResource,
  };
}

function needless(requests: Readonly<Record<string, number>>): number {
  return Object.entries(requests)
    .filter(([what]) => !what.startsWith('watch ') && !what.endsWith(' leases'))
    .reduce((total, [, count]) => total + count, 0);
}
