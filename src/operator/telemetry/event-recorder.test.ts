import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../cluster/clock.ts';
import { ApiError } from '../../cluster/errors.ts';
import type { Cluster, JsonPatchOperation } from '../../cluster/port.ts';
import { createEventRecorder } from './event-recorder.ts';
import type { EventRecord } from './event-object.ts';
import { createLogger } from './log.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
});

interface WrittenEvent {
  readonly metadata: { name: string; namespace: string };
  readonly [field: string]: unknown;
  count: number;
  lastTimestamp: string;
}

/** Just enough of an API server for events. `delay` is how long a call takes, `fail` is asked before each. */
class FakeEvents {
  readonly events = new Map<string, WrittenEvent>();
  readonly calls: string[] = [];
  delay = 0;
  inFlight = 0;
  mostInFlight = 0;
  fail: () => ApiError | undefined = () => undefined;
  failAfter: () => ApiError | undefined = () => undefined;

  readonly cluster = {
    create: async (_type: unknown, raw: unknown) => {
      await this.#call('create');
      const event = raw as WrittenEvent;
      const key = `${event.metadata.namespace}/${event.metadata.name}`;
      if (this.events.has(key)) throw new ApiError('already-exists', key);
      this.events.set(key, structuredClone(event));
      const lost = this.failAfter();
      if (lost !== undefined) throw lost;
      return event;
    },
    patch: async (
      _type: unknown,
      ref: { name: string; namespace?: string },
      operations: JsonPatchOperation[],
    ) => {
      await this.#call('patch');
      const event = this.events.get(`${ref.namespace ?? ''}/${ref.name}`);
      if (event === undefined) throw new ApiError('not-found', ref.name);
      for (const operation of operations) {
        Object.assign(event, {
          [operation.path.slice(1)]: 'value' in operation ? operation.value : undefined,
        });
      }
      return event;
    },
  } as unknown as Pick<Cluster, 'create' | 'patch'>;

  get all(): WrittenEvent[] {
    return [...this.events.values()];
  }

  async #call(verb: string): Promise<void> {
    this.calls.push(verb);
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    if (this.delay > 0) await new Promise((resolve) => setTimeout(resolve, this.delay));
    this.inFlight -= 1;
    const error = this.fail();
    if (error !== undefined) throw error;
  }
}

function setUp() {
  const api = new FakeEvents();
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({
    level: 'info',
    destination: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const recorder = createEventRecorder({
    cluster: api.cluster,
    clock: systemClock,
    log,
    component: 'ofed-operator',
    instance: 'ofed-operator-7d9f',
  });
  return { api, recorder, lines };
}

const node = (name: string): EventRecord['regarding'] => ({
  apiVersion: 'v1',
  kind: 'Node',
  name,
  uid: `uid-of-${name}`,
});

const drained = (name = 'gpu-17', message = 'All pods have left the node.'): EventRecord => ({
  regarding: node(name),
  type: 'Normal',
  reason: 'NodeDrained',
  message,
});

const settle = (milliseconds = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

describe('an event about a node', () => {
  it('stands where kubectl describe node looks for it: in namespace default, under the name and UID of the node', async () => {
    const { api, recorder } = setUp();
    recorder.record(drained());
    await settle();
    expect(api.all).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: expect.stringMatching(/^gpu-17\.[0-9a-f]{16}$/) as unknown, namespace: 'default' },
        involvedObject: { apiVersion: 'v1', kind: 'Node', name: 'gpu-17', uid: 'uid-of-gpu-17' },
        type: 'Normal',
        reason: 'NodeDrained',
        message: 'All pods have left the node.',
        source: { component: 'ofed-operator' },
        reportingComponent: 'ofed-operator',
        reportingInstance: 'ofed-operator-7d9f',
        count: 1,
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:00Z',
      },
    ]);
  });

  it('carries nothing else of the object that the caller has at hand', async () => {
    const { api, recorder } = setUp();
    const more = { ...node('a'), labels: { x: 'y' }, resourceVersion: '7' };
    recorder.record({ ...drained(), regarding: more });
    await settle();
    expect(api.all[0]?.['involvedObject']).toEqual(node('a'));
  });
});

