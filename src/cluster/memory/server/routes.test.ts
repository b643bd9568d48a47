import { describe, expect, it } from 'vitest';
import { Asked, configMap, TABLE } from './testing/requests.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const JSON_BODY = { contentType: 'application/json' };

describe('What a request is answered', () => {
  it.each([
    ['GET', '/nonsense', 404],
    ['GET', '/api/v1/nothings', 404],
    ['GET', '/apis/apps/v7/daemonsets', 404],
    ['GET', '/api/v1/configmaps/without-namespace', 404],
    ['GET', '/api/v1/namespaces/default/nodes', 404],
    ['GET', `${CONFIG_MAPS}/some/status`, 404],
    ['POST', `${CONFIG_MAPS}/some`, 405],
    ['POST', '/api/v1/configmaps', 405],
    ['PUT', '/api/v1/nodes', 405],
    ['DELETE', '/api/v1/namespaces', 405],
    ['OPTIONS', '/api/v1/nodes', 405],
    ['POST', '/api', 405],
    ['GET', '/api/v1/nodes?limit=x', 400],
    ['GET', '/api/v1/nodes?resourceVersion=x', 400],
    ['GET', '/api/v1/nodes?resourceVersion=999999', 504],
    ['GET', '/api/v1/nodes?continue=nonsense', 400],
    ['GET', '/api/v1/nodes?resourceVersionMatch=Exact', 422],
    ['GET', '/api/v1/nodes?sendInitialEvents=true', 422],
    ['GET', '/api/v1/nodes?watch=1&sendInitialEvents=true', 422],
    ['GET', '/api/v1/nodes?labelSelector=a%20b%20c', 400],
    ['GET', '/api/v1/nodes?fieldSelector=spec.none=1', 400],
    ['DELETE', `${CONFIG_MAPS}/some?propagationPolicy=x`, 422],
    ['DELETE', `${CONFIG_MAPS}/some?gracePeriodSeconds=x`, 400],
  ])('%s %s: %i', (method, target, code) => {
    const answered = new Asked().ask(method, target);
    expect(answered).toMatchObject({ status: code });
  });

  it('is a Status that says what is wrong, and is a failure', () => {
    const { code, body } = new Asked().json('GET', `${CONFIG_MAPS}/nobody`);
    expect(code).toBe(404);
    expect(body).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      reason: 'NotFound',
      message: 'configmaps "nobody" not found',
      details: { name: 'nobody', kind: 'configmaps' },
      code: 404,
    });
  });

  it('is the object as it was made, with the kind and the namespace of the path', () => {
    const asked = new Asked();
    const made = asked.create(CONFIG_MAPS, { metadata: { name: 'bare' } });
    expect(made).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default' } });
    expect(asked.json('GET', `${CONFIG_MAPS}/bare`).body).toEqual(made);
  });

  it('is an object without the namespace that it was written with, where its kind has none', () => {
    const node = new Asked().create('/api/v1/nodes', { metadata: { name: 'a', namespace: 'default' } });
    expect(node['metadata']).not.toHaveProperty('namespace');
  });

  it.each([
    ['not JSON', '{', 400],
    ['no object', '[]', 400],
    ['of another kind', '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}', 400],
    ['of another version', '{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"a"}}', 400],
    ['of another namespace', '{"metadata":{"name":"a","namespace":"other"}}', 400],
    ['called by a number', '{"metadata":{"name":7}}', 400],
    ['without a name', '{}', 422],
  ])('is a refusal of an object that is %s', (_, body, code) => {
    expect(new Asked().json('POST', CONFIG_MAPS, { ...JSON_BODY, body }).code).toBe(code);
  });

  it('is a refusal of formats that it does not read, with what to do instead for kubectl', () => {
    const asked = new Asked();
    const create = (contentType: string) => asked.json('POST', CONFIG_MAPS, { contentType, body: 'x' });
    expect(create('text/plain')).toMatchObject({ code: 415, body: { reason: 'UnsupportedMediaType' } });
    const { message } = create('application/vnd.kubernetes.protobuf').body;
    expect(message).toContain('--dry-run=client -o yaml');
  });

  it('is a refusal of formats that it does not write', () => {
    const answered = new Asked().ask('GET', '/api/v1/nodes', { accept: 'text/html' });
    expect(answered).toMatchObject({ status: 406 });
  });
});

