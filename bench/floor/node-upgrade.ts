import { systemClock } from '../../src/cluster/clock.ts';
import { hasCode } from '../../src/cluster/errors.ts';
import { READ_RETRIES, withRetries } from '../../src/cluster/http/retry.ts';
import type { Cluster, JsonPatchOperation } from '../../src/cluster/port.ts';
import { MOFED_WAIT_LABEL, STATE_LABEL } from '../../src/contract/keys.ts';
import type { UpgradeState } from '../../src/contract/states.ts';
import { driverPods } from '../../src/operator/resources/driver-pods.ts';
import { pointer } from '../../src/operator/resources/map-patch.ts';
import { nodes } from '../../src/operator/resources/nodes.ts';
import { workloadPods, type StoredWorkloadPod } from '../../src/operator/resources/workload-pods.ts';
import type { DriverPods } from './driver-pods.ts';

const CORDON: JsonPatchOperation = { op: 'add', path: '/spec/unschedulable', value: true };
const UNCORDON: JsonPatchOperation = { op: 'add', path: '/spec/unschedulable', value: false };

/**
 * The upgrade of one node, where nothing goes wrong but what a busy API server does to anybody: it breaks a connection off. All that is
 * asked for may be asked for twice.
 */
export class NodeUpgrade {
  readonly #cluster: Cluster;
  readonly #pods: DriverPods;
  readonly #node: string;

  constructor(cluster: Cluster, pods: DriverPods, node: string) {
    this.#cluster = cluster;
    this.#pods = pods;
    this.#node = node;
  }

  async run(): Promise<void> {
    await this.#write('upgrade-required');
    await this.#write('cordon-required');
    await this.#write('wait-for-jobs-required', CORDON);
    await this.#write('drain-required');
    await again(() => this.#drain());
    await this.#write('pod-restart-required');
    await this.#restartDriver();
    await this.#write('uncordon-required', label(MOFED_WAIT_LABEL, 'false'));
    await this.#write('upgrade-done', UNCORDON);
  }

  /** A watch that begins with the pods that are there: one request, in which all of them are seen to leave. */
  async #drain(): Promise<void> {
    const enough = new AbortController();
    const leaving = new Set<string>();
    const query = { fieldSelector: `spec.nodeName=${this.#node}`, initialEvents: true };
    const evictions: Promise<void>[] = [];
    let readAll = false;
    try {
      for await (const event of this.#cluster.watch(workloadPods, query, { signal: enough.signal })) {
        if (event.type === 'bookmark') readAll ||= event.initialEventsEnd;
        else if (event.type === 'deleted') leaving.delete(event.object.uid);
        else if (isDrained(event.object) && !leaving.has(event.object.uid)) {
          leaving.add(event.object.uid);
          if (!event.object.terminating) evictions.push(this.#evict(event.object));
        }
        if (readAll && leaving.size === 0) break;
      }
    } finally {
      enough.abort();
      await Promise.all(evictions);
    }
  }

  async #evict(pod: StoredWorkloadPod): Promise<void> {
    await again(() => this.#cluster.evict(pod, pod.uid).catch(unlessGone));
  }

  async #restartDriver(): Promise<void> {
    const pod = this.#pods.on(this.#node);
    const replaced = this.#pods.replaced(this.#node, pod);
    await again(() => this.#cluster.delete(driverPods, pod, { uid: pod.uid }).catch(unlessGone));
    await Promise.all([replaced, this.#patch(label(MOFED_WAIT_LABEL, 'true'))]);
  }

  async #write(state: UpgradeState, ...more: readonly JsonPatchOperation[]): Promise<void> {
    await this.#patch(label(STATE_LABEL, state), ...more);
  }

  async #patch(...operations: readonly JsonPatchOperation[]): Promise<void> {
    await again(() => this.#cluster.patch(nodes, { name: this.#node }, operations));
  }
}

function again<R>(attempt: () => Promise<R>): Promise<R> {
  return withRetries(attempt, READ_RETRIES, { clock: systemClock, random: Math.random });
}

/** By a first try, whose answer was lost. */
function unlessGone(error: unknown): void {
  if (!hasCode(error, 'not-found', 'conflict')) throw error;
}

function isDrained({ controllerKind, mirror }: StoredWorkloadPod): boolean {
  return controllerKind !== 'DaemonSet' && !mirror;
}

function label(key: string, value: string): JsonPatchOperation {
  return { op: 'add', path: pointer('/metadata/labels', key), value };
}
