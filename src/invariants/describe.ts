import type { Change, Seen, SeenNode, SeenPod } from './seen.ts';

/** The node that an event belongs to, and what happened, for people; undefined if it tells nothing of a node. */
export function describe(change: Change<Seen>): { node: string; what: string } | undefined {
  const object = change.after ?? change.before;
  if (object?.kind === 'Node') {
    const what = describeNode(change as Change<SeenNode>);
    return what === undefined ? undefined : { node: object.name, what };
  }
  if (object?.kind !== 'Pod' || object.nodeName === undefined) return undefined;
  const what = describePod(change as Change<SeenPod>);
  const name = object.driver ? `driver pod ${object.name}` : `pod ${object.namespace}/${object.name}`;
  return what === undefined ? undefined : { node: object.nodeName, what: `${name} ${what}` };
}

function describeNode({ before, after }: Change<SeenNode>): string | undefined {
  if (after === undefined) return 'gone';
  if (before === undefined) return `first seen: ${after.state}, ${cordonOf(after)}`;
  return joined([
    before.state === after.state ? undefined : `${before.state} -> ${after.state}`,
    before.unschedulable === after.unschedulable
      ? undefined
      : after.unschedulable
        ? 'cordoned'
        : 'uncordoned',
    before.safeLoad === after.safeLoad ? undefined : `safe load ${after.safeLoad ?? 'unblocked'}`,
    before.reason === after.reason ? undefined : `reason: ${after.reason ?? 'none'}`,
  ]);
}

function cordonOf({ unschedulable }: SeenNode): string {
  return unschedulable ? 'cordoned' : 'schedulable';
}

function describePod({ before, after }: Change<SeenPod>): string | undefined {
  if (after === undefined) return 'gone';
  if (before === undefined) return `first seen, ${after.phase}`;
  return joined([
    before.nodeName === after.nodeName ? undefined : 'bound',
    before.phase === after.phase ? undefined : after.phase,
    before.ready === after.ready ? undefined : after.ready ? 'Ready' : 'not Ready',
    before.deleting === after.deleting ? undefined : after.evicted ? 'evicted' : 'deleted',
  ]);
}

function joined(differences: readonly (string | undefined)[]): string | undefined {
  const told = differences.filter((difference) => difference !== undefined);
  return told.length === 0 ? undefined : told.join(', ');
}
