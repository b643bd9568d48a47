import type { NodeState } from '../../contract/states.ts';
import type { Style } from '../terminal/style.ts';

/** The states of an upgrade as people think of them. Those of other operators stand for what they are part of. */
const STEPS = [
  ['required', ['upgrade-required']],
  ['cordon', ['cordon-required']],
  ['jobs', ['wait-for-jobs-required']],
  ['drain', ['pod-deletion-required', 'drain-required', 'node-maintenance-required']],
  ['driver', ['pod-restart-required']],
  ['validation', ['validation-required']],
  ['uncordon', ['uncordon-required', 'post-maintenance-required']],
  ['done', ['upgrade-done']],
] as const satisfies readonly (readonly [string, readonly NodeState[]])[];

/** How far a node is: `x required  > drain  - driver`. Nothing for one that is not on its way. */
export function journey(state: NodeState, style: Style): string {
  const at = STEPS.findIndex(([, states]) => (states as readonly NodeState[]).includes(state));
  if (at < 0) return '';
  const { done, here, ahead } = style.symbols;
  // A validation is not a part of every upgrade: it is shown where a node is in it.
  return STEPS.filter(([name], index) => name !== 'validation' || index === at)
    .map(([name, states]) => {
      const step = STEPS.findIndex((each) => each[1] === states);
      if (step < at || state === 'upgrade-done') return style.green(`${done} ${name}`);
      return step === at ? style.bold(style.yellow(`${here} ${name}`)) : style.dim(`${ahead} ${name}`);
    })
    .join('  ');
}
