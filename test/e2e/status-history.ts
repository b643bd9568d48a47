import { POLICY_NAME } from '../../src/contract/keys.ts';
import type { PolicyState, PolicyStatus } from '../../src/contract/status.ts';
import type { ControlPlane, ObjectList } from '../control-plane/index.ts';
import { Reader } from '../observer/api.ts';
import type { PolicyObject } from './test-cluster.ts';

/** A policy as it was at some time. */
export interface PolicyMoment {
  readonly rv: number;
  readonly generation: number;
  readonly status: PolicyStatus;
}

/**
 * Every status that the policy has had from now on, also those that nobody would see who only looks now and then.
 *
 * @example
 * const history = await recordStatus(cluster.controlPlane);
 * // … a rollout …
 * const moments = await history.stop();
 */
export async function recordStatus({ server, ca, adminToken }: ControlPlane): Promise<StatusHistory> {
  const reader = new Reader({ server, ca, token: adminToken });
  const list = (await reader.get(PATH)) as ObjectList<PolicyObject>;
  return new StatusHistory(reader, list);
}

const PATH = '/apis/mellanox.com/v1alpha1/nicclusterpolicies';

export class StatusHistory {
  readonly #moments: PolicyMoment[] = [];
  readonly #reader: Reader;
  readonly #end = new AbortController();
  readonly #watching: Promise<void>;

  constructor(reader: Reader, { items, metadata }: ObjectList<PolicyObject>) {
    this.#reader = reader;
    items.forEach((item) => {
      this.#see(item);
    });
    this.#watching = this.#watch(metadata.resourceVersion);
  }

  /** What has been recorded until now. */
  get soFar(): readonly PolicyMoment[] {
    return this.#moments;
  }

  /** @throws Error if the API server ended the watch, so that something may have been missed */
  async stop(): Promise<readonly PolicyMoment[]> {
    this.#end.abort();
    await this.#watching;
    await this.#reader.close();
    return this.#moments;
  }

  async #watch(resourceVersion: string): Promise<void> {
    try {
      const path = `${PATH}?watch=true&resourceVersion=${resourceVersion}`;
      for await (const event of this.#reader.stream(path, this.#end.signal))
        this.#see((event as { object: PolicyObject }).object);
    } catch (error) {
      if (!this.#end.signal.aborted) throw error;
      return;
    }
    if (!this.#end.signal.aborted) throw new Error('the watch of policies ended');
  }

  #see({ metadata, status }: PolicyObject): void {
    if (metadata.name !== POLICY_NAME) return;
    const { resourceVersion, generation = 0 } = metadata;
    this.#moments.push({ rv: Number(resourceVersion), generation, status: status ?? {} });
  }
}

/** The state of `state-OFED` in a status. */
export function ofedState(status: PolicyStatus): PolicyState | undefined {
  return status.appliedStates?.find(({ name }) => name === 'state-OFED')?.state;
}
