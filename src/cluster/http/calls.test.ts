import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ResourceType } from '../port.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { testNodes, type TestNode } from '../testing/nodes.ts';
import type { RequestRecord } from './call.ts';
import { json, plain, rawNode, refusal, reset, silence } from './testing/answers.ts';
import { connectionTo, useHarness } from './testing/harness.ts';

const harness = useHarness();
const testPods: ResourceType<TestNode> = { ...testNodes, kind: 'Pod', plural: 'pods', namespaced: true };
const rawPod = { ...rawNode('p', 7), kind: 'Pod' };
const pod = { name: 'p', namespace: 'ns' };

describe('A call', () => {
  it('says who asks, as whom, and for what', async () => {
    harness.server.answer(json(rawNode('n1', 7)));
    expect(await harness.cluster().get(testNodes, { name: 'n1' })).toEqual({
      name: 'n1',
      uid: 'uid-of-n1',
      resourceVersion: '7',
    });
    expect(harness.server.last).toMatchObject({
      method: 'GET',
      path: '/api/v1/nodes/n1',
      headers: { authorization: 'Bearer s3cret', 'user-agent': 'test/1', accept: 'application/json' },
    });
  });

  it('goes below the path that the server is said to be at', async () => {
    harness.server.answer(json(rawNode('n1', 7)));
    const connection = connectionTo(`${harness.server.url}/k8s/clusters/c-1/`);
    await harness.cluster({ connection }).get(testNodes, { name: 'n1' });
    expect(harness.server.last.path).toBe('/k8s/clusters/c-1/api/v1/nodes/n1');
  });

  it('creates in the namespace of the object, under the field manager', async () => {
    harness.server.answer(json(rawPod, 201));
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: pod };
    await harness.cluster().create(testPods, object);
    const { method, path, query, body } = harness.server.last;
    expect({ method, path, body }).toEqual({
      method: 'POST',
      path: '/api/v1/namespaces/ns/pods',
      body: object,
    });
    expect(query.get('fieldManager')).toBe('tester');
  });

  it('patches the object or its status with a JSON patch', async () => {
    harness.server.answer(json(rawPod));
    const operations = [{ op: 'remove' as const, path: '/metadata/labels/a' }];
    await harness.cluster().patch(testPods, { ...pod, subresource: 'status' }, operations);
    const { method, path, query, headers, body } = harness.server.last;
    expect({ method, path, body }).toEqual({
      method: 'PATCH',
      path: '/api/v1/namespaces/ns/pods/p/status',
      body: operations,
    });
    expect(headers['content-type']).toBe('application/json-patch+json');
    expect(query.get('fieldManager')).toBe('tester');
  });

  it('applies by force, and does not send where to', async () => {
    harness.server.answer(json(rawPod));
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: pod };
    await harness.cluster().apply(testPods, { ...object, subresource: 'status' });
    const { path, query, headers, body } = harness.server.last;
    expect({ path, body }).toEqual({ path: '/api/v1/namespaces/ns/pods/p/status', body: object });
    expect(headers['content-type']).toBe('application/apply-patch+yaml');
    expect(Object.fromEntries(query)).toEqual({ fieldManager: 'tester', force: 'true' });
  });

  it('deletes only the object of the UID given', async () => {
    harness.server.answer(plain(200, 'nobody reads this'));
    await harness.cluster().delete(testPods, pod, { uid: 'u1', propagation: 'Foreground' });
    expect(harness.server.last).toMatchObject({
      method: 'DELETE',
      body: { kind: 'DeleteOptions', preconditions: { uid: 'u1' }, propagationPolicy: 'Foreground' },
    });
  });

  it('evicts only the pod of the UID given', async () => {
    harness.server.answer(json({ kind: 'Status' }, 201));
    await harness.cluster().evict(pod, 'u1');
    expect(harness.server.last).toMatchObject({
      method: 'POST',
      path: '/api/v1/namespaces/ns/pods/p/eviction',
      body: {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: pod,
        deleteOptions: { preconditions: { uid: 'u1' } },
      },
    });
  });

  it('asks for an eviction of which nothing comes, where that is wanted', async () => {
    harness.server.answer(json({ kind: 'Status' }, 201));
    await harness.cluster().evict(pod, 'u1', { dryRun: true });
    expect(harness.server.last.body).toMatchObject({ deleteOptions: { dryRun: ['All'] } });
  });

  it('is never made for an object without a name', async () => {
    const deleted = harness.cluster().delete(testNodes, { name: '' });
    await expect(deleted).rejects.toMatchObject({ name: 'ApiError', code: 'invalid' });
    expect(harness.server.received).toEqual([]);
  });

  it('is recorded with its verb, resource and status', async () => {
    const records: RequestRecord[] = [];
    harness.server.answer(json(rawNode('n1', 7)), refusal(404), reset);
    const cluster = harness.cluster({ onRequest: (record) => records.push(record) });
    await cluster.get(testNodes, { name: 'n1' });
    await cluster.get(testNodes, { name: 'n1' }).catch(() => undefined);
    await cluster.evict(pod, 'u1').catch(() => undefined);
    expect(records).toEqual([
      { verb: 'get', resource: 'nodes', status: 200, seconds: expect.any(Number) as number },
      { verb: 'get', resource: 'nodes', status: 404, seconds: expect.any(Number) as number },
      {
        verb: 'evict',
        resource: 'pods/eviction',
        status: 'connection',
        seconds: expect.any(Number) as number,
      },
    ]);
  });
});

