import type { ApiObject } from '../../src/kubernetes/objects.ts';
import { hasCode } from '../../src/cluster/errors.ts';
import type { Cluster, ResourceType, WatchEvent, WatchQuery } from '../../src/cluster/port.ts';
import {
  budgets,
  configMaps,
  daemonSets,
  namespaces,
  nodes,
  pods,
  serviceAccounts,
  type Seen,
} from './types.ts';

type Extra = Partial<ApiObject['metadata']>;

/** A cluster with a namespace and a node of its own, and short ways to put objects there. */
export class Workbench {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly node: string;
  #made = 0;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
    const id = Math.random().toString(36).slice(2, 8);
    this.namespace = `conformance-${id}`;
    this.node = `conformance-${id}`;
  }

  async setUp(): Promise<void> {
    await this.cluster.create(namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: this.namespace },
    });
    await this.addNode(this.node);
    // The one that every pod uses; a controller makes it too, if there is one, perhaps too late.
    await this.#createUnlessThere(serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: this.namespace },
    });
  }

  async tearDown(): Promise<void> {
    await this.cluster.delete(nodes, { name: this.node });
    await this.cluster.delete(namespaces, { name: this.namespace });
  }

  name(prefix: string): string {
    this.#made += 1;
    return `${prefix}-${this.#made}`;
  }

  async addNode(name: string): Promise<Seen> {
    return await this.cluster.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name } });
  }

  configMap(name: string, data: Record<string, string> = {}, metadata: Extra = {}): ApiObject {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata, name, namespace: this.namespace },
    };
    return { ...object, data } as ApiObject;
  }

  async addConfigMap(metadata: Extra = {}): Promise<Seen> {
    return await this.cluster.create(configMaps, this.configMap(this.name('map'), {}, metadata));
  }

  /** A pod that is Running and Ready on the node, as its kubelet would say. */
  async addRunningPod(labels: Record<string, string> = {}, node = this.node): Promise<Seen> {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: this.name('pod'), namespace: this.namespace, labels },
      spec: {
        nodeName: node,
        containers: [{ name: 'main', image: 'nothing' }],
        tolerations: [{ operator: 'Exists' }],
        terminationGracePeriodSeconds: 30,
      },
    };
    const pod = await this.cluster.create(pods, object);
    return await this.cluster.patch(pods, { ...ref(pod), subresource: 'status' }, [
      { op: 'add', path: '/status/phase', value: 'Running' },
      { op: 'add', path: '/status/conditions', value: [{ type: 'Ready', status: 'True' }] },
    ]);
  }

  /** A DaemonSet that has no node to be on. */
  async addDaemonSet(): Promise<Seen> {
    const labels = { app: this.name('daemon') };
    const object = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: labels.app, namespace: this.namespace },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            nodeSelector: { conformance: 'no-such-node' },
            containers: [{ name: 'main', image: 'nothing' }],
          },
        },
      },
    };
    return await this.cluster.create(daemonSets, object);
  }

  /** A pod that waits for a node that does not exist. */
  async addUnassignedPod(labels: Record<string, string> = {}): Promise<Seen> {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: this.name('pod'), namespace: this.namespace, labels },
      spec: {
        nodeSelector: { conformance: 'no-such-node' },
        containers: [{ name: 'main', image: 'nothing' }],
      },
    };
    return await this.cluster.create(pods, object);
  }

  /** A budget that allows no disruption of the pods with this label. */
  async forbidDisruption(labels: Record<string, string>): Promise<void> {
    await this.addBudget({ maxUnavailable: 0, selector: { matchLabels: labels } });
  }

  async addBudget(spec: Readonly<Record<string, unknown>>): Promise<Seen> {
    const object = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: this.name('budget'), namespace: this.namespace },
      spec,
    };
    return await this.cluster.create(budgets, object);
  }

  /**
   * Says in a budget's status what its controller would find out; where there is one, it may say something else in between, until it
   * has seen the same.
   */
  async allowDisruptions(
    budget: Seen,
    { allowed, healthy, desired }: { allowed: number; healthy: number; desired: number },
  ): Promise<void> {
    const patched = await this.cluster.patch(budgets, { ...ref(budget), subresource: 'status' }, [
      {
        op: 'add',
        path: '/status',
        value: {
          observedGeneration: 1,
          disruptionsAllowed: allowed,
          currentHealthy: healthy,
          desiredHealthy: desired,
          expectedPods: healthy,
        },
      },
    ]);
    const query = { namespace: this.namespace, fieldSelector: `metadata.name=${patched.name}` };
    await this.watchUntil(
      budgets,
      { ...query, initialEvents: true },
      (event) => event.type !== 'bookmark' && event.object.raw.status?.['disruptionsAllowed'] === allowed,
    );
  }

  /** The first events of a watch, up to and with the one that is looked for. */
  async watchUntil(
    type: ResourceType<Seen>,
    query: WatchQuery,
    found: (event: WatchEvent<Seen>) => boolean,
  ): Promise<WatchEvent<Seen>[]> {
    const events: WatchEvent<Seen>[] = [];
    for await (const event of this.cluster.watch(type, query)) {
      events.push(event);
      if (found(event)) break;
    }
    return events;
  }

  async #createUnlessThere(type: ResourceType<Seen>, object: ApiObject): Promise<void> {
    try {
      await this.cluster.create(type, object);
    } catch (error) {
      if (!hasCode(error, 'already-exists')) throw error;
    }
  }
}

/** Only what names an object. */
export function ref(object: Seen): { name: string; namespace?: string } {
  return object.namespace === undefined
    ? { name: object.name }
    : { name: object.name, namespace: object.namespace };
}
