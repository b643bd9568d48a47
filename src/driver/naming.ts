import { kernelHash } from './kernel-hash.ts';
import { serves } from './live.ts';
import type { LiveDaemonSet } from './live.ts';
import { poolKey } from './pool.ts';
import type { Pool } from './pool.ts';

/**
 * The app label of each pool's pods, by {@link poolKey}; the pool's DaemonSet has it for a name, with `-ds` at the end. A pool
 * for which every name is taken has none.
 *
 * Names are those of NVIDIA's operator, which does not tell architectures apart. So of pools that differ in nothing else one
 * gets that name and the others get theirs with the architecture at the end. A DaemonSet that is live keeps its name, for
 * renaming one means to delete it, and every driver with it.
 */
export function nameApps(
  pools: readonly Pool[],
  live: readonly LiveDaemonSet[],
): ReadonlyMap<string, string> {
  const apps = new Map<string, string>();
  const taken = new Set(live.map(({ metadata }) => metadata.name));
  for (const pool of [...pools].sort(byArch)) {
    const app = liveApp(pool, live, new Set(apps.values()));
    if (app !== undefined) apps.set(poolKey(pool), app);
  }
  for (const pool of [...pools].sort(byArch)) {
    const app = candidates(pool).find((candidate) => !taken.has(daemonSetName(candidate)));
    if (app === undefined || apps.has(poolKey(pool))) continue;
    apps.set(poolKey(pool), app);
    taken.add(daemonSetName(app));
  }
  return apps;
}

export function daemonSetName(app: string): string {
  return `${app}-ds`;
}

function candidates(pool: Pool): readonly [string, string] {
  const app = `mofed-${pool.osId}${pool.osVersion}-${kernelHash(pool.kernel)}`;
  return [app, `${app}-${pool.arch}`];
}

/** The name with the architecture comes first: a DaemonSet that has it can be nobody else's. */
function liveApp(
  pool: Pool,
  live: readonly LiveDaemonSet[],
  assigned: ReadonlySet<string>,
): string | undefined {
  return [...candidates(pool)]
    .reverse()
    .find(
      (app) =>
        !assigned.has(app) &&
        live.some((daemonSet) => daemonSet.metadata.name === daemonSetName(app) && serves(daemonSet, pool)),
    );
}

/** amd64 first, for it is what a DaemonSet without any hint is most likely for. */
function byArch(a: Pool, b: Pool): number {
  const rank = ({ arch }: Pool) => (arch === 'amd64' ? '' : arch);
  return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0;
}
