import { labelsSelector } from '../selector.ts';
import { isInProgress } from '../../contract/states.ts';
import { accuse, type Check, type Context } from '../check.ts';
import type { Accusation } from '../findings.ts';
import type { SeenNode } from '../seen.ts';
import { mayFollow } from '../transitions.ts';

/** A node's state before and after one write. */
interface Step {
  readonly before: SeenNode;
  readonly after: SeenNode;
}

type Rule = (step: Step, context: Context) => string | undefined;

/**
 * Every state that a node passes is written to its label, in order; a cordon or uncordon travels in the same write as the state
 * that follows it.
 */
export const legalTransitions: Check = {
  node: ({ before, after }, context) => {
    if (before === undefined || after === undefined) return [];
    const step = { before, after };
    return before.state === after.state ? uncordonedApart(step, context) : stateChange(step, context);
  },
};

function stateChange(step: Step, context: Context): readonly Accusation[] {
  const { before, after } = step;
  const rules: readonly Rule[] = [known, order, started, cordoned, uncordoned, untouched];
  const found = rules.map((rule) => rule(step, context)).find((what) => what !== undefined);
  if (found === undefined || context.excused(after.name, 'state-change')) return [];
  return accuse('legal-transitions', after.name, `${before.state} to ${after.state}: ${found}`);
}

/** The label's removal is right when the flow is off, or when the node is not, or was not until a moment ago, the driver's. */
const known: Rule = ({ after }, { scene, now, tolerance }) => {
  if (after.state !== 'none') return undefined;
  const off = scene.policiesLately(now, tolerance.watchMs).some((policy) => policy?.autoUpgrade !== true);
  const wanted = [...scene.daemonSets.values()].some(
    ({ uid, nodeSelector }) =>
      labelsSelector(nodeSelector)(after.labels) &&
      now - (scene.daemonSetSince.get(uid) ?? -Infinity) > tolerance.watchMs,
  );
  return off || !wanted ? undefined : 'the state was taken away while the flow was on';
};

const order: Rule = ({ before, after }) =>
  after.state === 'none' || mayFollow(before.state, after.state) ? undefined : 'a state was skipped';

const started: Rule = ({ before, after }, { scene, now, tolerance }) => {
  if (isInProgress(before.state) || !isInProgress(after.state) || before.state === 'upgrade-failed')
    return undefined;
  if (before.skip) return 'an upgrade was started on a node that is never to be upgraded';
  const on = scene.policiesLately(now, tolerance.watchMs).some((policy) => policy?.autoUpgrade === true);
  return on ? undefined : 'an upgrade was started while the flow was off';
};

const cordoned: Rule = ({ before, after }) =>
  before.state === 'cordon-required' && after.state !== 'none' && !after.unschedulable
    ? 'left cordon-required without being cordoned'
    : undefined;

/** The upgrade turns out not to be needed: a cordon that an earlier try left behind goes in the same write. */
function comesToNothing({ before, after }: Step, { heldBefore }: Context): boolean {
  const hasNotBegun = before.state === 'none' || before.state === 'upgrade-required';
  const mayBeOurs = heldBefore === 'upgrade' || heldBefore === 'unclear';
  return hasNotBegun && after.state === 'upgrade-done' && mayBeOurs;
}

/** A node that the upgrade cordoned passes uncordon-required, and is uncordoned in the write that ends it. */
const uncordoned: Rule = (step, context) => {
  const { before, after } = step;
  const uncordons = before.unschedulable && !after.unschedulable;
  const mayUncordon =
    before.state === 'uncordon-required' || after.state === 'none' || comesToNothing(step, context);
  if (uncordons && !mayUncordon) return 'uncordoned in a write that is not the end of uncordon-required';
  const skips =
    after.state === 'upgrade-done' && before.state !== 'uncordon-required' && isInProgress(before.state);
  return skips && context.heldBefore === 'upgrade'
    ? 'passed over uncordon-required though the upgrade had cordoned it'
    : undefined;
};

const untouched: Rule = (step, context) =>
  step.before.unschedulable !== step.after.unschedulable &&
  step.before.state === 'upgrade-required' &&
  // Handed back, or not needed after all: what an earlier try left goes in the same write.
  step.after.state !== 'none' &&
  !comesToNothing(step, context)
    ? 'cordoned or uncordoned by a write that should have changed the state only'
    : undefined;

/** An uncordon by itself, in the middle of the flow, is a person's, or against the rule. */
function uncordonedApart({ before, after }: Step, { heldBefore, excused }: Context): readonly Accusation[] {
  if (!before.unschedulable || after.unschedulable || heldBefore !== 'upgrade' || !isInProgress(after.state))
    return [];
  if (excused(after.name, 'uncordon')) return [];
  return accuse(
    'legal-transitions',
    after.name,
    `uncordoned in ${after.state}, in a write that leaves the state as it is`,
  );
}
