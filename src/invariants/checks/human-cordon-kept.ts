import { isInProgress } from '../../contract/states.ts';
import { accuse, type Check, type Context } from '../check.ts';
import type { Accusation } from '../findings.ts';
import type { SeenNode } from '../seen.ts';

/** A node that a person cordoned is as cordoned after its upgrade; one that was not, is schedulable again. */
export const humanCordonKept: Check = {
  node: ({ before, after }, context) => {
    if (before === undefined || after === undefined) return [];
    const changed = before.state !== after.state;
    return [
      ...lostCordon(before, after, context),
      ...(changed && before.state === 'cordon-required' && after.state !== 'none'
        ? unrecorded(after, context)
        : []),
      ...(changed && after.state === 'upgrade-done' ? leftCordoned(after, context) : []),
    ];
  },
};

function lostCordon(
  before: SeenNode,
  after: SeenNode,
  { heldBefore, excused }: Context,
): readonly Accusation[] {
  if (!before.unschedulable || after.unschedulable || heldBefore !== 'person') return [];
  if (before.state === after.state && !isInProgress(before.state)) return [];
  if (excused(after.name, 'uncordon')) return [];
  return accuse(
    'human-cordon-kept',
    after.name,
    `was uncordoned in ${after.state}, though a person had cordoned it`,
  );
}

/** The annotation is what another operator, or a later process, knows it by. */
function unrecorded(node: SeenNode, { scene }: Context): readonly Accusation[] {
  if (scene.cordonHolder(node.name) !== 'person' || node.initiallyUnschedulable) return [];
  return accuse(
    'human-cordon-kept',
    node.name,
    'a person had cordoned it, and nothing on the node records that',
  );
}

function leftCordoned(node: SeenNode, { scene }: Context): readonly Accusation[] {
  if (scene.cordonHolder(node.name) !== 'upgrade') return [];
  return accuse(
    'human-cordon-kept',
    node.name,
    'is upgrade-done and still cordoned, though no person had cordoned it',
  );
}