describe('A call that gets no answer', () => {
  it('times out, and a write may have been done', async () => {
    const clock = new VirtualClock();
    const cluster = harness.cluster({ clock, callTimeoutMs: 5000 });
    harness.server.answer(silence);
    const patched = cluster.patch(testNodes, { name: 'n1' }, []);
    const failed = expect(patched).rejects.toMatchObject({
      code: 'timeout',
      details: { maybeApplied: true },
    });
    await harness.server.until(1);
    await clock.advance(5000);
    await failed;
    expect(clock.pending).toEqual([]);
  });

  it('times out too when only a part of the answer comes', async () => {
    const clock = new VirtualClock();
    harness.server.answer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"kind":');
    });
    const got = harness.cluster({ clock, callTimeoutMs: 5000 }).get(testNodes, { name: 'n1' });
    const failed = expect(got).rejects.toMatchObject({ code: 'timeout', details: { maybeApplied: false } });
    await harness.server.until(1);
    await clock.advance(5000);
    await failed;
  });

  it('fails at once when the caller gives up, and leaves nothing behind at the signal', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    harness.server.answer(silence);
    const got = harness.cluster({ clock }).get(testNodes, { name: 'n1' }, { signal: controller.signal });
    const failed = expect(got).rejects.toMatchObject({ code: 'aborted' });
    await harness.server.until(1);
    controller.abort();
    await failed;
    expect(clock.pending).toEqual([]);
  });

  it('is not made at all when the caller has given up before', async () => {
    const signal = AbortSignal.abort();
    const got = harness.cluster().get(testNodes, { name: 'n1' }, { signal });
    await expect(got).rejects.toMatchObject({ code: 'aborted' });
    expect(harness.server.received).toEqual([]);
  });

  it('may have been done when the connection breaks after it was sent', async () => {
    harness.server.answer(reset);
    const patched = harness.cluster().patch(testNodes, { name: 'n1' }, []);
    await expect(patched).rejects.toMatchObject({ code: 'connection', details: { maybeApplied: true } });
    expect(harness.server.received).toHaveLength(1);
  });

  it('has certainly not been done when there was nobody to send it to', async () => {
    const cluster = harness.cluster();
    await harness.server.stop();
    const patched = cluster.patch(testNodes, { name: 'n1' }, []);
    await expect(patched).rejects.toMatchObject({ code: 'connection', details: { maybeApplied: false } });
  });

  it('fails at once when the caller gives up while it waits for a connection, and is never made', async () => {
    const cluster = harness.cluster();
    const held: (() => void)[] = [];
    harness.server.answer((request, response) => {
      held.push(() => {
        json(rawNode('n1', 7))(request, response);
      });
    });
    const patch = (signal?: AbortSignal) =>
      cluster.patch(testNodes, { name: 'n1' }, [], signal && { signal });
    const busy = Array.from({ length: 64 }, () => patch());
    await harness.server.until(64);
    const controller = new AbortController();
    const waiting = expect(patch(controller.signal)).rejects.toMatchObject({ code: 'aborted' });
    controller.abort();
    await waiting;
    for (const answer of held) answer();
    await Promise.all(busy);
    expect(harness.server.received).toHaveLength(64);
  });

  it('waits for no other if it is about a Lease', async () => {
    const lease: ResourceType<TestNode> = { ...testNodes, kind: 'Lease', plural: 'leases', namespaced: true };
    const cluster = harness.cluster();
    harness.server.answer((request, response) => {
      if (request.path.includes('/leases/')) json({ ...rawNode('l', 7), kind: 'Lease' })(request, response);
    });
    const unanswered = Array.from({ length: 65 }, () => cluster.patch(testNodes, { name: 'n1' }, []));
    const given = unanswered.map((call) => expect(call).rejects.toMatchObject({ code: 'connection' }));
    await harness.server.until(64);
    expect(await cluster.patch(lease, { name: 'l', namespace: 'ns' }, [])).toMatchObject({ name: 'l' });
    await cluster.close();
    await Promise.all(given);
  });

  it('fails at once when the caller gives up while the connection is being made', async () => {
    // Accepts connections, and never says a word of TLS.
    const mute = createServer();
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    const controller = new AbortController();
    const connected = new Promise((resolve) => mute.once('connection', resolve));
    const cluster = harness.cluster({ connection: connectionTo(`https://127.0.0.1:${port}`) });
    const got = cluster.get(testNodes, { name: 'n1' }, { signal: controller.signal });
    const failed = expect(got).rejects.toMatchObject({ code: 'aborted' });
    await connected;
    controller.abort();
    await failed;
    await cluster.close();
    mute.close();
  });

  it('fails when the client is closed', async () => {
    harness.server.answer(silence);
    const cluster = harness.cluster();
    const patched = expect(cluster.patch(testNodes, { name: 'n1' }, [])).rejects.toMatchObject({
      code: 'connection',
    });
    await harness.server.until(1);
    await cluster.close();
    await patched;
  });
});

