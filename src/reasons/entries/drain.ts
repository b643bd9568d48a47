import { kubectl, onObject, patchPolicy } from '../command.ts';
import { patience, type Entries, type NextStep, type Remedy, type Where } from '../entry.ts';
import type { BlockedEviction, Leaving, ReasonOf, RefusedPod, TerminatingPod } from '../reason.ts';
import { count, listNames, nameOf, ownedName, said, timestamp, until } from '../words.ts';
import { requestUpgrade } from './flow.ts';

const EXAMPLE_TIME = Date.UTC(2026, 0, 1, 12);
const DATABASE = { namespace: 'work', name: 'database-0', owner: { kind: 'StatefulSet', name: 'database' } };
const LEAVING: Leaving = { blocked: [], stuck: [], leaving: [], deadline: EXAMPLE_TIME };

/** Reasons that keep a node from being emptied. */
export const drainEntries: Entries<
  | 'jobs-running'
  | 'pods-leaving'
  | 'pods-stuck-terminating'
  | 'eviction-blocked'
  | 'drain-refused'
  | 'drain-timeout'
> = {
  'jobs-running': {
    title: 'Jobs on the node have not ended',
    severity: 'blocked',
    told: 'soon',
    explanation:
      'Pods that `waitForCompletion.podSelector` selects are Pending or Running on the node. It is cordoned, so no new ones come. When `waitForCompletion.timeoutSeconds` is over, it goes on all the same.',
    message: ({ pods, until: end }) =>
      `Waiting for ${count(pods.length, 'pod')} to complete${until(end)}: ${listNames(pods.map(ownedName))}`,
    remedy: ({ pods }) => ({
      text: 'The node goes on when they have ended. A pod that is deleted is started again on another node by the Job that owns it; how far it had come is lost.',
      look: pods.slice(0, 3).map((pod) => onObject('describe', 'pod', pod)),
      commands: pods.map((pod) => onObject('delete', 'pod', pod)),
    }),
    next: ({ until: end }) =>
      end === undefined ? [] : [{ what: 'the node is drained all the same', at: end }],
    example: {
      code: 'jobs-running',
      pods: [{ namespace: 'work', name: 'train-0', owner: { kind: 'Job', name: 'train' } }],
      until: EXAMPLE_TIME,
    },
  },
  'pods-leaving': {
    title: 'Pods are leaving the node',
    severity: 'waiting',
    told: 'late',
    explanation:
      'Their eviction was accepted, and they have the time to end that their `terminationGracePeriodSeconds` gives them.',
    message: whoIsLeft,
    remedy: ({ leaving }) =>
      patience(
        'Nothing needs to be done as long as their grace period lasts.',
        ...leaving.slice(0, 3).map((pod) => onObject('describe', 'pod', pod)),
      ),
    next: drainEnd,
    example: { code: 'pods-leaving', ...LEAVING, leaving: [{ namespace: 'work', name: 'web-0' }] },
  },
  'pods-stuck-terminating': {
    title: 'A pod does not go',
    severity: 'blocked',
    told: 'soon',
    explanation:
      'The grace period of a pod that terminates is over, and it is still there. Either it has finalizers, so that somebody else has to do something first, or its kubelet does not get it stopped, or is not running.',
    message: (reason) =>
      `${whoIsLeft(reason)}${reason.nodeReady ? '' : '. The node is not Ready, so its pods cannot be stopped'}`,
    remedy: stuckRemedy,
    next: drainEnd,
    since: ({ stuck }) => earliest(stuck.map(({ graceEndsAt }) => graceEndsAt)),
    example: {
      code: 'pods-stuck-terminating',
      ...LEAVING,
      stuck: [
        { namespace: 'work', name: 'web-0', graceEndsAt: EXAMPLE_TIME, finalizers: ['example.com/cleanup'] },
      ],
      nodeReady: true,
    },
  },
  'eviction-blocked': {
    title: 'An eviction is refused',
    severity: 'blocked',
    told: 'soon',
    explanation:
      'A PodDisruptionBudget does not let a pod go at the moment, or the API server could not take the eviction. It is asked for again after 1, 2, 4, and then every 5 seconds, until `drain.timeoutSeconds` is over.',
    message: whoIsLeft,
    remedy: ({ blocked }) => budgetRemedy(blocked),
    next: (reason) => [
      { what: 'the eviction is asked for again', at: reason.nextAttemptAt },
      ...drainEnd(reason),
    ],
    example: {
      code: 'eviction-blocked',
      ...LEAVING,
      blocked: [
        {
          ...DATABASE,
          budget: { name: 'database', needsHealthy: 3, hasHealthy: 3 },
          says: 'Cannot evict pod as it would violate the pod’s disruption budget',
        },
      ],
      nextAttemptAt: EXAMPLE_TIME,
    },
  },
  'drain-refused': {
    title: 'A pod may not be evicted',
    severity: 'failed',
    told: 'soon',
    explanation:
      'As with `kubectl drain`, a pod that no controller would bring back elsewhere is evicted only if `drain.force` is set, and one whose emptyDir volumes would be lost only if `drain.deleteEmptyDir` is. There is no use in waiting, so the node fails before anything on it is evicted.',
    message: ({ pods }) => refusal(pods),
    remedy: drainByHand,
    example: {
      code: 'drain-refused',
      pods: [{ namespace: 'work', name: 'debug', owner: undefined, why: 'unowned' }],
    },
  },
  'drain-timeout': {
    title: 'The node could not be drained in time',
    severity: 'failed',
    told: 'soon',
    explanation:
      'When `drain.timeoutSeconds` was over, pods were still there: their eviction was refused all the time, or they did not end.',
    message: (reason) =>
      `The node could not be drained within ${reason.timeoutSeconds} s. ${whoIsLeft({ ...reason, deadline: undefined })}. Make them go, then ask for another try`,
    remedy: (_, { node }) => tryAgain(node),
    example: {
      code: 'drain-timeout',
      ...LEAVING,
      blocked: [{ ...DATABASE, budget: { name: 'database' }, says: '' }],
      timeoutSeconds: 300,
    },
  },
};

