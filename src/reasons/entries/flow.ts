import { REQUESTED_ANNOTATION } from '../../contract/keys.ts';
import { kubectl } from '../command.ts';
import { patience, type Entries } from '../entry.ts';
import type { ReasonOf, Step } from '../reason.ts';

const STEPS: Readonly<Record<Step, string>> = {
  next: 'Going on to the next step',
  'cordon-again':
    'The node was uncordoned in the middle of its driver upgrade; it is cordoned again until the upgrade ends',
  'restart-driver': 'Restarting the driver',
  driver: 'Waiting for the driver',
};

const READING: Readonly<Record<ReasonOf<'reading-pods'>['toSee'], string>> = {
  pods: 'Reading the pods on the node',
  empty: 'Making sure that the node is empty',
  'driver-ready':
    'Making sure that the driver is Ready, though the node says that one waits to be loaded safely',
};

/** Reasons that are no obstacle. */
export const flowEntries: Entries<'in-progress' | 'reading-pods' | 'handing-back'> = {
  'in-progress': {
    title: 'The next step is under way',
    severity: 'passing',
    told: 'never',
    explanation: 'Nothing is held up: what comes next follows from what has been asked for already.',
    message: ({ step }) => STEPS[step],
    remedy: () => patience('Nothing needs to be done.'),
    example: { code: 'in-progress', step: 'next' },
  },
  'reading-pods': {
    title: 'The pods on the node are being read',
    severity: 'passing',
    told: 'never',
    explanation:
      'Before a node is emptied its pods are read, and read once more before its driver is reloaded, to be sure that it is empty.',
    message: ({ toSee }) => READING[toSee],
    remedy: () => patience('Nothing needs to be done.'),
    example: { code: 'reading-pods', toSee: 'empty' },
  },
  'handing-back': {
    title: 'The node is handed back',
    severity: 'blocked',
    told: 'soon',
    explanation:
      'Automatic upgrades were switched off while the driver of this node was being restarted. Workloads would come back to a node without a network, so it is uncordoned only when its driver is up.',
    message: () =>
      'Automatic upgrades are switched off; the node is uncordoned as soon as its driver is Ready',
    remedy: (_, { node }) => ({
      text: 'If its driver does not come up, see why; or uncordon the node as it is.',
      look: [driverPodsOn(node)],
      commands: [kubectl('uncordon', node)],
    }),
    next: () => [{ what: 'the node is uncordoned when its driver is Ready', at: undefined }],
    example: { code: 'handing-back' },
  },
};

/** Shows the driver pods on a node. */
export function driverPodsOn(node: string): string {
  return kubectl(
    ...['get', 'pods', '-A', '-l', 'nvidia.com/ofed-driver', '-o', 'wide'],
    `--field-selector=spec.nodeName=${node}`,
  );
}

/** Asks for the upgrade of a node, and so for another try if it has failed. */
export function requestUpgrade(node: string): string {
  return kubectl('annotate', '--overwrite', 'node', node, `${REQUESTED_ANNOTATION}=true`);
}
