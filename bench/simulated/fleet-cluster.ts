import type { VirtualClock } from '../../src/cluster/memory/virtual-clock.ts';
import type {
  CallOptions,
  Cluster,
  JsonPatchOperation,
  List,
  Query,
  ResourceType,
  Stored,
  WatchEvent,
  WatchQuery,
} from '../../src/cluster/port.ts';
import type { ApiObject, ObjectRef } from '../../src/kubernetes/objects.ts';
import { controllerRevisions, daemonSets } from '../../src/operator/resources/daemonsets.ts';
import type { StoredDriverPod } from '../../src/operator/resources/driver-pods.ts';
import type { StoredNode } from '../../src/operator/resources/nodes.ts';
import { workloadPods, type StoredWorkloadPod } from '../../src/operator/resources/workload-pods.ts';
import { aRawPod, aRawRevision, aStoredDriverPod, aStoredNode } from '../../src/operator/testing/builders.ts';
import { TestCluster } from '../../src/operator/testing/test-cluster.ts';
import { patchedNode } from './patched-node.ts';
import { Stream } from './stream.ts';

/** How long a pod takes to leave, and the DaemonSet controller to notice, in milliseconds. */
const POD_STOPS = 150;
const CONTROLLER_NOTICES = 10;

/**
 * A cluster that costs next to nothing, so that what is left is the operator's own cost: nodes and pods are kept as the operator keeps
 * them, nothing is copied, parsed or checked, and every call succeeds. Everything else, of which there is little, is in a small
 * embedded cluster.
 */
export class FleetCluster implements Cluster {
  readonly rest = new TestCluster();
  /** How many calls there have been of each kind: `patch nodes`. */
  readonly calls = new Map<string, number>();
  /** How many objects have been handed over, in answers and in watches: over a network, each of them would have to be parsed. */
  objects = 0;
  /** Watches of nodes and pods that are going on. */
  openWatches = 0;
  readonly #clock: VirtualClock = this.rest.clock;
  readonly #loadMs: number;
  readonly #nodes = new Map<string, StoredNode>();
  readonly #drivers = new Map<string, StoredDriverPod>();
  readonly #nodeNews = new Stream<WatchEvent<StoredNode>>();
  readonly #driverNews = new Stream<WatchEvent<StoredDriverPod>>();
  readonly #workloads = new Map<string, StoredWorkloadPod>();
  readonly #workloadNews = new Map<string, Stream<WatchEvent<StoredWorkloadPod>>>();
  #revision = 1_000_000;
  #pods = 0;
  #hash = '';
  #daemonSet = '';

  constructor(names: readonly string[], loadMs: number) {
    this.#loadMs = loadMs;
    for (const name of names) {
      this.#nodes.set(name, aStoredNode({ name, resourceVersion: this.#next() }));
      this.#workloads.set(name, workloadPods.trim(aRawPod({ name: `work-${name}`, node: name })));
    }
    this.rest.api.onChange(({ resource: { plural }, before, after }) => {
      const isEdited = before?.metadata.generation !== after?.metadata.generation;
      if (plural === daemonSets.plural && after !== undefined && isEdited) this.#takeIn(after);
    });
  }

  get nodes(): Iterable<StoredNode> {
    return this.#nodes.values();
  }

