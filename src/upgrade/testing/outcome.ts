import type { UpgradePolicy } from '../../contract/upgrade-policy.ts';
import { messageOf } from '../../reasons/index.ts';
import type { Decision, NodeChange } from '../actions.ts';
import { decideNode } from '../decide.ts';
import type { NodeView } from '../view.ts';
import { aPolicy, NOW } from './builders.ts';

interface Circumstances {
  readonly policy?: UpgradePolicy;
  readonly now?: number;
  readonly slotGranted?: boolean;
}

/** What is decided about a node, under the usual circumstances except for those that are named. */
export function decide(
  view: NodeView,
  { policy = aPolicy(), now = NOW, slotGranted = false }: Circumstances = {},
): Decision {
  return decideNode(view, { policy, now }, slotGranted);
}

/** What people are told of why the node waits. */
export function said({ reason }: Decision): string | undefined {
  return reason === undefined ? undefined : messageOf(reason);
}

/** The write to the node, if there is one. */
export function changeOf({ actions }: Decision): NodeChange | undefined {
  return actions.find((action) => action.kind === 'patch-node')?.change;
}

/** The state that the node is sent to; undefined if it stays. */
export function nextState(decision: Decision): NodeChange['to'] {
  return changeOf(decision)?.to;
}

/** The value written to one of the node's annotations: null if it is removed, undefined if it is left alone. */
export function written(decision: Decision, key: string): string | null | undefined {
  const annotations = changeOf(decision)?.annotations ?? {};
  return Object.hasOwn(annotations, key) ? annotations[key] : undefined;
}

/** The names of the pods whose eviction is asked for. */
export function evicted({ actions }: Decision): readonly string[] {
  return actions.filter((action) => action.kind === 'evict').map(({ pod }) => pod.name);
}

/** The name of the driver pod that is deleted. */
export function restarted({ actions }: Decision): string | undefined {
  return actions.find((action) => action.kind === 'restart-driver')?.pod.name;
}
