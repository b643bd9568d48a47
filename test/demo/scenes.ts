import { POLICY_NAME } from '../../src/contract/keys.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/index.ts';
import {
  applyPolicy,
  people,
  setVersion,
  startOperator,
  waitForRollout,
  type OperatorProcess,
} from '../harness/index.ts';
import type { Display } from './display.ts';
import type { Ending } from './ending.ts';
import type { DemoOptions } from './options.ts';
import { showFirstRollout, showUpgrade, type Cast } from './rollout-view.ts';
import * as surroundings from './surroundings.ts';

/** How long a driver takes to load here; a real one takes minutes. */
const DRIVER_LOAD_MS = 2000;

export interface Stage {
  readonly options: DemoOptions;
  readonly display: Display;
  readonly ending: Ending;
}

/** The nodes that something special happens to. */
export interface Roles {
  /** Cordoned by a person before the upgrade. */
  readonly held: string;
  /** Runs a Job when the upgrade comes to it. */
  readonly busy: string;
}

export async function startCluster({ display, ending }: Stage): Promise<ControlPlane> {
  display.scene(
    'A Kubernetes control plane',
    'etcd, kube-apiserver, kube-controller-manager and kube-scheduler, as in any cluster. KWOK plays the ' +
      'kubelets, so that many nodes fit on one machine.',
  );
  display.busy('starting');
  const controlPlane = await startControlPlane({
    driverLoadMs: DRIVER_LOAD_MS,
    onProgress: (line) => {
      if (line !== '') display.busy(line);
    },
  });
  ending.add(() => controlPlane.stop());
  display.done(`it answers at ${controlPlane.server}`);
  return controlPlane;
}

/** @returns the nodes' names */
export async function createFleet(
  { display, options }: Stage,
  { api }: ControlPlane,
): Promise<readonly string[]> {
  const workloads = surroundings.planWorkloads(options);
  const { replicas, maxUnavailable } = workloads;
  display.scene(
    'Nodes and workloads',
    `${options.nodes} nodes with an NVIDIA NIC in three zones, and a Deployment of ${replicas} pods on them. Its ` +
      `PodDisruptionBudget lets only ${maxUnavailable} be missing at once, so nodes have to be drained step by step.`,
  );
  display.busy(`creating ${options.nodes} nodes`);
  const names = await surroundings.createFleet(api, options.nodes);
  display.busy(`scheduling ${replicas} pods`);
  await surroundings.createWorkloads(api, workloads);
  display.done(`${names.length} nodes and ${replicas} pods are Ready`);
  return names;
}

export async function installOperator(
  { display, ending }: Stage,
  controlPlane: ControlPlane,
): Promise<OperatorProcess> {
  display.scene(
    'The operator',
    'Its own manifests are applied; then the built program runs as a process of its own, with the permissions of ' +
      'the ServiceAccount that they make, and no others.',
  );
  display.busy('starting');
  const operator = await startOperator(controlPlane);
  ending.add(() => operator.kill());
  display.done(`it runs as process ${operator.pid}`);
  return operator;
}

export async function bringUpDriver({ display, options }: Stage, cast: Cast): Promise<void> {
  display.scene(
    'kubectl apply: the documented policy',
    `Driver ${surroundings.OLD_VERSION}, maxParallelUpgrades ${options.parallel}. The driver comes up on every node; it ` +
      'replaces none yet, so no node is cordoned or drained for it.',
  );
  await applyPolicy(cast.controlPlane, surroundings.demoPolicy(options.parallel));
  await showFirstRollout(cast);
  await waitForRollout(cast.controlPlane, { operator: cast.operator });
  display.done(`driver ${surroundings.OLD_VERSION} is Ready on every node`);
}

export async function prepareTrouble(
  { display }: Stage,
  { controlPlane }: Cast,
  { held, busy }: Roles,
): Promise<void> {
  display.scene(
    'Two things to get right',
    `A person cordons ${held} for reasons of their own: it has to stay cordoned. A Job runs on ${busy} for ` +
      `${surroundings.JOB_SECONDS} seconds: the policy says to wait for pods with app=myapp.`,
  );
  await people(controlPlane).cordon(held);
  await surroundings.startJob(controlPlane.api, busy);
  display.done(`kubectl cordon ${held}; the Job has been started`);
}

export async function upgrade({ display, options }: Stage, cast: Cast): Promise<void> {
  const to = surroundings.NEW_VERSION;
  display.scene(
    'One changed field',
    `kubectl patch nicclusterpolicy ${POLICY_NAME} --type=merge -p '{"spec":{"ofedDriver":{"version":"${to}"}}}'`,
  );
  display.print('');
  cast.watch.markOutdated();
  cast.watch.takeSteps();
  await setVersion(cast.controlPlane, to);
  await showUpgrade(cast, { from: surroundings.OLD_VERSION, to, parallel: options.parallel });
  display.print('');
  await waitForRollout(cast.controlPlane, { operator: cast.operator });
}