describe('An answer that is not what the API server promises', () => {
  it.each([
    ['no JSON', plain(200, '<html>welcome</html>')],
    ['no object', json([])],
    ['another kind', json({ ...rawNode('n1', 7), kind: 'Pod' })],
    ['no resourceVersion', json({ metadata: { name: 'n1', uid: 'u' } })],
    [
      'a resourceVersion that is no number',
      json({ metadata: { name: 'n1', uid: 'u', resourceVersion: 'x' } }),
    ],
    ['a redirection', plain(302, '')],
  ])('is malformed: %s', async (_what, handler) => {
    harness.server.answer(handler);
    const patched = harness.cluster().patch(testNodes, { name: 'n1' }, []);
    await expect(patched).rejects.toMatchObject({ name: 'ApiError', code: 'malformed' });
  });

  it('is not quoted in the message, as it may be anybody’s secret', async () => {
    harness.server.answer(plain(200, 'password=hunter2'));
    const error: unknown = await harness
      .cluster()
      .get(testNodes, { name: 'n1' })
      .catch((reason: unknown) => reason);
    expect(String(error)).not.toContain('hunter2');
  });
});

describe('Tries', () => {
  it.each([
    ['a broken connection', reset],
    ['a 500', refusal(500)],
    ['a 503 from a proxy', plain(503, 'no backend')],
    ['a 429', refusal(429, {}, { 'retry-after': '0' })],
  ])('are made again for a read after %s', async (_what, handler) => {
    harness.server.answer(handler, handler, handler, json(rawNode('n1', 7)));
    await expect(harness.cluster().get(testNodes, { name: 'n1' })).resolves.toMatchObject({ name: 'n1' });
    expect(harness.server.received).toHaveLength(4);
  });

  it('come to an end', async () => {
    harness.server.answer(refusal(500));
    await expect(harness.cluster().get(testNodes, { name: 'n1' })).rejects.toMatchObject({ code: 'server' });
    expect(harness.server.received).toHaveLength(4);
  });

  it.each([
    ['a broken connection', reset],
    ['a 500', refusal(500)],
    ['a 409', refusal(409)],
  ])('are not made again for a write after %s', async (_what, handler) => {
    harness.server.answer(handler);
    await expect(harness.cluster().patch(testNodes, { name: 'n1' }, [])).rejects.toThrow();
    expect(harness.server.received).toHaveLength(1);
  });

  it('are made again for a write that the server was too busy to look at', async () => {
    harness.server.answer(refusal(429, {}, { 'retry-after': '0' }), json(rawNode('n1', 7)));
    await expect(harness.cluster().patch(testNodes, { name: 'n1' }, [])).resolves.toMatchObject({
      name: 'n1',
    });
  });

  it('are not made again for an eviction, whose 429 is for the caller', async () => {
    const details = { causes: [{ reason: 'DisruptionBudget' }] };
    harness.server.answer(refusal(429, { reason: 'TooManyRequests', details }));
    await expect(harness.cluster().evict(pod, 'u1')).rejects.toMatchObject({
      code: 'too-many-requests',
      details: { causes: ['DisruptionBudget'] },
    });
    expect(harness.server.received).toHaveLength(1);
  });
});
