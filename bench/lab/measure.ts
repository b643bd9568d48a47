import { setTimeout as sleep } from 'node:timers/promises';
import { countRequests, type RequestCount } from '../../test/control-plane/index.ts';
import type { Statistics } from '../../src/invariants/statistics.ts';
import type { EventLoopDelay, RunningContender } from './contender.ts';
import type { Fleet } from './fleet.ts';
import { NodeRecord } from './node-record.ts';
import { processUsage, type ProcessUsage } from './process-usage.ts';

/** How a rollout went, seen from outside of the program that did it. */
export interface Measured {
  /** From the moment that another version was asked for to the last node that was done with it. */
  readonly seconds: number;
  /** Until the first node was taken out of service. */
  readonly firstSeconds: number;
  readonly statistics: Statistics;
  readonly requests: RequestCount;
  /** Undefined where it cannot be known. */
  readonly usage: ProcessUsage | undefined;
  readonly eventLoop: EventLoopDelay | undefined;
  /** CPU seconds of every program that had a part in it, by its name. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
}

export interface MeasureOptions {
  readonly timeoutMs: number;
  readonly onProgress: (text: string) => void;
}

const LOOK_MS = 200;

/**
 * Has a running contender roll another version out to the whole fleet.
 *
 * @throws Error that says how far it came if it does not end in time
 */
export async function measureRollout(
  fleet: Fleet,
  running: RunningContender,
  options: MeasureOptions,
): Promise<Measured> {
  await running.eventLoopDelay();
  const before = processUsage(running.pid);
  const programs = { ...fleet.controlPlane.pids(), 'this benchmark': process.pid };
  const cpuBefore = cpuSecondsOf(programs);
  const record = new NodeRecord(fleet.nodes, fleet.plan.parallel);
  let since = 0;
  const begin = (): void => {
    since = Date.now();
  };
  await running.ask({ version: fleet.nextVersion(), begin });
  const statistics = await finished(fleet, running, { ...options, record });
  const after = processUsage(running.pid);
  const cpuAfter = cpuSecondsOf(programs);
  const eventLoop = await running.eventLoopDelay();
  const { user } = running;
  const requests = await countRequests(fleet.controlPlane.auditLog, { user, since });
  return {
    seconds: (last(statistics) - since) / 1000,
    firstSeconds: (first(statistics) - since) / 1000,
    statistics,
    requests,
    usage:
      before === undefined || after === undefined
        ? undefined
        : {
            ...after,
            cpuSeconds: after.cpuSeconds - before.cpuSeconds,
            waitedSeconds: after.waitedSeconds - before.waitedSeconds,
          },
    eventLoop,
    cpuSeconds: Object.fromEntries(
      Object.entries(cpuAfter).map(([name, seconds]) => [name, seconds - (cpuBefore[name] ?? 0)]),
    ),
  };
}

function cpuSecondsOf(programs: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(programs).map(([name, pid]) => [name, processUsage(pid)?.cpuSeconds ?? NaN]),
  );
}

async function finished(
  fleet: Fleet,
  running: RunningContender,
  { record, timeoutMs, onProgress }: MeasureOptions & { readonly record: NodeRecord },
): Promise<Statistics> {
  const { nodes } = fleet.plan;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const statistics = record.statistics();
    const { nodesDone } = statistics;
    if (nodesDone >= nodes) return statistics;
    onProgress(`${nodesDone} of ${nodes} nodes done`);
    if (running.obituary() !== '') throw new Error(running.obituary());
    if (Date.now() > deadline)
      throw new Error(`only ${nodesDone} of ${nodes} nodes were done after ${timeoutMs / 1000} s`);
    await sleep(LOOK_MS);
  }
}

function times({ transitions }: Statistics, to: string): readonly number[] {
  return [...transitions.values()]
    .flatMap((all) => all.filter((each) => each.to === to))
    .map(({ time }) => time);
}

function last(statistics: Statistics): number {
  return times(statistics, 'upgrade-done').reduce((a, b) => Math.max(a, b), 0);
}

function first(statistics: Statistics): number {
  return times(statistics, 'cordon-required').reduce((a, b) => Math.min(a, b), Infinity);
}
