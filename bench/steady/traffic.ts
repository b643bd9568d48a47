import { setTimeout as sleep } from 'node:timers/promises';
import { createPod, deletePod } from '../../test/control-plane/fixtures.ts';
import type { ApiClient } from '../../test/control-plane/index.ts';
import { bystander } from '../lab/fleet.ts';

export interface TrafficPlan {
  readonly nodes: readonly string[];
  /** How often each node reports its status, in milliseconds. */
  readonly heartbeatMs: number;
  readonly pods: number;
  /** Pods that are replaced each second. */
  readonly churn: number;
}

export interface TrafficDone {
  readonly heartbeats: number;
  readonly podsReplaced: number;
}

/** What goes on in a cluster all the time and concerns nobody who upgrades drivers. */
export async function traffic(api: ApiClient, plan: TrafficPlan, signal: AbortSignal): Promise<TrafficDone> {
  const done = { heartbeats: 0, podsReplaced: 0 };
  const heartbeats = every(plan.heartbeatMs / plan.nodes.length, signal, async (turn) => {
    await heartbeat(api, plan.nodes[turn % plan.nodes.length]!);
    done.heartbeats += 1;
  });
  const churn = every(plan.churn === 0 ? Infinity : 1000 / plan.churn, signal, async (turn) => {
    await replace(api, turn, plan.pods);
    done.podsReplaced += 1;
  });
  await Promise.all([heartbeats, churn]);
  return done;
}

/** As a kubelet does every few minutes, though nothing has changed. */
async function heartbeat(api: ApiClient, node: string): Promise<void> {
  const condition = { type: 'Ready', lastHeartbeatTime: new Date().toISOString() };
  await api.patch(`/api/v1/nodes/${node}/status`, 'strategic-merge', { status: { conditions: [condition] } });
}

/** One leaves, and one of another name comes, on the same node. */
async function replace(api: ApiClient, turn: number, pods: number): Promise<void> {
  await deletePod(api, bystander(turn, pods));
  await createPod(api, { ...bystander(turn + pods, pods), nodeName: bystander(turn, pods).nodeName });
}

/** Does something again and again, as often as was asked for on average. */
async function every(
  intervalMs: number,
  signal: AbortSignal,
  work: (turn: number) => Promise<void>,
): Promise<void> {
  if (intervalMs === Infinity) return;
  const began = performance.now();
  for (let turn = 0; !signal.aborted; turn += 1) {
    await sleep(Math.max(0, began + turn * intervalMs - performance.now()));
    await work(turn);
  }
}