/** Blocked pods first, then stuck ones: they are those that a person can do something about. */
function whoIsLeft({ blocked, stuck, leaving, deadline }: Leaving): string {
  return [
    ...blocked.slice(0, 2).map(refusedEviction),
    ...(blocked.length > 2 ? [`${count(blocked.length - 2, 'more eviction')} refused`] : []),
    ...stuck.slice(0, 2).map(stuckPod),
    ...(stuck.length > 2 ? [`${count(stuck.length - 2, 'more pod')} should be gone`] : []),
    ...(leaving.length === 0
      ? []
      : [`Waiting for ${count(leaving.length, 'pod')} to be gone: ${listNames(leaving.map(nameOf))}`]),
    ...(deadline === undefined ? [] : [`The node fails if they are not gone by ${timestamp(deadline)}`]),
  ].join('. ');
}

function refusedEviction(eviction: BlockedEviction): string {
  const { budget, says } = eviction;
  if (budget === undefined) return `Eviction of ${ownedName(eviction)} is refused: ${said(says)}`;
  const { name, needsHealthy, hasHealthy } = budget;
  const numbers =
    needsHealthy === undefined || hasHealthy === undefined
      ? ''
      : `, which needs ${needsHealthy} healthy pods and has ${hasHealthy}`;
  return `Eviction of ${ownedName(eviction)} is refused by PodDisruptionBudget ${name}${numbers}`;
}

/** A pod that should be gone, with what holds it. */
export function stuckPod(pod: TerminatingPod): string {
  const since = pod.graceEndsAt === undefined ? '' : ` since ${timestamp(pod.graceEndsAt)}`;
  const held = pod.finalizers.length === 0 ? '' : `, but has finalizers: ${listNames(pod.finalizers)}`;
  return `Pod ${nameOf(pod)} should have ended${since}${held}`;
}

function drainEnd({ deadline }: Leaving): readonly NextStep[] {
  return deadline === undefined ? [] : [{ what: 'the node fails', at: deadline }];
}

