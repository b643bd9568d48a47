import { Informer } from '../../cluster/informer.ts';
import type { ApiError } from '../../cluster/errors.ts';
import type { Query, ResourceType, Stored } from '../../cluster/port.ts';
import { daemonSets } from '../../operator/resources/daemonsets.ts';
import { policies } from '../../operator/resources/objects.ts';
import { seenDriverPods, seenLeases, seenNodes, seenRevisions } from './resources.ts';
import { queries, type Access, type Scene } from './scene.ts';

/** A scene that is kept up to date by watches for as long as it runs. */
export interface LiveScene {
  readonly scene: () => Scene;
  /** Calls back on every change; replaces whoever was called before. */
  onChange: () => void;
}

/**
 * Begins to watch, until the signal of `access` aborts. Resolves when everything has been read.
 *
 * @param onTrouble told of what goes wrong and is tried again
 */
export async function watchScene(
  access: Access,
  random: () => number,
  onTrouble: (error: ApiError) => void,
): Promise<LiveScene> {
  const { cluster, clock, namespace, signal } = access;
  const live = { scene: (): Scene => scene(), onChange: (): void => undefined };
  const informers: Pick<Informer<Stored>, 'run' | 'synced'>[] = [];
  const follow = <T extends Stored>(type: ResourceType<T>, query: Query): Informer<T> => {
    const informer = new Informer<T>({
      cluster,
      type,
      query,
      clock,
      random,
      onChange: () => {
        live.onChange();
      },
      onTrouble,
    });
    informers.push(informer);
    return informer;
  };
  const nodes = follow(seenNodes, {});
  const pods = follow(seenDriverPods, queries(namespace).driver);
  const sets = follow(daemonSets, queries(namespace).driver);
  const revisions = follow(seenRevisions, { namespace });
  const all = follow(policies, {});
  const leases = follow(seenLeases, queries(namespace).lease);
  const scene = (): Scene => ({
    now: clock.now(),
    nodes: [...nodes.values()],
    driverPods: [...pods.values()],
    daemonSets: [...sets.values()],
    revisions: [...revisions.values()],
    policies: [...all.values()],
    lease: [...leases.values()][0],
    workloads: new Map(),
    unread: [],
  });
  for (const informer of informers) void informer.run(signal);
  await Promise.all(informers.map((informer) => informer.synced));
  return live;
}