describe('an event about a namespaced object', () => {
  it('stands in that namespace', async () => {
    const { api, recorder } = setUp();
    const regarding = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'mofed', namespace: 'net', uid: 'u' };
    recorder.record({ ...drained(), regarding });
    await settle();
    expect(api.all[0]?.metadata.namespace).toBe('net');
    expect(api.all[0]?.['involvedObject']).toEqual(regarding);
  });
});

describe('a message', () => {
  it('is cut to 1024 bytes, between characters', async () => {
    const { api, recorder } = setUp();
    recorder.record(drained('a', 'x'.repeat(1024)));
    recorder.record(drained('b', 'ü😀'.repeat(400)));
    await settle();
    expect(api.all[0]?.['message']).toBe('x'.repeat(1024));
    const cut = String(api.all[1]?.['message']);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(1024);
    expect(Buffer.byteLength(cut)).toBeGreaterThan(1010);
    expect(cut).toMatch(/^(ü😀)+ü?…$/u);
  });
});

describe('a very long object name', () => {
  it('leaves room for the suffix', async () => {
    const { api, recorder } = setUp();
    recorder.record(drained('n'.repeat(253)));
    await settle();
    expect(api.all[0]?.metadata.name).toHaveLength(253);
  });
});

describe('the same thing happening again', () => {
  it('within a few seconds is not written, but counted with the next write', async () => {
    const { api, recorder } = setUp();
    recorder.record(drained());
    await settle(1_000);
    recorder.record(drained());
    recorder.record(drained());
    await settle(1_000);
    expect(api.calls).toEqual(['create']);
    await settle(4_000);
    recorder.record(drained());
    await settle();
    expect(api.calls).toEqual(['create', 'patch']);
    expect(api.all).toHaveLength(1);
    expect(api.all[0]).toMatchObject({
      count: 4,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:06Z',
    });
  });

  it('before the first was written takes one write', async () => {
    const { api, recorder } = setUp();
    recorder.record(drained());
    recorder.record(drained());
    await settle();
    expect(api.calls).toEqual(['create']);
  });

  it('more than ten minutes later is a new event', async () => {
    const { api, recorder } = setUp();
    recorder.record(drained());
    await settle(601_000);
    recorder.record(drained());
    await settle();
    expect(api.calls).toEqual(['create', 'create']);
    expect(api.all.map((event) => event.count)).toEqual([1, 1]);
  });

  it('is a new event if the first has been deleted from the cluster', async () => {
    const { api, recorder } = setUp();
    recorder.record(drained());
    await settle(60_000);
    api.events.clear();
    recorder.record(drained());
    await settle();
    expect(api.calls).toEqual(['create', 'patch', 'create']);
    expect(api.all).toMatchObject([{ count: 2 }]);
  });

  it('to another object, or with another reason, message or type, is another event', async () => {
    const { api, recorder } = setUp();
    recorder.record(drained('a'));
    recorder.record(drained('b'));
    recorder.record({ ...drained('a'), reason: 'NodeUncordoned' });
    recorder.record({ ...drained('a'), type: 'Warning' });
    recorder.record(drained('a', 'other'));
    recorder.record({ ...drained('a'), regarding: { ...node('a'), uid: 'a-node-made-anew' } });
    await settle();
    expect(api.all).toHaveLength(6);
    expect(api.all.every((event) => event.count === 1)).toBe(true);
  });
});