describe('PUT and PATCH', () => {
  const bare = { metadata: { name: 'bare' } };

  function withConfigMap(): { asked: Asked; target: string } {
    const asked = new Asked();
    asked.create(CONFIG_MAPS, bare);
    return { asked, target: `${CONFIG_MAPS}/bare` };
  }

  it.each([
    ['application/json-patch+json', '[{"op":"add","path":"/data","value":{"a":"1"}}]'],
    ['application/merge-patch+json', '{"data":{"a":"1"}}'],
    ['application/strategic-merge-patch+json; charset=utf-8', '{"data":{"a":"1"}}'],
  ])('change an object by %s', (contentType, body) => {
    const { asked, target } = withConfigMap();
    const { code, body: patched } = asked.json('PATCH', target, { contentType, body });
    expect(code).toBe(200);
    expect(patched).toMatchObject({ data: { a: '1' } });
  });

  it('apply what is written in YAML: 201 the first time, 200 the next', () => {
    const asked = new Asked();
    const apply = {
      contentType: 'application/apply-patch+yaml',
      body: 'apiVersion: v1\nkind: ConfigMap\ndata: {a: "1"}\n',
    };
    const target = `${CONFIG_MAPS}/applied?fieldManager=me`;
    expect(asked.json('PATCH', target, apply)).toMatchObject({ code: 201, body: { data: { a: '1' } } });
    expect(asked.json('PATCH', target, apply).code).toBe(200);
    expect(asked.json('PATCH', `${CONFIG_MAPS}/applied`, apply)).toMatchObject({
      code: 422,
      body: { message: expect.stringContaining('is required for apply patch') as string },
    });
  });

  it.each([
    ['application/json', '{}', '', 415],
    ['application/merge-patch+json', '{', '', 400],
    ['application/merge-patch+json', '[]', '', 400],
    ['application/merge-patch+json', '{}', '?force=true', 422],
    ['application/json-patch+json', '{}', '', 400],
    ['application/json-patch+json', '[{"op":"jump","path":"/data"}]', '', 400],
    ['application/json-patch+json', '[{"op":"add"}]', '', 400],
    ['application/apply-patch+yaml', 'a: [', '?fieldManager=me', 400],
    ['application/apply-patch+yaml', '{}', '?fieldManager=me', 400],
  ])('refuse as %s: %s%s', (contentType, body, query, code) => {
    const { asked, target } = withConfigMap();
    expect(asked.json('PATCH', target + query, { contentType, body }).code).toBe(code);
  });

  it('refuse an object of another name than the path has', () => {
    const { asked, target } = withConfigMap();
    const body = JSON.stringify({ metadata: { name: 'other' } });
    const { code, body: status } = asked.json('PUT', target, { ...JSON_BODY, body });
    expect(code).toBe(400);
    expect(status.message).toBe('the name of the object (other) does not match the name on the URL (bare)');
  });

  it('account what is written to the manager that is named, or else to the first word of the User-Agent', () => {
    const asked = new Asked();
    asked.create(CONFIG_MAPS, { metadata: { name: 'shared' }, data: { z: '0' } });
    const patch = (query: string, data: unknown) =>
      asked.json('PATCH', `${CONFIG_MAPS}/shared${query}`, {
        contentType: 'application/merge-patch+json',
        body: JSON.stringify({ data }),
        userAgent: 'kubectl/v1.36.3 (linux/amd64)',
      }).body;
    patch('', { a: '1' });
    const { metadata } = patch('?fieldManager=named', { b: '2' }) as {
      metadata: { managedFields: { manager: string }[] };
    };
    const managers = metadata.managedFields.map(({ manager }) => manager);
    expect(managers.toSorted()).toEqual(['kubectl', 'named', 'test']);
  });

  it('keep nothing of a dry run, and know no other kind of it', () => {
    const { asked, target } = withConfigMap();
    const patch = (query: string) =>
      asked.json('PATCH', target + query, {
        contentType: 'application/merge-patch+json',
        body: '{"data":{"a":"1"}}',
      });
    expect(patch('?dryRun=All').body).toMatchObject({ data: { a: '1' } });
    expect(asked.json('GET', target).body).not.toHaveProperty('data');
    expect(patch('?dryRun=some').code).toBe(422);
  });
});

