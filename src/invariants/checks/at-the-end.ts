import { labelsSelector } from '../selector.ts';
import { accuse, type Check, type Context } from '../check.ts';
import type { SeenNode } from '../seen.ts';

/** When all is over, no node is cordoned by the upgrade without saying why. */
export const noNodeLeftBehind: Check = {
  end: ({ end }, { scene }) =>
    end === 'any'
      ? []
      : [...scene.nodes.values()]
          .filter((node) => node.unschedulable && scene.cordonHolder(node.name) === 'upgrade')
          .filter((node) => node.state !== 'upgrade-failed' && (node.reason ?? '') === '')
          .flatMap((node) =>
            accuse(
              'no-node-left-behind',
              node.name,
              `is left cordoned in ${node.state} and does not say why`,
            ),
          ),
};

/** Whatever happens to one node, every other node's upgrade is finished. */
export const oneBadNode: Check = {
  end: ({ end = 'finished', badNodes = [] }, context) => {
    if (end === 'any') return [];
    const wanted = end === 'off' ? 'none' : 'upgrade-done';
    return [...context.scene.nodes.values()]
      .filter((node) => !badNodes.includes(node.name) && node.state !== wanted)
      .filter((node) => end === 'off' || (concerned(node, context) && !node.skip))
      .flatMap((node) =>
        accuse(
          'one-bad-node',
          node.name,
          `ends as ${node.state}, not ${wanted}: ${node.reason ?? 'it does not say why'}`,
        ),
      );
  },
};

/** Whether the driver is meant to run on a node. */
function concerned(node: SeenNode, { scene }: Context): boolean {
  if (node.state !== 'none' || scene.podsOn(node.name).some((pod) => pod.driver)) return true;
  return [...scene.daemonSets.values()].some(({ nodeSelector }) => labelsSelector(nodeSelector)(node.labels));
}
