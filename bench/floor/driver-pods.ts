import { systemClock } from '../../src/cluster/clock.ts';
import { Informer } from '../../src/cluster/informer.ts';
import type { Cluster } from '../../src/cluster/port.ts';
import { DRIVER_LABEL } from '../../src/contract/keys.ts';
import { driverPods, type StoredDriverPod } from '../../src/operator/resources/driver-pods.ts';

/** The driver pods by node, from one watch. */
export class DriverPods {
  readonly synced: Promise<void>;
  readonly #byNode = new Map<string, StoredDriverPod>();
  readonly #waiting = new Map<string, (pod: StoredDriverPod) => void>();

  constructor(cluster: Cluster, signal: AbortSignal) {
    const informer = new Informer<StoredDriverPod>({
      cluster,
      type: driverPods,
      query: { labelSelector: DRIVER_LABEL },
      clock: systemClock,
      random: Math.random,
      onChange: ({ after }) => {
        if (after?.nodeName === undefined) return;
        this.#byNode.set(after.nodeName, after);
        this.#waiting.get(after.nodeName)?.(after);
      },
    });
    this.synced = informer.synced;
    void informer.run(signal);
  }

  get nodes(): readonly string[] {
    return [...this.#byNode.keys()];
  }

  /** @throws Error if there is none */
  on(node: string): StoredDriverPod {
    const pod = this.#byNode.get(node);
    if (pod === undefined) throw new Error(`no driver pod on ${node}`);
    return pod;
  }

  /** Resolves when another pod than this one is Ready on its node. */
  replaced(node: string, { uid }: StoredDriverPod): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(node, (pod) => {
        if (pod.uid === uid || !pod.ready) return;
        this.#waiting.delete(node);
        resolve();
      });
    });
  }
}
