import { describe, expect, it } from 'vitest';
import { Asked } from './testing/requests.ts';

const PODS = '/api/v1/namespaces/default/pods';
const JSON_BODY = { contentType: 'application/json' };

function withPod(): Asked {
  const asked = new Asked();
  asked.create('/api/v1/nodes', { metadata: { name: 'node' } });
  asked.create('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  asked.create(PODS, { metadata: { name: 'pod' }, spec: { containers: [{ name: 'main', image: 'x' }] } });
  return asked;
}

function post(asked: Asked, subresource: string, body: unknown): { code: number; body: unknown } {
  return asked.json('POST', `${PODS}/pod/${subresource}`, { ...JSON_BODY, body: JSON.stringify(body) });
}

describe('The binding of a pod', () => {
  const binding = { apiVersion: 'v1', kind: 'Binding', target: { kind: 'Node', name: 'node' } };

  it('puts it on a node, once', () => {
    const asked = withPod();
    expect(post(asked, 'binding', binding).code).toBe(201);
    expect(asked.json('GET', `${PODS}/pod`).body).toMatchObject({ spec: { nodeName: 'node' } });
    expect(post(asked, 'binding', binding)).toMatchObject({
      code: 409,
      body: { message: expect.stringContaining('is already assigned to node "node"') as string },
    });
  });
});

describe('The eviction of a pod', () => {
  it('deletes it', () => {
    const asked = withPod();
    const evicted = post(asked, 'eviction', {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'pod' },
    });
    expect(evicted).toMatchObject({ code: 201, body: { status: 'Success' } });
    expect(asked.json('GET', `${PODS}/pod`).code).toBe(404);
  });

  it('minds the UID, and the name', () => {
    const asked = withPod();
    const other = { metadata: { name: 'pod' }, deleteOptions: { preconditions: { uid: 'other' } } };
    expect(post(asked, 'eviction', other).code).toBe(409);
    expect(post(asked, 'eviction', { metadata: { name: 'another' } }).code).toBe(400);
  });
});

describe('The containers of a pod', () => {
  it('have no log but one that says why', () => {
    const answered = withPod().ask('GET', `${PODS}/pod/log`);
    expect(answered).toMatchObject({ type: 'text', status: 200 });
    expect(withPod().json('GET', `${PODS}/nobody/log`).code).toBe(404);
  });

  it.each(['exec', 'attach', 'portforward'])('run nothing to %s to', (name) => {
    const { code, body } = withPod().json('POST', `${PODS}/pod/${name}`);
    expect(code).toBe(501);
    expect(body.message).toContain('simulated');
  });
});

describe('A status', () => {
  it('is written apart from the rest', () => {
    const asked = withPod();
    const contentType = 'application/merge-patch+json';
    const body = '{"status":{"phase":"Running"},"spec":{"nodeName":"node"}}';
    const { body: patched } = asked.json('PATCH', `${PODS}/pod/status`, { contentType, body });
    expect(patched).toMatchObject({ status: { phase: 'Running' } });
    expect(patched['spec']).not.toHaveProperty('nodeName');
  });
});

describe('A scale', () => {
  const DEPLOYMENT = '/apis/apps/v1/namespaces/default/deployments';

  function withDeployment(): Asked {
    const asked = new Asked();
    asked.create(DEPLOYMENT, {
      metadata: { name: 'web' },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'main', image: 'x' }] },
        },
      },
    });
    return asked;
  }

  it('says how many replicas there should be, and which pods they are', () => {
    expect(withDeployment().json('GET', `${DEPLOYMENT}/web/scale`).body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 3 },
      status: { selector: 'app=web' },
    });
  });

  it.each([
    ['PATCH', 'application/merge-patch+json', '{"spec":{"replicas":5}}'],
    ['PATCH', 'application/json-patch+json', '[{"op":"replace","path":"/spec/replicas","value":5}]'],
    ['PUT', 'application/json', '{"metadata":{"name":"web"},"spec":{"replicas":5}}'],
  ])('is changed by a %s of %s', (method, contentType, body) => {
    const asked = withDeployment();
    expect(asked.json(method, `${DEPLOYMENT}/web/scale`, { contentType, body }).body).toMatchObject({
      spec: { replicas: 5 },
    });
    expect(asked.json('GET', `${DEPLOYMENT}/web`).body).toMatchObject({ spec: { replicas: 5 } });
  });

  it('is not changed on top of a change that its writer has not seen', () => {
    const asked = withDeployment();
    const body = JSON.stringify({ metadata: { name: 'web', resourceVersion: '1' }, spec: { replicas: 5 } });
    expect(asked.json('PUT', `${DEPLOYMENT}/web/scale`, { ...JSON_BODY, body }).code).toBe(409);
  });
});
