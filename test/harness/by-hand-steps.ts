import { setTimeout as sleep } from 'node:timers/promises';
import { Reader, type Access } from '../observer/api.ts';
import { Feed } from '../observer/feed.ts';
import { currentVersion } from '../observer/lists.ts';
import { RESOURCES } from '../observer/resources.ts';
import { Scene } from '../../src/invariants/scene.ts';
import type { SeenNode, SeenPod } from '../../src/invariants/seen.ts';
import type { ApiClient } from '../control-plane/index.ts';
import { RequestError } from '../control-plane/index.ts';
import { listPods, type PodObject } from '../control-plane/fixtures.ts';

/** What whoever upgrades by hand sees: each kind in its own order, none ahead of the watch. */
export interface HandView {
  node(name: string): SeenNode | undefined;
  driverOn(node: string): SeenPod | undefined;
  newestHash(daemonSetUid: string): string | undefined;
  close(): Promise<void>;
}

/** Watches a cluster for somebody who upgrades by hand. */
export async function openView(access: Access): Promise<HandView> {
  const reader = new Reader(access);
  const rv = await currentVersion(reader);
  const feeds = RESOURCES.map((resource) => new Feed(reader, resource));
  await Promise.all(feeds.map((feed) => feed.start(rv)));
  const read = feeds.map(() => 0);
  const scene = new Scene();
  const latest = (): Scene => {
    feeds.forEach((feed, index) => {
      for (const event of feed.events.slice(read[index])) scene.apply(event);
      read[index] = feed.events.length;
    });
    return scene;
  };
  return {
    node: (name) => latest().nodes.get(name),
    driverOn: (node) =>
      latest()
        .podsOn(node)
        .find(({ driver, deleting }) => driver && !deleting),
    newestHash: (daemonSetUid) => latest().newestHash(daemonSetUid),
    close: async () => {
      await Promise.all(feeds.map((feed) => feed.stop()));
      await reader.close();
    },
  };
}

/** Takes every workload off a node and waits until it is gone. */
export async function emptyNode(api: ApiClient, node: string, by: 'evict' | 'delete'): Promise<void> {
  for (;;) {
    const load = (await listPods(api, { node })).filter(isWorkload);
    if (load.length === 0) return;
    const there = load.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    await Promise.all(there.map((pod) => remove(api, pod, by)));
    await sleep(50);
  }
}

/** Deletes a node's driver pod. */
export async function deleteDriver(api: ApiClient, view: HandView, node: string): Promise<void> {
  const pod = view.driverOn(node);
  if (pod === undefined) return;
  await api.delete(`/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`, {
    preconditions: { uid: pod.uid },
  });
}

/** Whether a node's driver pod is of the newest revision and Ready. */
export function driverIsUpdated(view: HandView, node: string): boolean {
  const pod = view.driverOn(node);
  return pod?.ready === true && pod.revision === view.newestHash(pod.controller?.uid ?? '');
}

function isWorkload({ metadata }: PodObject): boolean {
  return metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') !== true;
}

async function remove(api: ApiClient, { metadata }: PodObject, by: 'evict' | 'delete'): Promise<void> {
  const { namespace = '', name, uid } = metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const deleteOptions = { preconditions: { uid } };
  const request =
    by === 'delete'
      ? api.delete(path, deleteOptions)
      : api.create(`${path}/eviction`, {
          ...{ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
          deleteOptions,
        });
  // 404: gone already; 409: another pod of that name; 429: a budget forbids it for now.
  await request.catch((error: unknown) => {
    if (!(error instanceof RequestError) || ![404, 409, 429].includes(error.status)) throw error;
  });
}
