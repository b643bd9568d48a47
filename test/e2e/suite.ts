import { afterAll, afterEach, beforeAll, describe, inject } from 'vitest';
import { progressToStderr, startControlPlane } from '../control-plane/index.ts';
import type { ControlPlane, ControlPlaneOptions } from '../control-plane/index.ts';
import { rolloutReport, startInitContainers, startOperator } from '../harness/index.ts';
import type { InitContainers, OperatorOptions, OperatorProcess } from '../harness/index.ts';
import { TestCluster } from './test-cluster.ts';

export type { TestCluster } from './test-cluster.ts';

export interface SuiteOptions {
  /** What is different about the control plane. Default: drivers that load in 300 ms. */
  readonly controlPlane?: ControlPlaneOptions;
  /** How the operator is started. `none`: it is not. */
  readonly operator?: OperatorOptions | 'none';
  /** Runs the driver pods' init containers for real. */
  readonly initContainers?: boolean;
}

interface Started {
  readonly controlPlane: ControlPlane;
  readonly operator: OperatorProcess | undefined;
  readonly initContainers: InitContainers | undefined;
}

/**
 * A suite with a control plane and an operator of its own, both up before the first test and gone after the last. Where no control
 * plane can be started, the suite is left out. When a test fails, it is told how the nodes stand and what the operator logged last.
 *
 * @param body defines the tests. What it is given is there in hooks and tests, not while they are defined.
 * @example
 * describeOnControlPlane('A changed version', {}, (cluster) => {
 *   it('is rolled out to every node', async () => {
 *     await createNodes(cluster.api, { count: 3 });
 *     await cluster.applyPolicy({ version: '24.01-0.3.3.1-0' });
 *     await cluster.rollout();
 *   });
 * });
 */
export function describeOnControlPlane(
  name: string,
  options: SuiteOptions,
  body: (cluster: TestCluster) => void,
): void {
  describe.skipIf(inject('leftOut') !== undefined)(name, () => {
    let started: Started | undefined;
    const cluster = new TestCluster(() => {
      if (started === undefined) throw new Error('the control plane is there in hooks and tests only');
      return started;
    });

    beforeAll(async () => {
      started = await start(options);
    });

    afterAll(async () => {
      if (started !== undefined) await stop(started);
    });

    // Hooks of this kind run last first, so that what the body's own do is done, and its next test has not begun.
    afterEach(async ({ task }) => {
      if (task.result?.state !== 'fail' || started === undefined) return;
      console.error(`${task.name}: failed with the cluster like this:\n${await situation(started)}`);
    });

    body(cluster);
  });
}

async function start({ controlPlane: changes, operator, initContainers }: SuiteOptions): Promise<Started> {
  const controlPlane = await startControlPlane({
    driverLoadMs: 300,
    onProgress: progressToStderr(),
    ...(initContainers === true ? { runInitContainers: 'outside' } : {}),
    ...changes,
  });
  try {
    return {
      controlPlane,
      operator: operator === 'none' ? undefined : await startOperator(controlPlane, operator),
      initContainers: initContainers === true ? startInitContainers(controlPlane) : undefined,
    };
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
}

async function stop({ controlPlane, operator, initContainers }: Started): Promise<void> {
  try {
    await initContainers?.stop();
    await operator?.stop();
  } finally {
    await controlPlane.stop();
  }
}

async function situation({ controlPlane, operator }: Started): Promise<string> {
  const report = await rolloutReport(controlPlane).catch((error: unknown) => String(error));
  return `${report}\nthe operator's log:\n${operator?.lastLog(25) ?? '(no operator)'}`;
}
