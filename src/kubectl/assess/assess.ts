import { DRAIN_START_ANNOTATION, NIC_PRESENT_LABEL, WAIT_START_ANNOTATION } from '../../contract/keys.ts';
import type { Policy } from '../../contract/policy.ts';
import type { NodeState } from '../../contract/states.ts';
import type { BlockedNode, PolicyStatus } from '../../contract/status.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import type { Mode } from '../../operator/mode.ts';
import { DriverPodIndex } from '../../operator/nodes/driver-pod-index.ts';
import { NodeViews } from '../../operator/nodes/node-views.ts';
import { isObserved, newestRevision } from '../../operator/nodes/revisions.ts';
import { ActivePolicy } from '../../operator/policy.ts';
import type { StoredObject } from '../../operator/resources/objects.ts';
import { statusOf } from '../../operator/status/status-writer.ts';
import type { Decision } from '../../upgrade/actions.ts';
import { decideNode } from '../../upgrade/decide.ts';
import { Fleet } from '../../upgrade/fleet.ts';
import { decideReleased } from '../../upgrade/release.ts';
import { annotationOf, stateOf, type NodeView } from '../../upgrade/view.ts';
import type { SeenNode } from '../gather/resources.ts';
import type { Scene } from '../gather/scene.ts';
import { holdupOf, type Holdup } from './holdup.ts';

/** One node, looked at with the operator's own rules. */
export interface NodeAssessment {
  readonly node: SeenNode;
  readonly view: NodeView;
  readonly state: NodeState;
  /** Milliseconds since the epoch. */
  readonly stateSince: number | undefined;
  /** Undefined: nothing is wanted of it. */
  readonly holdup: Holdup | undefined;
  /** The pods on the node would have to be read to say more. */
  readonly needsPods: boolean;
}

/** All nodes that the upgrade has to do with, by name, and what is wanted of them. */
export interface Assessment {
  readonly scene: Scene;
  /** The policy that counts, as it is; undefined: there is none. */
  readonly object: StoredObject | undefined;
  /** The same, if it can be used. */
  readonly policy: Policy | undefined;
  /** Why it cannot be used. */
  readonly invalid: string | undefined;
  readonly status: PolicyStatus | undefined;
  readonly mode: Mode;
  readonly nodes: readonly NodeAssessment[];
  /** The nodes that wait for nothing but a slot, the next one first. */
  readonly queue: readonly string[];
}

/** Looks at every node as the operator does. */
export function assess(scene: Scene): Assessment {
  const active = new ActivePolicy((name) => scene.policies.find((each) => each.name === name));
  const { object, policy, invalid, mode } = active;
  const status = object === undefined ? undefined : statusOf(object);
  const blocked = new Map(status?.upgrade?.blocked.map((each) => [each.node, each]));
  const views = viewsOf(scene);
  const fleet = new Fleet();
  const nodes = [...scene.nodes]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((node) => ({ node, view: views.of(node) }))
    .filter(({ view }) => isOfConcern(view))
    .map(({ node, view }) => {
      const decision = decide(view, mode, scene.now);
      fleet.see(node.name, stateOf(view));
      fleet.wish(node.name, decision?.wantsSlot);
      return assessNode(node, view, decision, blocked.get(node.name));
    });
  return { scene, object, policy, invalid, status, mode, nodes, queue: fleet.upcoming(Infinity) };
}

function viewsOf(scene: Scene): NodeViews {
  const driverPods = new DriverPodIndex();
  for (const pod of scene.driverPods) driverPods.apply({ key: pod.name, before: undefined, after: pod });
  return new NodeViews({
    daemonSets: { values: () => scene.daemonSets },
    driverPods,
    revisions: {
      of: (daemonSet) =>
        isObserved(daemonSet) ? newestRevision(scene.revisions, daemonSet.uid)?.hash : undefined,
    },
    workloads: { view: (node) => scene.workloads.get(node) },
  });
}

/** Nodes without a NIC are nobody's concern, unless something of an upgrade is on them. */
function isOfConcern(view: NodeView): boolean {
  return (
    stateOf(view) !== 'none' ||
    view.driver.expected ||
    view.driver.pods.length > 0 ||
    lookUp(view.node.labels, NIC_PRESENT_LABEL) === 'true'
  );
}

function decide(view: NodeView, mode: Mode, now: number): Decision | undefined {
  switch (mode.kind) {
    case 'hold':
      return undefined;
    case 'off':
      return decideReleased(view, mode.driverWanted);
    case 'on':
      return decideNode(view, { policy: mode.policy, now }, false);
  }
}

function assessNode(
  node: SeenNode,
  view: NodeView,
  decision: Decision | undefined,
  listed: BlockedNode | undefined,
): NodeAssessment {
  const stateSince = startOf(view) ?? node.steppedAt;
  const found = holdupOf(view, decision?.reason, listed);
  const holdup = found && { ...found, since: found.since ?? stateSince };
  return {
    node,
    view,
    state: stateOf(view),
    stateSince,
    holdup,
    needsPods: view.workload === undefined && decision !== undefined && decision.workload !== 'none',
  };
}

/** States that note when they began. */
function startOf(view: NodeView): number | undefined {
  const key = STARTS[stateOf(view)];
  const seconds = Number((key === undefined ? undefined : annotationOf(view, key)) ?? NaN);
  return Number.isSafeInteger(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}

const STARTS: Readonly<Partial<Record<NodeState, string>>> = {
  'wait-for-jobs-required': WAIT_START_ANNOTATION,
  'drain-required': DRAIN_START_ANNOTATION,
};
