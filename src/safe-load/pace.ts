const SHARE_OF_WAIT = 0.1;
const JITTER = 0.2;

// A node whose upgrade is under way stands idle: every second counts. One that waits for its turn may wait for hours, and with it
// thousands of others, each of which asks the API server.
const NODE_SOONEST = 2_000;
const NODE_LATEST = 10_000;
const CONFIG_SOONEST = 15_000;
const CONFIG_LATEST = 60_000;

/**
 * Milliseconds until the node is looked at again: 2 s while its upgrade is under way, else a tenth of the time waited, up to 10 s.
 *
 * @param random from 0 to 1
 */
export function nodePause(waited: number, attended: boolean, random: number): number {
  const pause = attended ? NODE_SOONEST : tenthOf(waited, NODE_SOONEST, NODE_LATEST);
  return pause * (1 + JITTER * (2 * random - 1));
}

/** Milliseconds between two looks at the configuration: a tenth of the time waited, from 15 s to a minute. */
export function configPause(waited: number): number {
  return tenthOf(waited, CONFIG_SOONEST, CONFIG_LATEST);
}

function tenthOf(waited: number, soonest: number, latest: number): number {
  return Math.min(latest, Math.max(soonest, waited * SHARE_OF_WAIT));
}
