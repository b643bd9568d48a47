import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../cluster/clock.ts';
import { ApiError } from '../cluster/errors.ts';
import type { Cluster, JsonPatchOperation, ResourceType, Stored } from '../cluster/port.ts';
import type { ApiObject, ObjectRef } from '../kubernetes/objects.ts';
import { safeLoad } from './safe-load.ts';
import type { SafeLoadOutcome } from './safe-load.ts';

const KEY = 'nvidia.com/ofed-driver-upgrade.driver-wait-for-safe-load';
const STATE = 'nvidia.com/ofed-driver-upgrade-state';
const ON = JSON.stringify({ safeDriverLoad: { enable: true, annotation: KEY } });
const OFF = JSON.stringify({ safeDriverLoad: { enable: false, annotation: KEY } });

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
});

interface RawNode {
  uid: string;
  resourceVersion: number;
  annotations: Record<string, string> | undefined;
  labels: Record<string, string>;
  unschedulable: boolean;
}

/** A cluster of one node and one ConfigMap, either of which may be missing. It permits what the driver's ServiceAccount may do. */
class FakeCluster {
  node: RawNode | undefined = {
    uid: 'uid-1',
    resourceVersion: 1,
    annotations: {},
    labels: {},
    unschedulable: false,
  };
  config: Record<string, string> | undefined = { 'config.json': ON };
  calls: string[] = [];
  /** Asked before each call; what it returns is thrown. */
  fail: (call: string) => ApiError | undefined = () => undefined;
  /** Somebody else's write between the read and the patch. */
  beforePatch: () => void = () => undefined;
  stripsAnnotations = false;

  readonly port = {
    get: <T extends Stored>(type: ResourceType<T>, ref: ObjectRef): Promise<T> =>
      this.#call(`get ${type.plural}/${ref.name}`, () => type.trim(this.#raw(type.plural, ref))),
    patch: <T extends Stored>(
      type: ResourceType<T>,
      ref: ObjectRef,
      operations: readonly JsonPatchOperation[],
    ) =>
      this.#call(`patch ${type.plural}/${ref.name}`, () => {
        this.beforePatch();
        this.#apply(operations);
        return type.trim(this.#raw(type.plural, ref));
      }),
  } as Pick<Cluster, 'get' | 'patch'>;

  mark(value: string | undefined): void {
    if (this.node === undefined) throw new Error('no node');
    const others = Object.entries(this.node.annotations ?? {}).filter(([key]) => key !== KEY);
    this.node.annotations = Object.fromEntries(value === undefined ? others : [...others, [KEY, value]]);
    this.node.resourceVersion += 1;
  }

  get marked(): string | undefined {
    return this.node?.annotations?.[KEY];
  }

  count(call: string): number {
    return this.calls.filter((made) => made === call).length;
  }

  async #call<T>(call: string, run: () => T): Promise<T> {
    await Promise.resolve();
    this.calls.push(call);
    const error = this.fail(call);
    if (error !== undefined) throw error;
    return run();
  }

  #raw(plural: string, { name, namespace }: ObjectRef): ApiObject {
    if (
      plural === 'configmaps' &&
      name === 'ofed-init-container-config' &&
      namespace === 'net' &&
      this.config
    ) {
      const metadata = { name, namespace, uid: 'c', resourceVersion: '1' };
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: this.config } as ApiObject;
    }
    if (plural === 'nodes' && name === 'gpu-17' && this.node) {
      const { uid, resourceVersion, annotations, labels, unschedulable } = this.node;
      const metadata = { name, uid, labels, resourceVersion: String(resourceVersion) };
      return {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: annotations === undefined ? metadata : { ...metadata, annotations: { ...annotations } },
        spec: { unschedulable },
      } as ApiObject;
    }
    throw new ApiError('not-found', `${plural} "${name}" not found`);
  }

  #apply(operations: readonly JsonPatchOperation[]): void {
    const { node } = this;
    if (node === undefined) throw new ApiError('not-found', 'node');
    const prefix = '/metadata/annotations/';
    let annotations = node.annotations;
    for (const operation of operations) {
      const { path } = operation;
      if (operation.op === 'test') {
        const found = path === '/metadata/uid' ? node.uid : String(node.resourceVersion);
        if (found !== operation.value) throw new ApiError('precondition-failed', path);
      } else if (path === '/metadata/annotations' && operation.op === 'add') {
        annotations = operation.value as Record<string, string>;
      } else {
        const key = path.slice(prefix.length).replaceAll('~1', '/').replaceAll('~0', '~');
        if (!path.startsWith(prefix) || annotations === undefined)
          throw new ApiError('precondition-failed', path);
        const { [key]: former, ...others } = annotations;
        if (operation.op === 'remove' && former === undefined)
          throw new ApiError('precondition-failed', path);
        annotations = operation.op === 'remove' ? others : { ...others, [key]: String(operation.value) };
      }
    }
    node.annotations = this.stripsAnnotations ? {} : annotations;
    node.resourceVersion += 1;
  }
}