describe('DELETE', () => {
  it('says that the object is gone, and which it was', () => {
    const asked = new Asked();
    const { metadata } = asked.create(CONFIG_MAPS, configMap('a')) as { metadata: { uid: string } };
    const { code, body } = asked.json('DELETE', `${CONFIG_MAPS}/a`);
    expect(code).toBe(200);
    expect(body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: metadata.uid },
    });
    expect(asked.ask('GET', `${CONFIG_MAPS}/a`)).toMatchObject({ status: 404 });
  });

  it('shows an object that is still there, terminating', () => {
    const asked = new Asked();
    asked.create(CONFIG_MAPS, { metadata: { name: 'held', finalizers: ['example.com/held'] } });
    const { body } = asked.json('DELETE', `${CONFIG_MAPS}/held`);
    expect(body).toMatchObject({
      kind: 'ConfigMap',
      metadata: { deletionTimestamp: expect.any(String) as string },
    });
  });

  it('minds the preconditions in its body', () => {
    const asked = new Asked();
    asked.create(CONFIG_MAPS, configMap('a'));
    const body = JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'other' } });
    expect(asked.json('DELETE', `${CONFIG_MAPS}/a`, { ...JSON_BODY, body }).code).toBe(409);
  });

  it('deletes a whole collection by a selector', () => {
    const asked = new Asked();
    for (const name of ['a', 'b']) asked.create(CONFIG_MAPS, configMap(name, { gone: 'yes' }));
    asked.create(CONFIG_MAPS, configMap('c'));
    const { body } = asked.json('DELETE', `${CONFIG_MAPS}?labelSelector=gone%3Dyes`);
    expect(body).toMatchObject({ items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }] });
    const { items } = asked.json('GET', CONFIG_MAPS).body as { items: { metadata: { name: string } }[] };
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['c']);
  });
});

describe('A list', () => {
  it('comes in pages that are all of one resourceVersion, whatever is written meanwhile', () => {
    const asked = new Asked();
    for (const name of ['a', 'b', 'c', 'd', 'e']) asked.create(CONFIG_MAPS, configMap(name));
    const first = page(asked, '?limit=2');
    asked.json('DELETE', `${CONFIG_MAPS}/c`);
    asked.create(CONFIG_MAPS, configMap('ca'));
    const second = page(asked, `?limit=2&continue=${first.next}`);
    const third = page(asked, `?limit=2&continue=${second.next}`);
    expect([first.names, second.names, third.names]).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(new Set([first.version, second.version, third.version]).size).toBe(1);
    expect(first.remaining).toBe(3);
    expect(third.next).toBe('');
  });

  it('cannot be continued once its resourceVersion is forgotten', () => {
    const asked = new Asked();
    for (const name of ['a', 'b']) asked.create(CONFIG_MAPS, configMap(name));
    const { next } = page(asked, '?limit=1');
    asked.create(CONFIG_MAPS, configMap('c'));
    asked.api.compact();
    expect(asked.json('GET', `${CONFIG_MAPS}?limit=1&continue=${next}`)).toMatchObject({
      code: 410,
      body: { reason: 'Expired' },
    });
  });

  it('can be of an exact resourceVersion of the past', () => {
    const asked = new Asked();
    asked.create(CONFIG_MAPS, configMap('a'));
    const { version } = page(asked, '');
    asked.create(CONFIG_MAPS, configMap('b'));
    const then = page(asked, `?resourceVersion=${version}&resourceVersionMatch=Exact`);
    expect(then).toMatchObject({ names: ['a'], version });
    expect(page(asked, `?resourceVersion=${version}&resourceVersionMatch=NotOlderThan`).names).toEqual([
      'a',
      'b',
    ]);
  });

  it('names its kind once, and not in each item', () => {
    const asked = new Asked();
    asked.create(CONFIG_MAPS, configMap('a'));
    const { body } = asked.json('GET', CONFIG_MAPS);
    expect(body).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    expect((body['items'] as unknown[])[0]).not.toHaveProperty('kind');
  });

  it('is a table for whoever asks for one, its rows with as much of the objects as they ask for', () => {
    const asked = new Asked();
    asked.create(CONFIG_MAPS, { ...(configMap('a') as object), data: { x: '1', y: '2' } });
    const table = (query: string) => asked.json('GET', CONFIG_MAPS + query, { accept: TABLE }).body;
    expect(table('')).toMatchObject({
      kind: 'Table',
      columnDefinitions: [{ name: 'Name', format: 'name' }, { name: 'Data' }, { name: 'Age' }],
      rows: [{ cells: ['a', 2, '0s'], object: { kind: 'PartialObjectMetadata', metadata: { name: 'a' } } }],
    });
    expect(table('?includeObject=None')).toMatchObject({ rows: [{ object: null }] });
    expect(table('?includeObject=Object')).toMatchObject({ rows: [{ object: { data: { x: '1' } } }] });
  });

  function page(asked: Asked, query: string) {
    const { body } = asked.json('GET', CONFIG_MAPS + query);
    const { metadata, items } = body as {
      metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
      items: { metadata: { name: string } }[];
    };
    return {
      names: items.map((item) => item.metadata.name),
      version: metadata.resourceVersion,
      next: metadata.continue ?? '',
      remaining: metadata.remainingItemCount,
    };
  }
});
