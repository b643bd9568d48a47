import { systemClock } from '../../src/cluster/clock.ts';
import { createHttpCluster } from '../../src/cluster/http/http-cluster.ts';
import { loadConnection } from '../../src/cluster/http/load-connection.ts';
import { DRIVER_LABEL } from '../../src/contract/keys.ts';
import { driverPods } from '../../src/operator/resources/driver-pods.ts';
import { nodes } from '../../src/operator/resources/nodes.ts';
import { eventually, type ControlPlane } from '../../test/control-plane/index.ts';
import { startOperator } from '../../test/harness/index.ts';
import { Fleet, type FleetPlan, type Say } from '../lab/fleet.ts';
import { NodeRecord } from '../lab/node-record.ts';
import { ownOperator } from '../lab/operator.ts';
import { processUsage } from '../lab/process-usage.ts';
import { changeDaemonSet } from '../lab/processes.ts';

export interface StartFigures {
  /** From the start of the process to the first node that a decision is written on. */
  readonly secondsToFirstDecision: number;
  /** To the last node. */
  readonly secondsToLastDecision: number;
  /** What it takes to read the nodes and the driver pods once, with the operator's own client. */
  readonly secondsOfBareReads: number;
  readonly peakMebibytes: number | undefined;
}

/** Starts the operator in a cluster in which every driver is out of date, and waits until it has noticed of each node. */
export async function measureStart(plan: FleetPlan, say: Say): Promise<StartFigures> {
  const fleet = await Fleet.setUp(plan, ownOperator(), say);
  const { controlPlane } = fleet;
  try {
    say('making every driver out of date');
    await changeDaemonSet(controlPlane, { version: fleet.nextVersion(), begin: () => undefined });
    await fleet.calm();
    say('reading everything once');
    const secondsOfBareReads = await bareReads(controlPlane);
    const record = new NodeRecord(fleet.nodes, plan.parallel);
    say('starting the operator');
    const began = Date.now();
    const operator = await startOperator(controlPlane, { install: false });
    const times = await eventually(() => decided(record, plan.nodes), {
      what: 'every node to be decided upon',
      timeoutMs: 300_000,
    });
    const usage = processUsage(operator.pid);
    await operator.stop();
    return {
      secondsToFirstDecision: (Math.min(...times) - began) / 1000,
      secondsToLastDecision: (Math.max(...times) - began) / 1000,
      secondsOfBareReads,
      peakMebibytes: usage?.peakMebibytes,
    };
  } finally {
    await fleet.tearDown();
  }
}

/** When each node's label was written first; undefined as long as there are some that it was not. */
function decided(record: NodeRecord, count: number): readonly number[] | undefined {
  const { transitions } = record.statistics();
  if (transitions.size < count) return undefined;
  return [...transitions.values()].map(([first]) => first!.time);
}

async function bareReads({ adminKubeconfig }: ControlPlane): Promise<number> {
  const cluster = createHttpCluster({
    connection: await loadConnection({ kubeconfig: adminKubeconfig, env: {} }),
    fieldManager: 'bench',
    userAgent: 'bench',
    clock: systemClock,
  });
  const began = performance.now();
  await Promise.all([cluster.list(nodes, {}), cluster.list(driverPods, { labelSelector: DRIVER_LABEL })]);
  const seconds = (performance.now() - began) / 1000;
  await cluster.close();
  return seconds;
}
