import type { DemoCluster } from './cluster/demo-cluster.ts';
import type { FleetPlan } from './cluster/fleet-plan.ts';
import type { People } from './cluster/people.ts';
import type { Witness } from './cluster/witness.ts';
import type { MissingImages } from './cluster/behaviour.ts';
import type { Ending } from './ending.ts';
import type { OperatorProcess } from './operator/operator-process.ts';
import type { DemoOptions } from './options.ts';
import type { Display } from './view/display.ts';

/** What every scene has at hand. */
export interface Stage {
  readonly options: DemoOptions;
  readonly display: Display;
  readonly ending: Ending;
}

/** The stage with a cluster on it. */
export interface Scenery extends Stage {
  readonly plan: FleetPlan;
  readonly cluster: DemoCluster;
  readonly people: People;
  readonly witness: Witness;
  readonly missing: MissingImages;
}

/** And with an operator at work. */
export interface Cast extends Scenery {
  readonly operator: OperatorProcess;
}
