import { POLICY_NAME } from '../../src/contract/keys.ts';
import { eventually, type ControlPlane } from '../../test/control-plane/index.ts';
import { startOperator, type OperatorProcess } from '../../test/harness/index.ts';
import type { Contender, EventLoopDelay, RunningContender } from './contender.ts';

export const POLICY = `/apis/mellanox.com/v1alpha1/nicclusterpolicies/${POLICY_NAME}`;

export interface OwnOperatorOptions {
  /** A folder for profiles of where its CPU time goes, one for each time that it is started. */
  readonly profiles?: string | undefined;
  /** Flags of Node itself. */
  readonly nodeArgs?: readonly string[] | undefined;
}

/** This operator. */
export function ownOperator({ profiles, nodeArgs = [] }: OwnOperatorOptions = {}): Contender {
  const profiling = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  const flags = [...profiling, ...nodeArgs];
  return { name: 'ofed-operator', start: (controlPlane) => startOwn(controlPlane, flags) };
}

async function startOwn(controlPlane: ControlPlane, nodeArgs: readonly string[]): Promise<RunningContender> {
  const operator = await startOperator(controlPlane, {
    nodeArgs,
    args: ['--metrics-address', '127.0.0.1:0'],
  });
  await eventually(() => operator.log().some(({ msg }) => msg === 'started'), {
    what: 'the operator to lead',
    timeoutMs: 120_000,
  });
  const metrics = metricsOf(operator);
  return {
    pid: operator.pid,
    user: operator.user,
    ask: ({ version, begin }) => {
      begin();
      return setPolicyVersion(controlPlane, version);
    },
    eventLoopDelay: async () => eventLoopDelay(await metrics()),
    obituary: () => (operator.isRunning ? '' : `it has ended:\n${operator.lastLog()}`),
    stop: async () => {
      await operator.stop();
    },
  };
}

/** Asks for a version in the policy, as a person does. */
export async function setPolicyVersion({ api }: ControlPlane, version: string): Promise<void> {
  await api.patch(POLICY, 'merge', { spec: { ofedDriver: { version } } });
}

/** @returns what reads the figures that it serves, in Prometheus' text format */
export function metricsOf(operator: OperatorProcess): () => Promise<string> {
  const starting = operator.log().find(({ msg }) => msg === 'starting');
  const { port } = starting?.['metrics'] as { readonly port: number };
  return async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

/** The value of a figure without labels. */
export function metric(text: string, name: string): number | undefined {
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}

function eventLoopDelay(text: string): EventLoopDelay | undefined {
  const p99 = metric(text, 'nodejs_eventloop_lag_p99_seconds');
  const most = metric(text, 'nodejs_eventloop_lag_max_seconds');
  if (p99 === undefined || most === undefined) return undefined;
  return { p99Ms: p99 * 1000, mostMs: most * 1000 };
}
