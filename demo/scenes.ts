import { DRIVER_SECONDS, behaviourOf, MissingImages } from './cluster/behaviour.ts';
import { startCluster } from './cluster/demo-cluster.ts';
import { OTHER_SYSTEM, planFleet } from './cluster/fleet-plan.ts';
import { People } from './cluster/people.ts';
import {
  demoPolicy,
  DRAIN_SECONDS,
  imageFor,
  JOB_SELECTOR,
  JOBS_SECONDS,
  NEW_VERSION,
  OLD_VERSION,
  patchCommand,
  policyLines,
} from './cluster/policy.ts';
import { Witness } from './cluster/witness.ts';
import * as workloads from './cluster/workloads.ts';
import { follow, until } from './follow.ts';
import { openInBrowser } from '../src/cli/open-in-browser.ts';
import { operatorManifests, startOperator } from './operator/operator-process.ts';
import type { Cast, Scenery, Stage } from './stage.ts';
import { isUpgraded, type FleetSnapshot } from './view/fleet.ts';
import { standing } from './view/standing.ts';

export const MISSING_IMAGE = imageFor(NEW_VERSION, OTHER_SYSTEM.osVersion);

/** What it is all about, before anything happens. */
export function introduce({ display, options: { nodes, parallel, speed } }: Stage): void {
  const atOnce = parallel === 0 ? 'all at once' : `${parallel} at a time`;
  const loads = (DRIVER_SECONDS / speed).toFixed(1);
  display.scene(
    `A new network driver for ${nodes} nodes`,
    `When the driver of a network card is replaced, every pod on that node loses its network. So each node first has to be cordoned, ` +
      `so that nothing new comes; its jobs have to come to their end, its other pods have to move elsewhere. Then its driver is replaced, ` +
      `and it takes work again. You will see the operator do this to ${nodes} nodes, ${atOnce}, while things get in its way.`,
  );
  display.points(
    `The cluster is simulated in this process, ${speed} times as fast as a real one: a driver loads in about ${loads} s.`,
    'The operator is the real program, in a process of its own. It is not sped up.',
  );
}

/** A cluster with nodes and workloads. */
export async function startFleet(stage: Stage): Promise<Scenery> {
  const { display, ending, options } = stage;
  display.scene(
    'The cluster',
    'Nodes in four zones, with pods of three Deployments on them. An API server, controllers, a scheduler and kubelets do with them what ' +
      'real ones do; only the machines are not there.',
  );
  display.busy(`creating ${options.nodes} nodes`);
  const plan = planFleet(options.nodes);
  const missing = new MissingImages(MISSING_IMAGE);
  const { speed, seed } = options;
  const cluster = await startCluster({ speed, seed, behaviourOf: behaviourOf(missing, seed) });
  ending.add(() => cluster.close());
  const people = new People(cluster.api);
  const witness = new Witness({ api: cluster.api, policyStatus: () => people.policyStatus() });
  people.createNamespace(workloads.NAMESPACE);
  for (const node of plan.nodes) cluster.machines.addNode(node);
  people.create(...workloads.deployments(plan), workloads.databaseBudget());
  display.busy('starting workloads');
  await until(() => people.isWorkReady(), 'the workloads are ready');
  display.done(`${plan.nodes.length} nodes, ${people.podCount()} pods; API server at ${cluster.url}`);
  return { ...stage, plan, missing, cluster, people, witness };
}

export async function installOperator(scenery: Scenery): Promise<Cast> {
  const { display, ending, people, cluster } = scenery;
  display.scene(
    'The operator',
    'Its resource definition is applied; then the built program is started. It knows the cluster only through its API.',
  );
  display.busy('starting');
  people.install(operatorManifests());
  const operator = await startOperator(cluster);
  ending.add(() => operator.stop());
  display.done(`it runs as process ${operator.pid}; its dashboard is at ${operator.dashboard}`);
  if (scenery.options.open && !openInBrowser(operator.dashboard))
    display.points('There is no browser here that could be opened: open that address in one of yours.');
  return { ...scenery, operator };
}

