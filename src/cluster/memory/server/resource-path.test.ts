import { describe, expect, it } from 'vitest';
import { parseResourcePath } from './resource-path.ts';

describe('A path', () => {
  it.each([
    ['api/v1/nodes', { group: '', version: 'v1', plural: 'nodes' }],
    ['api/v1/nodes/a', { group: '', version: 'v1', plural: 'nodes', name: 'a' }],
    [
      'api/v1/nodes/a/status',
      { group: '', version: 'v1', plural: 'nodes', name: 'a', subresource: 'status' },
    ],
    ['api/v1/namespaces', { group: '', version: 'v1', plural: 'namespaces' }],
    ['api/v1/namespaces/a', { group: '', version: 'v1', plural: 'namespaces', name: 'a' }],
    [
      'api/v1/namespaces/a/status',
      { group: '', version: 'v1', plural: 'namespaces', name: 'a', subresource: 'status' },
    ],
    ['api/v1/namespaces/a/pods', { group: '', version: 'v1', namespace: 'a', plural: 'pods' }],
    [
      'apis/apps/v1/namespaces/a/daemonsets/b',
      { group: 'apps', version: 'v1', namespace: 'a', plural: 'daemonsets', name: 'b' },
    ],
    ['apis/apps/v1/daemonsets', { group: 'apps', version: 'v1', plural: 'daemonsets' }],
  ])('%s names a resource', (path, expected) => {
    expect(parseResourcePath(path.split('/'))).toEqual(expected);
  });

  it.each(['api', 'api/v1', 'apis', 'apis/apps', 'apis/apps/v1', 'api/v1/nodes/a/proxy/more'])(
    '%s names none',
    (path) => {
      expect(parseResourcePath(path.split('/'))).toBeUndefined();
    },
  );
});
