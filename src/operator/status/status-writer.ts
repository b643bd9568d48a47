import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../cluster/clock.ts';
import { hasCode } from '../../cluster/errors.ts';
import type { Cluster } from '../../cluster/port.ts';
import type { PolicyStatus } from '../../contract/status.ts';
import type { EventRecorder } from '../telemetry/event-recorder.ts';
import type { Logger } from '../telemetry/log.ts';
import { policyEvents } from './policy-events.ts';
import { policies, type StoredObject } from '../resources/objects.ts';

export interface StatusWriterOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Each policy that should have a status, as it is now, and the status. */
  readonly compute: () => readonly { readonly policy: StoredObject; readonly status: PolicyStatus }[];
  readonly policies: { observe(policy: StoredObject): void };
  readonly events: Pick<EventRecorder, 'record'>;
}

/** The shortest time between two writes, in milliseconds. */
const INTERVAL = 1000;

/** How long news may take to reach every part, in milliseconds: a status from the middle of it would say of the new what held of the old. */
const SETTLE = 50;

/** Writes the status of the policies: at most once a second, and only what has changed. */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  #due = false;
  #busy = false;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /** Something that the status tells of may have changed. */
  touch(): void {
    this.#due = true;
    if (this.#busy || this.#options.signal.aborted) return;
    this.#busy = true;
    this.#options.clock.after(SETTLE, () => {
      void this.#write();
    });
  }

  async #write(): Promise<void> {
    const { clock, signal } = this.#options;
    this.#due = false;
    for (const { policy, status } of this.#options.compute()) {
      if (!isDeepStrictEqual(statusOf(policy), status)) await this.#writeOne(policy, status);
    }
    clock.after(INTERVAL, () => {
      this.#busy = false;
      if (this.#due && !signal.aborted) this.touch();
    });
  }

  #announce(policy: StoredObject, status: PolicyStatus): void {
    const { apiVersion, kind } = policy.object;
    const regarding = { apiVersion, kind, name: policy.name, uid: policy.uid };
    for (const event of policyEvents(statusOf(policy), status))
      this.#options.events.record({ regarding, ...event });
  }

  async #writeOne(policy: StoredObject, status: PolicyStatus): Promise<void> {
    const { cluster, log, signal, policies: known } = this.#options;
    try {
      const operations = [
        { op: 'test', path: '/metadata/uid', value: policy.uid },
        { op: 'add', path: '/status', value: status },
      ] as const;
      const ref = { name: policy.name, subresource: 'status' } as const;
      const written = await cluster.patch(policies, ref, operations, { signal });
      known.observe(written);
      this.#announce(policy, status);
    } catch (error) {
      if (hasCode(error, 'aborted', 'not-found')) return;
      log.warn({ policy: policy.name, error }, 'status could not be written');
      // Whatever stood in the way, a later attempt may do better.
      this.#due = true;
    }
  }
}

/** The status as it stands, whoever wrote it. */
export function statusOf({ object }: StoredObject): PolicyStatus | undefined {
  return (object as { status?: PolicyStatus }).status;
}
