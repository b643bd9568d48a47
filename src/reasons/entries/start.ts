import {
  POLICY_NAME,
  REQUESTED_ANNOTATION,
  REQUESTOR_MODE_ANNOTATION,
  SKIP_LABEL,
  STATE_LABEL,
} from '../../contract/keys.ts';
import { kubectl, onObject, patchPolicy } from '../command.ts';
import { patience, type Entries, type Remedy } from '../entry.ts';
import type { ReasonOf } from '../reason.ts';
import { listNames, nameOf, timestamp } from '../words.ts';
import { requestUpgrade } from './flow.ts';

/** Reasons that keep a node's upgrade from starting. */
export const startEntries: Entries<
  | 'slot'
  | 'recovered-waits-for-slot'
  | 'paused'
  | 'skipped'
  | 'node-deleting'
  | 'node-not-ready'
  | 'external-maintenance'
  | 'orphaned-driver'
  | 'no-driver-pool'
> = {
  slot: {
    title: 'The node waits for its turn',
    severity: 'turn',
    told: 'never',
    explanation:
      'As many nodes as `maxParallelUpgrades` allows are being upgraded. This one starts when one of them is done or has failed. The node says so from the moment at which it needs an upgrade. Nodes start in the order of their names. If nothing moves, it is a node in progress that is held up: `status.upgrade.blocked` of the policy says by what.',
    // Without the numbers, which would be wrong as soon as they change.
    message: () =>
      'Waiting for its turn: as many nodes as maxParallelUpgrades allows are being upgraded at a time',
    remedy: ({ limit }) => moreSlots(limit),
    next: () => [{ what: 'the upgrade starts when a slot is free', at: undefined }],
    example: { code: 'slot', limit: 4 },
  },
  'recovered-waits-for-slot': {
    title: 'The node has come right, and waits for its turn to finish',
    severity: 'turn',
    told: 'soon',
    explanation:
      'The node had failed, and its driver is up to date and Ready by now. To be uncordoned it needs one of the `maxParallelUpgrades` slots for a moment. Such nodes go before those that have yet to start.',
    message: () =>
      'Recovered; waiting for its turn: as many nodes as maxParallelUpgrades allows are being upgraded at a time',
    remedy: ({ limit }) => moreSlots(limit),
    next: () => [{ what: 'the node is handed back when a slot is free', at: undefined }],
    example: { code: 'recovered-waits-for-slot', limit: 4 },
  },
  paused: {
    title: 'The rollout is paused',
    severity: 'turn',
    told: 'never',
    explanation:
      'The policy says `paused: true`: no new node is started, and those in progress finish. Nothing is lost by it: when the policy says so no more, the rollout goes on where it stopped. The node says so from the moment at which it needs an upgrade, or the rollout is paused.',
    message: () => 'The rollout is paused: no new node is started until it is resumed',
    remedy: () => ({
      text: 'Resume the rollout.',
      look: [kubectl('describe', 'nicclusterpolicy', POLICY_NAME)],
      commands: [patchPolicy({ upgradePolicy: { paused: false } })],
    }),
    next: () => [{ what: 'the node waits for its turn again when the rollout is resumed', at: undefined }],
    example: { code: 'paused' },
  },
  skipped: {
    title: 'The node is labelled to be skipped',
    severity: 'blocked',
    told: 'soon',
    explanation: `Somebody has set the label \`${SKIP_LABEL}=true\`: no upgrade is started on this node.`,
    message: () => 'The node is labelled to be skipped; remove the label to have it upgraded',
    remedy: (_, { node }) => ({
      text: 'Remove the label when the node may be upgraded.',
      look: [],
      commands: [kubectl('label', 'node', node, `${SKIP_LABEL}-`)],
    }),
    example: { code: 'skipped' },
  },
  'node-deleting': {
    title: 'The node is being deleted',
    severity: 'blocked',
    told: 'soon',
    explanation:
      'The Node object has been deleted and waits for its finalizers. No upgrade is started on it.',
    message: () => 'The node is being deleted',
    remedy: (_, { node }) =>
      patience(
        'It goes when its finalizers have been taken care of.',
        kubectl('get', 'node', node, '-o=jsonpath={.metadata.finalizers}'),
      ),
    example: { code: 'node-deleting' },
  },
  'node-not-ready': {
    title: 'The node is not Ready',
    severity: 'blocked',
    told: 'soon',
    explanation:
      'Its kubelet does not report, or reports a problem: pods could neither leave nor start. An upgrade that has not begun begins when the node is Ready. One that is waiting for the restart of its driver waits for five minutes, then fails and makes room for others; it goes on when the node is back with a working driver.',
    message: notReady,
    remedy: (_, { node }) =>
      patience(
        'Bring the node back: its conditions say what its kubelet reported last. The upgrade goes on by itself.',
        kubectl('describe', 'node', node),
      ),
    next: (reason) => (reason.holds === 'restart' ? [{ what: 'the node fails', at: reason.failsAt }] : []),
    since: ({ since }) => since,
    example: { code: 'node-not-ready', since: Date.UTC(2026, 0, 1, 12), holds: 'start' },
  },
  'external-maintenance': {
    title: 'An external maintenance operator has the node',
    severity: 'blocked',
    told: 'soon',
    explanation: `The label \`${STATE_LABEL}\` or the annotation \`${REQUESTOR_MODE_ANNOTATION}\` says that another operator maintains this node. Nothing on it is touched.`,
    message: () => 'An external maintenance operator is at work on this node',
    remedy: (_, { node }) => ({
      text: 'It ends when that operator gives the node back. If there is none any more, take its marks off the node.',
      look: [],
      commands: [
        kubectl('annotate', 'node', node, `${REQUESTOR_MODE_ANNOTATION}-`),
        kubectl('label', 'node', node, `${STATE_LABEL}-`),
      ],
    }),
    example: { code: 'external-maintenance' },
  },
  'orphaned-driver': {
    title: 'The driver pod belongs to no DaemonSet',
    severity: 'blocked',
    told: 'soon',
    explanation:
      'Nobody knows of what version such a pod should be, and nothing would bring it back. It is replaced only when somebody asks for it.',
    message: ({ pod }) =>
      `Driver pod ${nameOf(pod)} belongs to no DaemonSet; annotate the node with ${REQUESTED_ANNOTATION}=true to have it replaced`,
    remedy: ({ pod }, { node }) => ({
      text: 'Ask for the upgrade of this node.',
      look: [onObject('describe', 'pod', pod)],
      commands: [requestUpgrade(node)],
    }),
    example: { code: 'orphaned-driver', pod: { namespace: 'nvidia-network-operator', name: 'mofed-old' } },
  },
  'no-driver-pool': {
    title: 'No driver is made for this node',
    severity: 'blocked',
    told: 'late',
    explanation:
      'The node has an NVIDIA NIC, but no driver DaemonSet selects it. There is one for each combination of OS, OS version, kernel and architecture, which Node Feature Discovery writes on the node as labels: either some of them are missing, or the DaemonSet for this combination could not be made, of which the policy’s `status.reason` says more.',
    message: ({ kernel, missingLabels }) =>
      missingLabels.length > 0
        ? `No driver is made for this node: it has no label ${listNames(missingLabels, 4)}`
        : `No driver is made for this node: no DaemonSet selects its OS, architecture and kernel ${kernel ?? ''}`.trimEnd(),
    remedy: noPool,
    example: {
      code: 'no-driver-pool',
      kernel: undefined,
      missingLabels: ['feature.node.kubernetes.io/kernel-version.full'],
    },
  },
};

