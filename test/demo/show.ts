import { countRequests } from '../control-plane/index.ts';
import { getNode } from '../control-plane/fixtures.ts';
import { observedRollout } from '../harness/index.ts';
import { FleetWatch } from './fleet-watch.ts';
import type { Cast } from './rollout-view.ts';
import * as scenes from './scenes.ts';
import type { Outcome } from './summary.ts';
import { JOB_SELECTOR, jobSucceeded, NEW_VERSION } from './surroundings.ts';

export interface Finale {
  readonly cast: Cast;
  readonly outcome: Outcome;
}

/**
 * The whole show, scene by scene.
 *
 * @throws Error if the rollout does not get to its end, or one that tells the observer's story if it found something
 */
export async function runShow(stage: scenes.Stage): Promise<Finale> {
  const controlPlane = await scenes.startCluster(stage);
  const names = await scenes.createFleet(stage, controlPlane);
  const operator = await scenes.installOperator(stage, controlPlane);
  const { server, ca, adminToken: token, api } = controlPlane;
  const watch = await FleetWatch.open({ server, ca, token }, JOB_SELECTOR);
  stage.ending.add(() => watch.close());
  const cast = { controlPlane, operator, watch, display: stage.display };
  const roles = { held: names[Math.floor(names.length / 3) + 1] ?? '', busy: names[1] ?? '' };
  let since = 0;
  const report = await observedRollout(controlPlane, { user: operator.user }, async () => {
    await scenes.bringUpDriver(stage, cast);
    await scenes.prepareTrouble(stage, cast, roles);
    since = Date.now();
    await scenes.upgrade(stage, cast);
  });
  const outcome: Outcome = {
    nodes: names.length,
    version: NEW_VERSION,
    parallel: stage.options.parallel,
    evicted: watch.snapshot().evicted,
    requests: await countRequests(controlPlane.auditLog, { user: operator.user, since }),
    heldNode: roles.held,
    heldNodeIsCordoned: (await getNode(api, roles.held)).spec.unschedulable === true,
    jobNode: roles.busy,
    jobSucceeded: await jobSucceeded(api),
    report,
  };
  return { cast, outcome };
}
