import { pass, type Phase } from './phase.ts';

/**
 * `pod-deletion-required`: a phase of the library that other operators are built on. This one never enters it, and leads a node
 * that is found in it straight on.
 */
export const podDeletion: Phase = {
  state: 'pod-deletion-required',
  event: () => ({ type: 'Normal', reason: 'PodDeletion', message: 'Going on to drain the node' }),
  applies: () => false,
  run: () => pass,
};