function moreSlots(limit: number): Remedy {
  return {
    text: 'Its turn comes by itself. If it does not, see what holds up the nodes that are in progress, or allow more of them at once.',
    look: [kubectl('describe', 'nicclusterpolicy', POLICY_NAME)],
    commands: [patchPolicy({ upgradePolicy: { maxParallelUpgrades: limit + 1 } })],
  };
}

function notReady(reason: ReasonOf<'node-not-ready'>): string {
  // A node may not say since when.
  const since = reason.since > 0 ? ` since ${timestamp(reason.since)}` : '';
  switch (reason.holds) {
    case 'start':
      return `The node is not Ready${since}; its upgrade starts when it is`;
    case 'restart':
      return `The node is not Ready${since}; waiting for it to come back until ${timestamp(reason.failsAt)}`;
    case 'given-up':
      return `The node has not been Ready for ${reason.afterSeconds} s, so its driver cannot be restarted`;
  }
}

function noPool({ missingLabels }: ReasonOf<'no-driver-pool'>, { node }: { readonly node: string }): Remedy {
  return missingLabels.length > 0
    ? {
        text: 'See that Node Feature Discovery runs on the node, and reports these labels. Until then they can be set by hand.',
        look: [kubectl('get', 'node', node, '--show-labels')],
        commands: missingLabels.map((label) => kubectl('label', 'node', node, `${label}=VALUE`)),
      }
    : {
        text: 'The policy’s status says why a DaemonSet could not be made.',
        look: [
          kubectl('get', 'nicclusterpolicy', POLICY_NAME, '-o=jsonpath={.status.reason}'),
          kubectl('get', 'node', node, '--show-labels'),
        ],
        commands: [],
      };
}
