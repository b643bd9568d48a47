import { onAbort } from '../cluster/abort.ts';
import type { Clock } from '../cluster/clock.ts';
import type { ApiServer, RawObject } from '../cluster/memory/api/types.ts';
import type { PodBehaviour } from '../cluster/memory/machines/index.ts';
import { createMemoryCluster } from '../cluster/memory/memory-cluster.ts';
import { DRIVER_LABEL, INIT_CONFIG_KEY, INIT_CONFIG_MAP } from '../contract/keys.ts';
import { controllerOf, lookUp } from '../kubernetes/objects.ts';
import { workloadPods } from '../operator/resources/workload-pods.ts';
import { safeLoad } from '../safe-load/safe-load.ts';
import { isStuck } from '../upgrade/pods.ts';
import { medianOf, stopTimeOf, type Estimates } from './estimates.ts';
import type { KnownTroubles } from './known-troubles.ts';
import { driverImageOf, heldBy, startupTime, type RawPodObject } from './snapshot.ts';

/** What decides how pods behave. */
export interface Circumstances {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly namespace: string;
  readonly random: () => number;
  readonly estimates: Estimates;
  readonly troubles: KnownTroubles;
}

/** How pods go on: a driver as its image and its node let expect, any other pod as it did so far. */
export class Behaviours {
  readonly #circumstances: Circumstances;
  /** By UID: pods that were not Ready when they were seen, or that should have been gone. */
  readonly #stuck = new Set<string>();
  readonly #unready = new Set<string>();
  /** By the UID of their controller. */
  readonly #startTimes: ReadonlyMap<string, number>;

  constructor(circumstances: Circumstances, pods: Iterable<RawPodObject>) {
    this.#circumstances = circumstances;
    const times = new Map<string, number[]>();
    const now = circumstances.clock.now();
    for (const pod of pods) {
      const { uid = '' } = pod.metadata;
      const trimmed = workloadPods.trim(pod);
      if (isStuck(trimmed, now) && heldBy(pod).length === 0) this.#stuck.add(uid);
      if (!trimmed.ready) this.#unready.add(uid);
      const time = startupTime(pod);
      const owner = controllerOf(pod.metadata)?.uid;
      if (time !== undefined && owner !== undefined) times.set(owner, [...(times.get(owner) ?? []), time]);
    }
    this.#startTimes = new Map([...times].map(([owner, all]) => [owner, medianOf(all) ?? 0]));
  }

  /** @see PodBehaviour */
  of(pod: RawObject): PodBehaviour {
    return lookUp(pod.metadata.labels, DRIVER_LABEL) === undefined ? this.#workload(pod) : this.#driver(pod);
  }

  #workload(pod: RawObject): PodBehaviour {
    const { uid = '' } = pod.metadata;
    const owner = controllerOf(pod.metadata)?.uid ?? '';
    return {
      startTime: this.#startTimes.get(owner) ?? 0,
      stopTime: this.#stuck.has(uid) ? 'never' : stopTimeOf(pod, this.#circumstances.estimates),
      ...(this.#unready.has(uid) ? { failure: 'never-ready' as const } : {}),
    };
  }

  #driver(pod: RawPodObject): PodBehaviour {
    const { estimates, troubles } = this.#circumstances;
    const { nodeName: node = '' } = pod.spec ?? {};
    const failure = troubles.failure(driverImageOf(pod), node);
    return {
      startTime: estimates.driverLoadOn.get(node) ?? estimates.driverLoad,
      stopTime: this.#stuck.has(pod.metadata.uid ?? '') ? 'never' : estimates.driverStop,
      initGate: (signal) => (troubles.hangs(node) ? aborted(signal) : this.#holdDriver(pod, node, signal)),
      ...(failure === undefined ? {} : { failure }),
    };
  }

  /** The init container: the very program that runs in a driver pod. */
  async #holdDriver({ metadata }: RawPodObject, node: string, signal: AbortSignal): Promise<void> {
    const { api, clock, namespace, random } = this.#circumstances;
    const outcome = await safeLoad(
      {
        cluster: createMemoryCluster({ api, fieldManager: 'ofed-operator-safe-load' }),
        clock,
        log: { info: ignore, warn: ignore, error: ignore },
        random,
        nodeName: node,
        configMap: {
          name: INIT_CONFIG_MAP,
          namespace: metadata.namespace ?? namespace,
          key: INIT_CONFIG_KEY,
        },
      },
      signal,
    );
    if (outcome === 'stopped') throw new Error('told to end');
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    onAbort(signal, () => {
      reject(new Error('told to end'));
    });
  });
}

function ignore(): void {
  // Nobody listens.
}
