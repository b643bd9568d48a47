import type { ApiObject, ObjectRef, StringMap } from '../../../../kubernetes/objects.ts';
import { createApiServer } from '../../api/api-server.ts';
import { StatusError } from '../../api/status-error.ts';
import type { ApiServer, RawObject, ResourceName, WriteOptions } from '../../api/types.ts';
import { VirtualClock } from '../../virtual-clock.ts';
import { conditionOf } from '../conditions.ts';
import { timestamp } from '../context.ts';
import { nodeObject, startMachines } from '../index.ts';
import type { Machines, MachinesOptions } from '../index.ts';
import type { Condition, NodeObject, Pod } from '../objects.ts';
import { NAMESPACES, NODES, PODS } from '../resources.ts';

const AS_PERSON: WriteOptions = { fieldManager: 'kubectl' };

export interface SmallClusterOptions extends Pick<MachinesOptions, 'behaviourOf' | 'delays'> {
  /** Default: three, called node-0 and so on. */
  readonly nodes?: number;
  readonly seed?: number;
  /** Whether a write of the machines is refused, as if somebody else had been faster. Default: none is. */
  readonly refuses?: () => boolean;
}

/** A cluster with a few nodes and the namespace `work`, in which a person does things and time passes. */
export class SmallCluster {
  readonly clock = new VirtualClock();
  readonly api: ApiServer;
  readonly machines: Machines;

  constructor({ nodes = 3, seed = 1, refuses, ...options }: SmallClusterOptions = {}) {
    const random = randomFrom(seed);
    this.api = createApiServer({ clock: this.clock, random });
    this.machines = startMachines({
      api: refuses === undefined ? this.api : refusing(this.api, refuses),
      random,
      ...options,
    });
    this.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'work' } });
    for (let number = 0; number < nodes; number += 1) {
      const node = nodeObject({ name: `node-${number}` }, timestamp(this.clock));
      this.create(NODES, node);
    }
  }

  /** @param time milliseconds */
  async pass(time: number): Promise<void> {
    await this.clock.advance(time);
  }

  create(resource: ResourceName, object: ApiObject): RawObject {
    return this.api.create(resource, object, AS_PERSON);
  }

  /** A merge patch. */
  change(resource: ResourceName, ref: ObjectRef, body: object): void {
    this.api.patch(resource, ref, { type: 'merge', body }, AS_PERSON);
  }

  cordon(name: string, unschedulable = true): void {
    this.change(NODES, { name }, { spec: { unschedulable } });
  }

  label(name: string, labels: Readonly<Record<string, string | null>>): void {
    this.change(NODES, { name }, { metadata: { labels } });
  }

  taint(name: string, ...taints: readonly { key: string; effect: string }[]): void {
    this.change(NODES, { name }, { spec: { taints } });
  }

  evict(name: string): void {
    this.api.evict({ namespace: 'work', name });
  }

  delete(
    resource: ResourceName,
    name: string,
    propagationPolicy?: 'Foreground' | 'Background' | 'Orphan',
  ): void {
    const policy = propagationPolicy === undefined ? {} : { propagationPolicy };
    this.api.delete(resource, { namespace: 'work', name }, policy);
  }

  /** Of a namespaced object in `work`, or one without a namespace. */
  get(resource: ResourceName, name: string): RawObject {
    const { namespaced } = this.api.resource(resource);
    return this.api.get(resource, namespaced ? { namespace: 'work', name } : { name });
  }

  exists(resource: ResourceName, name: string): boolean {
    return this.api.find(resource, { namespace: 'work', name }) !== undefined;
  }

  status(resource: ResourceName, name: string): Readonly<Record<string, unknown>> {
    return (this.get(resource, name)['status'] ?? {}) as Readonly<Record<string, unknown>>;
  }

  node(name: string): NodeObject {
    return this.get(NODES, name);
  }

  pod(name: string): Pod {
    return this.get(PODS, name);
  }

  /** The pods in `work` whose names begin so, in the order of their names. */
  pods(prefix = ''): readonly Pod[] {
    const all = this.api.list(PODS, { namespace: 'work' }) as readonly Pod[];
    return all.filter(({ metadata }) => metadata.name.startsWith(prefix));
  }

  /** The nodes that those pods are on, in order. */
  nodesOf(prefix = ''): readonly (string | undefined)[] {
    return this.pods(prefix)
      .map(({ spec }) => spec?.nodeName)
      .sort();
  }

  condition(pod: string, type: string): Condition | undefined {
    return conditionOf(this.pod(pod).status?.conditions, type);
  }
}

const WRITES: ReadonlySet<string | symbol> = new Set(['create', 'update', 'patch', 'delete']);

function refusing(api: ApiServer, refuses: () => boolean): ApiServer {
  return new Proxy(api, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]): unknown => {
        if (WRITES.has(property) && refuses()) throw new StatusError(409, 'Conflict', 'somebody was faster');
        return Reflect.apply(value, target, args);
      };
    },
  });
}

/** Always the same numbers for a seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

export interface Work {
  readonly labels?: StringMap;
  readonly image?: string;
  readonly replicas?: number;
  readonly podSpec?: object;
  /** More of the object's spec. */
  readonly spec?: object;
}

function podTemplate(name: string, { labels, image = 'example.com/work:1', podSpec = {} }: Work): object {
  return {
    metadata: { labels: { app: name, ...labels } },
    spec: { containers: [{ name: 'main', image }], ...podSpec },
  };
}

function workload(apiVersion: string, kind: string) {
  return (name: string, work: Work = {}): RawObject => {
    const { replicas, spec } = work;
    return {
      apiVersion,
      kind,
      metadata: { name, namespace: 'work' },
      spec: {
        ...(replicas === undefined ? {} : { replicas }),
        ...(kind === 'Job' ? {} : { selector: { matchLabels: { app: name } } }),
        template: podTemplate(name, work),
        ...spec,
      },
    };
  };
}

export const daemonSet = workload('apps/v1', 'DaemonSet');
export const replicaSet = workload('apps/v1', 'ReplicaSet');
export const deployment = workload('apps/v1', 'Deployment');
export const statefulSet = workload('apps/v1', 'StatefulSet');
export const job = workload('batch/v1', 'Job');

/** A pod that no controller owns. */
export function barePod(name: string, work: Work = {}): RawObject {
  const { metadata, spec } = podTemplate(name, work) as { metadata: object; spec: object };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'work', ...metadata }, spec };
}

export function budget(name: string, spec: object): RawObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'work' },
    spec: { selector: { matchLabels: { app: name } }, ...spec },
  };
}