export async function bringUpDriver(cast: Cast): Promise<void> {
  const { display, options, people } = cast;
  const policy = demoPolicy(options.parallel);
  display.scene(
    'kubectl apply -f policy.yaml',
    'A NicClusterPolicy says which driver is wanted, and how it is to be upgraded. The first driver replaces none, so it is loaded on ' +
      'all nodes at once, and no pod has to leave.',
  );
  display.print('', ...policyLines(policy).map((line) => `   ${line}`), '');
  people.createPolicy(policy);
  const ready = ({ nodes }: FleetSnapshot): number => nodes.filter(({ driver }) => driver === 'new').length;
  await follow(
    cast,
    (snapshot) => {
      display.busy(`the driver is loaded on ${ready(snapshot)} of ${options.nodes} nodes`);
    },
    ({ nodes }) => nodes.every(isUpgraded),
  );
  display.done(`driver ${OLD_VERSION} is loaded on every node`);
}

export async function prepareTrouble(cast: Cast): Promise<void> {
  const { display, options, people, plan } = cast;
  const [first = '', last = ''] = [plan.others[0], plan.others.at(-1)];
  display.scene('Four things to get right', 'They happen in every cluster; here they happen at once.');
  display.points(
    `A person has cordoned ${plan.held}. It is to be upgraded too, and to stay cordoned.`,
    `Training jobs run on ${plan.busy.join(', ')}. The policy says to wait for pods with ${JOB_SELECTOR} until they end, and for ` +
      `${JOBS_SECONDS} s at most (waitForCompletion.timeoutSeconds); then the node is drained all the same.`,
    `Of the ${workloads.DATABASE_REPLICAS} pods of "${workloads.DATABASE}", ${workloads.DATABASE_REPLICAS - 1} have to be up at any ` +
      'time: a PodDisruptionBudget says so. Once one was evicted, nodes with another must wait until it has started elsewhere, for ' +
      `${DRAIN_SECONDS} s at most (drain.timeoutSeconds); then the node fails. What helps is another replica, or a looser budget. The ` +
      'operator asks again after 1, 2, 4, then every 5 s of real time, so that of several nodes the one that asks first goes on, not ' +
      'the one that has waited longest.',
    `${first} to ${last} run a newer Ubuntu, ${OTHER_SYSTEM.osVersion}, which needs a driver image of its own. For the new version, nobody ` +
      'has published it yet: these nodes will fail, which must not hold up any other.',
  );
  people.cordon(plan.held);
  people.create(...workloads.trainingJobs(plan, options.parallel));
  display.busy('starting the jobs');
  await until(() => people.jobsRunning() === plan.busy.length, 'the jobs run');
  display.done(`kubectl cordon ${plan.held}; ${plan.busy.length} jobs run`);
}

/** Ends when nothing more can be done. */
export async function upgrade(cast: Cast): Promise<void> {
  const { display, people, plan, witness } = cast;
  display.scene('One changed field', 'The policy asks for another version. All else follows from that.');
  display.print('', ...patchCommand('kubectl', NEW_VERSION), '');
  people.setVersion(NEW_VERSION);
  await showRollout(cast, ({ nodes }) =>
    nodes.every(
      (node) => isUpgraded(node) || (plan.others.includes(node.name) && node.state === 'upgrade-failed'),
    ),
  );
  display.print('');
  display.done(standing(witness.snapshot()));
}

/** What failed comes right when its cause is mended. */
export async function recover(cast: Cast): Promise<void> {
  const { display, missing, people, witness } = cast;
  display.scene(
    'The missing image is published',
    `${MISSING_IMAGE} appears in the registry. Nobody touches the nodes: their kubelets go on trying to pull it, and once the driver ` +
      'is loaded, the operator finishes their upgrade.',
  );
  display.print('');
  missing.publish(MISSING_IMAGE);
  await showRollout(cast, ({ nodes }) => nodes.every(isUpgraded));
  await until(() => people.policyStatus()?.state === 'ready', 'the policy is ready');
  display.print('');
  display.done(
    `${standing(witness.snapshot())}; the policy's state is "${people.policyStatus()?.state ?? ''}"`,
  );
}

function showRollout(cast: Cast, isReached: (snapshot: FleetSnapshot) => boolean): Promise<void> {
  return follow(
    cast,
    (snapshot) => {
      cast.display.rollout(snapshot, cast.witness.rollout);
    },
    isReached,
  );
}
