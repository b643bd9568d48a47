import { REQUESTED_ANNOTATION, SKIP_LABEL, STATE_LABEL } from '../../contract/keys.ts';
import { isExternallyMaintained, isInProgress } from '../../contract/states.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import { mapOperations, pointer } from '../../operator/resources/map-patch.ts';
import { nodes } from '../../operator/resources/nodes.ts';
import { kubectl } from '../../reasons/command.ts';
import { isRequested, isSkipped } from '../../upgrade/view.ts';
import type { NodeAssessment } from '../assess/assess.ts';
import { Refusal } from '../refusal.ts';
import type { Intent } from './intent.ts';

/**
 * Asks for the upgrade of a node: for another try where it has failed, and for another driver pod where it has one that belongs to no
 * DaemonSet.
 *
 * @returns undefined where that has been asked for, or comes by itself, or would do nothing: a driver that is up to date is not restarted
 * @throws Refusal where it is being upgraded, or in other hands
 */
export function retry(assessment: NodeAssessment): Intent | undefined {
  const { node, view, state, holdup } = assessment;
  checkHands(assessment);
  const isOrphaned = holdup?.code === 'orphaned-driver';
  if (isRequested(view) || (state !== 'upgrade-failed' && !isOrphaned)) return undefined;
  const note = isSkipped(view) ? ', which is labelled to be skipped and so does not start' : '';
  return {
    type: nodes,
    name: node.name,
    operations: [
      { op: 'test', path: '/metadata/uid', value: node.uid },
      ...(node.hasLabels ? [stateTest(node)] : []),
      ...mapOperations(
        { path: '/metadata/annotations', exists: node.hasAnnotations, current: node.annotations },
        { [REQUESTED_ANNOTATION]: 'true' },
      ),
    ],
    will: `ask for the upgrade of node ${node.name}${note}`,
    command: kubectl('annotate', '--overwrite', 'node', node.name, `${REQUESTED_ANNOTATION}=true`),
    ...(isOrphaned ? { cost: REPLACED } : {}),
  };
}

function checkHands({ node: { name }, state }: NodeAssessment): void {
  if (isExternallyMaintained(state))
    throw new Refusal(`node ${name} is in the hands of an external maintenance operator`);
  if (isInProgress(state)) throw new Refusal(`node ${name} is being upgraded: it is in ${state}`);
}

const REPLACED =
  'Its driver pod belongs to no DaemonSet: the node is emptied, as the policy says, and the pod is replaced.';

function stateTest({ labels }: NodeAssessment['node']) {
  return {
    op: 'test',
    path: pointer('/metadata/labels', STATE_LABEL),
    value: lookUp(labels, STATE_LABEL) ?? null,
  } as const;
}

/**
 * Labels a node to be skipped, or takes the label away.
 *
 * @returns undefined where it is so already
 */
export function skip({ node, view, state }: NodeAssessment, remove: boolean): Intent | undefined {
  if (isSkipped(view) !== remove) return undefined;
  const current = lookUp(node.labels, SKIP_LABEL) ?? null;
  const late = isInProgress(state) ? `, once the upgrade that it is in the middle of has ended` : '';
  return {
    type: nodes,
    name: node.name,
    operations: [
      { op: 'test', path: '/metadata/uid', value: node.uid },
      ...(node.hasLabels
        ? [{ op: 'test', path: pointer('/metadata/labels', SKIP_LABEL), value: current } as const]
        : []),
      ...mapOperations(
        { path: '/metadata/labels', exists: node.hasLabels, current: node.labels },
        { [SKIP_LABEL]: remove ? null : 'true' },
      ),
    ],
    will: remove ? `let node ${node.name} be upgraded` : `start no upgrade on node ${node.name}${late}`,
    command: kubectl(
      'label',
      '--overwrite',
      'node',
      node.name,
      remove ? `${SKIP_LABEL}-` : `${SKIP_LABEL}=true`,
    ),
  };
}