function start(cluster: FakeCluster) {
  const lines: { level: string; fields: Readonly<Record<string, unknown>>; message: string }[] = [];
  const line =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      lines.push({ level, fields, message });
    };
  const stop = new AbortController();
  const result: { outcome?: SafeLoadOutcome; error?: unknown } = {};
  void safeLoad(
    {
      cluster: cluster.port,
      clock: systemClock,
      log: { info: line('info'), warn: line('warn'), error: line('error') },
      random: () => 0.5,
      nodeName: 'gpu-17',
      configMap: { name: 'ofed-init-container-config', namespace: 'net', key: 'config.json' },
    },
    stop.signal,
  ).then(
    (outcome) => {
      result.outcome = outcome;
    },
    (error: unknown) => {
      result.error = error;
    },
  );
  return { lines, stop, result, messages: () => lines.map(({ message }) => message) };
}

const settle = (milliseconds = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

describe('when safe loading is not enabled', () => {
  it('lets the driver load at once and does not look at the node', async () => {
    const cluster = new FakeCluster();
    cluster.config = { 'config.json': OFF };
    const { result } = start(cluster);
    await settle();
    expect(result.outcome).toBe('not-enabled');
    expect(cluster.calls).toEqual(['get configmaps/ofed-init-container-config']);
  });
});

describe('when safe loading is enabled', () => {
  it('marks the node, and lets the driver load once the mark is removed', async () => {
    const cluster = new FakeCluster();
    const { result } = start(cluster);
    await settle();
    expect(cluster.marked).toBe('true');
    await settle(3_600_000);
    expect(result).toEqual({});
    cluster.mark(undefined);
    await settle(10_000);
    expect(result.outcome).toBe('released');
    expect(cluster.count('patch nodes/gpu-17')).toBe(1);
  });

  it('takes an emptied annotation for a removed one, and any other value for a mark', async () => {
    const cluster = new FakeCluster();
    const { result } = start(cluster);
    await settle();
    cluster.mark('false');
    await settle(60_000);
    expect(result).toEqual({});
    cluster.mark('');
    await settle(10_000);
    expect(result.outcome).toBe('released');
  });

  it('sees the removal within seconds once the upgrade of the node is under way', async () => {
    const cluster = new FakeCluster();
    const { result } = start(cluster);
    await settle(600_000);
    if (cluster.node) cluster.node.labels = { [STATE]: 'drain-required' };
    await settle(60_000);
    cluster.mark(undefined);
    await settle(2_000);
    expect(result.outcome).toBe('released');
  });

  it('keeps the annotations that are there', async () => {
    const cluster = new FakeCluster();
    cluster.node!.annotations = { 'example.com/owner': 'team-a' };
    start(cluster);
    await settle();
    expect(cluster.node?.annotations).toEqual({ 'example.com/owner': 'team-a', [KEY]: 'true' });
  });

  it('marks a node that has no annotation yet', async () => {
    const cluster = new FakeCluster();
    cluster.node!.annotations = undefined;
    start(cluster);
    await settle();
    expect(cluster.node?.annotations).toEqual({ [KEY]: 'true' });
  });

  it('does not wipe out the first annotation of a node that somebody else writes at the same moment', async () => {
    const cluster = new FakeCluster();
    cluster.node!.annotations = undefined;
    cluster.beforePatch = () => {
      cluster.beforePatch = () => undefined;
      cluster.node!.annotations = { 'example.com/owner': 'team-a' };
      cluster.node!.resourceVersion += 1;
    };
    const { lines } = start(cluster);
    await settle(1_000);
    expect(cluster.node?.annotations).toEqual({ 'example.com/owner': 'team-a', [KEY]: 'true' });
    expect(lines[0]).toMatchObject({ level: 'warn', fields: { step: 'set the annotation' } });
  });

  it('does not write again when the mark is there already', async () => {
    const cluster = new FakeCluster();
    cluster.mark('true');
    const { result } = start(cluster);
    await settle(30_000);
    expect(cluster.count('patch nodes/gpu-17')).toBe(0);
    cluster.mark(undefined);
    await settle(10_000);
    expect(result.outcome).toBe('released');
  });

  it('fails rather than loads the driver when the mark is not kept', async () => {
    const cluster = new FakeCluster();
    cluster.stripsAnnotations = true;
    const { result } = start(cluster);
    await settle(60_000);
    expect(result.error).toMatchObject({ message: expect.stringContaining('did not keep it') as unknown });
  });

  it('says every minute what it waits for', async () => {
    const cluster = new FakeCluster();
    const { lines } = start(cluster);
    await settle();
    cluster.node!.labels = { [STATE]: 'upgrade-required' };
    await settle(130_000);
    const waiting = 'waiting until the node is safe to load the driver on and the annotation is removed';
    expect(lines.map(({ message }) => message)).toEqual([waiting, waiting, waiting]);
    expect(lines[0]?.fields).toEqual({ node: 'gpu-17', annotation: KEY, waitedSeconds: 0, state: 'none' });
    expect(lines[2]?.fields).toMatchObject({ state: 'upgrade-required' });
    expect(lines[2]?.fields['waitedSeconds']).toBeGreaterThanOrEqual(120);
  });

  it('asks only for what the ServiceAccount of the driver may do', async () => {
    const cluster = new FakeCluster();
    start(cluster);
    await settle(120_000);
    expect(new Set(cluster.calls)).toEqual(
      new Set(['get configmaps/ofed-init-container-config', 'get nodes/gpu-17', 'patch nodes/gpu-17']),
    );
    // Twenty seconds at one look in two seconds, then ever fewer.
    expect(cluster.count('get nodes/gpu-17')).toBeLessThan(40);
  });
});

describe('when safe loading is switched off while it waits', () => {
  it('takes back its mark and lets the driver load', async () => {
    const cluster = new FakeCluster();
    const { result } = start(cluster);
    await settle();
    cluster.node!.annotations = { ...cluster.node?.annotations, 'example.com/owner': 'team-a' };
    cluster.config = { 'config.json': OFF };
    await settle(18_000);
    expect(result.outcome).toBe('switched-off');
    expect(cluster.node?.annotations).toEqual({ 'example.com/owner': 'team-a' });
  });

  it('is content with a mark that somebody removes at the same moment', async () => {
    const cluster = new FakeCluster();
    const { result } = start(cluster);
    await settle();
    cluster.config = { 'config.json': OFF };
    cluster.beforePatch = () => {
      cluster.mark(undefined);
    };
    await settle(20_000);
    expect(result.outcome).toBe('switched-off');
  });

  it('waits under another annotation if that is what has changed', async () => {
    const cluster = new FakeCluster();
    const { result } = start(cluster);
    await settle();
    cluster.config = { 'config.json': ON.replace(KEY, 'example.com/wait') };
    await settle(20_000);
    expect(cluster.node?.annotations).toEqual({ 'example.com/wait': 'true' });
    expect(result).toEqual({});
    cluster.node!.annotations = {};
    await settle(10_000);
    expect(result.outcome).toBe('released');
  });
});

describe('a configuration that cannot be read', () => {
  it.each([
    ['is missing', undefined, 'not found'],
    ['has no such key', { other: ON }, 'ConfigMap net/ofed-init-container-config has no key "config.json"'],
    ['is not JSON', { 'config.json': '{' }, 'not valid JSON'],
  ])('because it %s fails the pod after a few tries, each with the reason', async (_name, config, reason) => {
    const cluster = new FakeCluster();
    cluster.config = config;
    const { result, lines } = start(cluster);
    await settle(5_000);
    expect(result).toEqual({});
    await settle(60_000);
    expect(String(result.error)).toContain(reason);
    expect(lines).toHaveLength(4);
    expect(
      lines.every(({ level, fields }) => level === 'error' && String(fields['error']).includes(reason)),
    ).toBe(true);
    expect(cluster.marked).toBeUndefined();
  });

  it('is read as soon as it is there', async () => {
    const cluster = new FakeCluster();
    cluster.config = undefined;
    const { result } = start(cluster);
    await settle(2_000);
    cluster.config = { 'config.json': OFF };
    await settle(5_000);
    expect(result.outcome).toBe('not-enabled');
  });

  it('once it waits, changes nothing', async () => {
    const cluster = new FakeCluster();
    const { result, messages } = start(cluster);
    await settle();
    cluster.config = undefined;
    await settle(300_000);
    expect(result).toEqual({});
    expect(cluster.marked).toBe('true');
    expect(messages()).toContain('the configuration cannot be read: waiting on as before');
  });
});

describe('an API server that does not answer', () => {
  it('is waited for, at the start and later, for as long as it takes', async () => {
    const cluster = new FakeCluster();
    cluster.fail = () => new ApiError('connection', 'connect ECONNREFUSED');
    const { result, lines } = start(cluster);
    await settle(3_600_000);
    expect(result).toEqual({});
    expect(lines[0]).toMatchObject({
      level: 'warn',
      fields: { step: 'read the configuration', retryInSeconds: 1 },
    });
    // Backing off to one try in 30 seconds at most.
    expect(cluster.calls.length).toBeLessThan(200);

    cluster.fail = () => undefined;
    await settle(60_000);
    expect(cluster.marked).toBe('true');

    cluster.fail = () => new ApiError('server', '500');
    cluster.mark(undefined);
    await settle(3_600_000);
    expect(result).toEqual({});

    cluster.fail = () => undefined;
    await settle(60_000);
    expect(result.outcome).toBe('released');
  });

  it('is not asked again before the time it asks for', async () => {
    const cluster = new FakeCluster();
    cluster.fail = () => new ApiError('too-many-requests', '429', { retryAfterSeconds: 20 });
    start(cluster);
    await settle(19_999);
    expect(cluster.calls).toHaveLength(1);
    await settle(1);
    expect(cluster.calls).toHaveLength(2);
  });
});

describe('a node that cannot be marked', () => {
  it('because it does not exist fails the pod after a few tries', async () => {
    const cluster = new FakeCluster();
    cluster.node = undefined;
    const { result, lines } = start(cluster);
    await settle(60_000);
    expect(result.error).toMatchObject({ code: 'not-found' });
    expect(lines[0]).toMatchObject({ level: 'error', fields: { step: 'set the annotation' } });
  });

  it('because it is not permitted fails the pod after a few tries', async () => {
    const cluster = new FakeCluster();
    cluster.fail = (call) => (call.startsWith('patch') ? new ApiError('forbidden', 'no') : undefined);
    const { result } = start(cluster);
    await settle(60_000);
    expect(result.error).toMatchObject({ code: 'forbidden' });
    expect(cluster.count('patch nodes/gpu-17')).toBe(5);
  });
});

describe('a node object that goes while it waits', () => {
  it('and comes back as a new one is marked again: that it bears no mark is no release', async () => {
    const cluster = new FakeCluster();
    const { result, messages } = start(cluster);
    await settle(10_000);
    cluster.node = undefined;
    await settle(600_000);
    expect(result).toEqual({});
    cluster.node = { uid: 'uid-2', resourceVersion: 900, annotations: {}, labels: {}, unschedulable: false };
    await settle(60_000);
    expect(result).toEqual({});
    expect(cluster.marked).toBe('true');
    expect(messages()).toContain('the node was deleted and made anew: setting the annotation again');

    cluster.mark(undefined);
    await settle(10_000);
    expect(result.outcome).toBe('released');
  });
});

describe('when the process is told to end', () => {
  it('ends at once and leaves the mark, while it waits', async () => {
    const cluster = new FakeCluster();
    const { result, stop } = start(cluster);
    await settle(5_000);
    stop.abort();
    await settle();
    expect(result.outcome).toBe('stopped');
    expect(cluster.marked).toBe('true');
  });

  it('ends at once while it backs off', async () => {
    const cluster = new FakeCluster();
    cluster.fail = () => new ApiError('connection', 'refused');
    const { result, stop } = start(cluster);
    await settle(100);
    stop.abort();
    await settle();
    expect(result.outcome).toBe('stopped');
  });

  it('ends at once in the middle of a call', async () => {
    const cluster = new FakeCluster();
    const { result, stop } = start(cluster);
    cluster.fail = () => {
      stop.abort();
      return new ApiError('aborted', 'given up');
    };
    await settle();
    expect(result.outcome).toBe('stopped');
    expect(cluster.calls).toHaveLength(1);
  });
});