describe('an API server that fails', () => {
  it('is asked again after a while', async () => {
    const { api, recorder, lines } = setUp();
    let failures = 2;
    api.fail = () => (failures-- > 0 ? new ApiError('server', '500') : undefined);
    recorder.record(drained());
    await settle(499);
    expect(api.calls).toHaveLength(1);
    await settle(1_501);
    expect(api.all).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  it('does not get the event twice when only its answer was lost', async () => {
    const { api, recorder } = setUp();
    let losses = 1;
    api.failAfter = () => (losses-- > 0 ? new ApiError('timeout', 'no answer') : undefined);
    recorder.record(drained());
    await settle(60_000);
    expect(api.calls).toEqual(['create', 'create']);
    expect(api.all).toHaveLength(1);
  });

  it('is given up on after a few times, with one warning for any number of events', async () => {
    const { api, recorder, lines } = setUp();
    api.fail = () => new ApiError('connection', 'refused');
    for (let index = 0; index < 10; index += 1) recorder.record(drained(`gpu-${index}`));
    await settle(60_000);
    expect(api.calls).toHaveLength(40);
    expect(lines.map((line) => line['msg'])).toEqual([
      'events cannot be written: they are lost until they can',
    ]);

    api.fail = () => undefined;
    recorder.record(drained('later'));
    await settle();
    expect(lines.at(-1)?.['msg']).toBe('events can be written again');
  });

  it('is not asked again when it refuses', async () => {
    const { api, recorder, lines } = setUp();
    api.fail = () => new ApiError('forbidden', 'not permitted');
    recorder.record(drained());
    await settle(60_000);
    expect(api.calls).toEqual(['create']);
    expect(lines[0]).toMatchObject({ level: 'warn', reason: 'NodeDrained', error: { code: 'forbidden' } });
  });
});

describe('more events than can be written', () => {
  it('are written a few at a time', async () => {
    const { api, recorder } = setUp();
    api.delay = 100;
    for (let index = 0; index < 20; index += 1) recorder.record(drained(`gpu-${index}`));
    await settle(10_000);
    expect(api.all).toHaveLength(20);
    expect(api.mostInFlight).toBe(4);
  });

  it('push out the oldest, with one warning and then their number', async () => {
    const { api, recorder, lines } = setUp();
    api.delay = 100;
    for (let index = 0; index < 1_104; index += 1) recorder.record(drained(`gpu-${index}`));
    await settle(100_000);
    const names = api.all.map((event) => event.metadata.name.split('.')[0]);
    // Four were being written already when the others came.
    expect(names).toHaveLength(1_004);
    expect(names.slice(3, 5)).toEqual(['gpu-3', 'gpu-104']);
    expect(lines.map(({ msg, dropped }) => ({ msg, dropped }))).toEqual([
      { msg: 'more events than can be written: the oldest are dropped', dropped: undefined },
      { msg: 'events can be written in time again', dropped: 100 },
    ]);
  });

  it('do not keep one that was pushed out from being written when it happens again', async () => {
    const { api, recorder } = setUp();
    api.delay = 100;
    for (let index = 0; index < 1_005; index += 1) recorder.record(drained(`gpu-${index}`));
    await settle(100_000);
    recorder.record(drained('gpu-4'));
    await settle(1_000);
    expect(api.all.at(-1)).toMatchObject({ involvedObject: { name: 'gpu-4' }, count: 1 });
  });
});

describe('flush', () => {
  it('waits until everything is written', async () => {
    const { api, recorder } = setUp();
    api.delay = 100;
    for (let index = 0; index < 10; index += 1) recorder.record(drained(`gpu-${index}`));
    const flushed = recorder.flush(5_000);
    await settle(300);
    await flushed;
    expect(api.all).toHaveLength(10);
  });

  it('gives up after its time, and nothing is written after it', async () => {
    const { api, recorder, lines } = setUp();
    api.fail = () => new ApiError('server', '500');
    recorder.record(drained());
    const flushed = recorder.flush(1_000);
    await settle(1_000);
    await flushed;
    const calls = api.calls.length;
    recorder.record(drained('late'));
    await settle(60_000);
    expect(api.calls).toHaveLength(calls);
    expect(lines).toEqual([]);
  });

  it('returns at once when there is nothing to write', async () => {
    const { recorder } = setUp();
    await expect(recorder.flush(5_000)).resolves.toBeUndefined();
  });
});
