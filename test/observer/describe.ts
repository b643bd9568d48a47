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
  const now = `${after.state}, ${after.unschedulable ? 'cordoned' : 'schedulable'}`;
  if (before === undefined) return `first seen: ${now}`;
  const differences = [
    ...(before.state === after.state ? [] : [`${before.state} -> ${after.state}`]),
    ...(before.unschedulable === after.unschedulable
      ? []
      : [after.unschedulable ? 'cordoned' : 'uncordoned']),
    ...(before.safeLoad === after.safeLoad ? [] : [`safe load ${after.safeLoad ?? 'unblocked'}`]),
    ...(before.reason === after.reason ? [] : [`reason: ${after.reason ?? 'none'}`]),
  ];
  return differences.length === 0 ? undefined : differences.join(', ');
}

function describePod({ before, after }: Change<SeenPod>): string | undefined {
  if (after === undefined) return 'gone';
  if (before === undefined) return `first seen, ${after.phase}`;
  const differences = [
    ...(before.nodeName === undefined && after.nodeName !== undefined ? ['bound'] : []),
    ...(before.phase === after.phase ? [] : [after.phase]),
    ...(before.ready === after.ready ? [] : [after.ready ? 'Ready' : 'not Ready']),
    ...(before.deleting === after.deleting ? [] : [after.evicted ? 'evicted' : 'deleted']),
  ];
  return differences.length === 0 ? undefined : differences.join(', ');
}