function budgetRemedy(blocked: readonly BlockedEviction[]): Remedy {
  const namespaces = [...new Set(blocked.map(({ namespace }) => namespace))];
  const budgets = new Map(
    blocked.flatMap(({ namespace, budget }) =>
      budget === undefined
        ? []
        : [[`${namespace}/${budget.name}`, { namespace, name: budget.name }] as const],
    ),
  );
  return {
    text: 'It goes on by itself as soon as the budget allows it: when its other pods are Ready, or there are more of them. A budget that never allows any can be made to allow one at a time.',
    look: namespaces.map((namespace) => kubectl('get', 'poddisruptionbudgets', '-n', namespace)),
    commands: [...budgets.values()].map(({ namespace, name }) =>
      kubectl(
        ...['patch', 'poddisruptionbudget', '-n', namespace, name, '--type=merge', '-p'],
        '{"spec":{"minAvailable":null,"maxUnavailable":1}}',
      ),
    ),
  };
}

function stuckRemedy({ stuck, nodeReady }: ReasonOf<'pods-stuck-terminating'>, { node }: Where): Remedy {
  return {
    text: nodeReady
      ? 'See to it that whoever set the finalizers does its work; by force, they can be taken off. A pod without finalizers can be deleted by force, though its containers may then go on running.'
      : 'Bring the node back. If it is gone for good, the pods can be deleted by force.',
    look: [
      kubectl('describe', 'node', node),
      ...stuck.slice(0, 3).map((pod) => kubectl('get', 'pod', '-n', pod.namespace, pod.name, '-o=yaml')),
    ],
    commands: stuck.map(letGo),
  };
}

/** Makes the API server let go of a pod that should be gone. */
export function letGo(pod: TerminatingPod): string {
  return pod.finalizers.length > 0
    ? kubectl(
        ...['patch', 'pod', '-n', pod.namespace, pod.name, '--type=merge', '-p'],
        '{"metadata":{"finalizers":null}}',
      )
    : kubectl('delete', 'pod', '-n', pod.namespace, pod.name, '--force', '--grace-period=0');
}

const WHY: Readonly<Record<RefusedPod['why'], (names: string) => string>> = {
  unowned: (names) =>
    `pods that no controller would bring back elsewhere: ${names}; delete them, or set drain.force: true`,
  'empty-dir': (names) =>
    `pods with emptyDir volumes, whose data would be lost: ${names}; delete them, or set drain.deleteEmptyDir: true`,
};

function refusal(pods: readonly RefusedPod[]): string {
  return (['unowned', 'empty-dir'] as const)
    .map((why) => ({ why, names: pods.filter((pod) => pod.why === why).map(ownedName) }))
    .filter(({ names }) => names.length > 0)
    .map(({ why, names }) => `The node cannot be drained because of ${WHY[why](listNames(names))}`)
    .join('. ');
}

/** What gets a node going that has failed because of the pods on it, whichever they were. */
export function drainByHand(_: unknown, { node }: Where): Remedy {
  return {
    text: 'Delete these pods, or drain the node by hand with what the policy does not allow, then ask for another try. To have such pods evicted in future, change drain in the policy.',
    look: [podsOn(node)],
    commands: [
      kubectl('drain', node, '--ignore-daemonsets', '--force', '--delete-emptydir-data'),
      requestUpgrade(node),
    ],
  };
}

export function tryAgain(node: string): Remedy {
  return {
    text: 'See what keeps the pods that are left, and make them go: the budget that refuses an eviction, the finalizers that hold a pod. Then ask for another try; or give the drain more time in the policy.',
    look: [podsOn(node), kubectl('get', 'poddisruptionbudgets', '-A')],
    commands: [requestUpgrade(node)],
  };
}

function podsOn(node: string): string {
  return kubectl('get', 'pods', '-A', `--field-selector=spec.nodeName=${node}`);
}

/** Another version of the driver, for all nodes. */
export function otherVersion(): string {
  return patchPolicy({ version: 'VERSION' });
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