  get<T extends Stored>(type: ResourceType<T>, ref: ObjectRef, options?: CallOptions): Promise<T> {
    this.#count('get', type.plural);
    this.objects += 1;
    if (type.plural !== 'nodes') return this.rest.wire.get(type, ref, options);
    return Promise.resolve(this.#nodes.get(ref.name) as Stored as T);
  }

  list<T extends Stored>(type: ResourceType<T>, query: Query, options?: CallOptions): Promise<List<T>> {
    this.#count('list', type.plural);
    if (type.plural !== 'nodes' && type.plural !== 'pods') return this.rest.wire.list(type, query, options);
    const { labelSelector, fieldSelector = '' } = query;
    const workload = this.#workloads.get(nodeOf(fieldSelector));
    const ofNode = workload === undefined ? [] : [workload];
    const pods = labelSelector === undefined ? ofNode : [...this.#drivers.values()];
    const items: readonly Stored[] = type.plural === 'nodes' ? [...this.#nodes.values()] : pods;
    this.objects += items.length;
    return Promise.resolve({ items: items as readonly T[], resourceVersion: String(this.#revision) });
  }

  watch<T extends Stored>(
    type: ResourceType<T>,
    query: WatchQuery,
    options?: CallOptions,
  ): AsyncIterable<WatchEvent<T>> {
    this.#count('watch', type.plural);
    if (type.plural !== 'nodes' && type.plural !== 'pods') return this.rest.wire.watch(type, query, options);
    return this.#counted(this.#watch(type, query, options?.signal)) as AsyncIterable<WatchEvent<T>>;
  }

  create<T extends Stored>(type: ResourceType<T>, object: ApiObject, options?: CallOptions): Promise<T> {
    this.#count('create', type.plural);
    if (type.plural !== 'events') return this.rest.wire.create(type, object, options);
    const { name } = object.metadata;
    return Promise.resolve({ name, uid: name, resourceVersion: '1' } as Stored as T);
  }

  patch<T extends Stored>(
    type: ResourceType<T>,
    ref: ObjectRef & { readonly subresource?: 'status' },
    operations: readonly JsonPatchOperation[],
    options?: CallOptions,
  ): Promise<T> {
    this.#count('patch', type.plural);
    if (type.plural !== 'nodes') return this.rest.wire.patch(type, ref, operations, options);
    this.objects += 1;
    const node = patchedNode(this.#nodes.get(ref.name)!, operations, this.#next());
    this.#nodes.set(ref.name, node);
    this.#nodeNews.push({ type: 'modified', object: node });
    return Promise.resolve(node as Stored as T);
  }

  apply<T extends Stored>(type: ResourceType<T>, object: ApiObject, options?: CallOptions): Promise<T> {
    this.#count('apply', type.plural);
    return this.rest.wire.apply(type, object, options);
  }

  delete(type: ResourceType<Stored>, ref: ObjectRef, options?: CallOptions): Promise<void> {
    this.#count('delete', type.plural);
    if (type.plural !== 'pods') return this.rest.wire.delete(type, ref, options);
    const node = ref.name.slice(ref.name.indexOf('-on-') + 4);
    this.#clock.after(POD_STOPS, () => {
      this.#driverNews.push({ type: 'deleted', object: this.#at(this.#drivers.get(node)!) });
      this.#startDriver(node);
    });
    return Promise.resolve();
  }

  evict(pod: ObjectRef): Promise<void> {
    this.#count('create', 'pods/eviction');
    const node = pod.name.slice('work-'.length);
    this.#clock.after(POD_STOPS, () => {
      const object = this.#workloads.get(node)!;
      this.#workloads.delete(node);
      this.#workloadNews.get(node)?.push({ type: 'deleted', object: this.#at(object) });
    });
    return Promise.resolve();
  }

  #watch(
    { plural }: ResourceType<Stored>,
    { labelSelector, fieldSelector = '' }: WatchQuery,
    signal: AbortSignal | undefined,
  ): AsyncIterable<WatchEvent<Stored>> {
    if (plural === 'nodes') return this.#nodeNews.read(signal);
    if (labelSelector !== undefined) return this.#driverNews.read(signal);
    const node = nodeOf(fieldSelector);
    const news = new Stream<WatchEvent<StoredWorkloadPod>>();
    const object = this.#workloads.get(node);
    if (object !== undefined) news.push({ type: 'added', object });
    news.push({ type: 'bookmark', resourceVersion: String(this.#revision), initialEventsEnd: true });
    this.#workloadNews.set(node, news);
    return news.read(signal);
  }

  async *#counted(news: AsyncIterable<WatchEvent<Stored>>): AsyncGenerator<WatchEvent<Stored>> {
    this.openWatches += 1;
    try {
      for await (const event of news) {
        this.objects += 1;
        yield event;
      }
    } finally {
      this.openWatches -= 1;
    }
  }

  #count(verb: string, resource: string): void {
    const key = `${verb} ${resource}`;
    this.calls.set(key, (this.calls.get(key) ?? 0) + 1);
  }

  /** What the DaemonSet controller does about a DaemonSet that has been changed. */
  #takeIn({ metadata: { uid = '', generation = 0, name, namespace } }: ApiObject): void {
    this.#clock.after(CONTROLLER_NOTICES, () => {
      this.#hash = `hash-${generation}`;
      this.#daemonSet = uid;
      this.rest.create(controllerRevisions, aRawRevision(uid, generation, this.#hash));
      const ref = namespace === undefined ? { name } : { name, namespace };
      const status = { observedGeneration: generation, desiredNumberScheduled: this.#nodes.size };
      this.rest.changeStatus(daemonSets, ref, status);
      if (this.#drivers.size === 0) for (const node of this.#nodes.keys()) this.#startDriver(node);
    });
  }

  #startDriver(node: string): void {
    this.#clock.after(CONTROLLER_NOTICES, () => {
      this.#pods += 1;
      const spec = {
        name: `mofed-${this.#pods}-on-${node}`,
        node,
        owner: this.#daemonSet,
        revision: this.#hash,
      };
      const show = (type: 'added' | 'modified', ready: boolean): void => {
        const pod = aStoredDriverPod({ ...spec, ready, resourceVersion: this.#next() });
        this.#drivers.set(node, pod);
        this.#driverNews.push({ type, object: pod });
      };
      show('added', false);
      this.#clock.after(this.#loadMs, () => {
        show('modified', true);
      });
    });
  }

  #at<T extends Stored>(object: T): T {
    return { ...object, resourceVersion: this.#next() };
  }

  #next(): string {
    this.#revision += 1;
    return String(this.#revision);
  }
}

function nodeOf(fieldSelector: string): string {
  return fieldSelector.slice('spec.nodeName='.length);
}
