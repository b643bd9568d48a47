import { isUpgraded, type FleetSnapshot } from './fleet.ts';

/** Where a rollout has brought the fleet, in a few words. */
export function standing({ nodes }: FleetSnapshot): string {
  const upgraded = nodes.filter(isUpgraded).length;
  if (upgraded === nodes.length) return `all ${upgraded} nodes are upgraded`;
  const failed = nodes.filter(({ state }) => state === 'upgrade-failed');
  const cordoned = failed.filter((node) => node.cordoned).length;
  const explained = failed.filter(({ reason }) => reason !== undefined).length;
  const skipped = nodes.filter((node) => !isUpgraded(node) && node.skipped).length;
  return [
    `${upgraded} of ${nodes.length} nodes upgraded`,
    ...(failed.length === 0
      ? []
      : [`${failed.length} failed: ${cordoned} cordoned, ${explained} saying why`]),
    ...(skipped === 0 ? [] : [`${skipped} labelled to be skipped`]),
  ].join('; ');
}
