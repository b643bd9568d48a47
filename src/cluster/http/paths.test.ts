import { describe, expect, it } from 'vitest';
import { ApiError } from '../errors.ts';
import { collectionPath, objectPath, queryString, siblingsPath } from './paths.ts';

const pods = { group: '', version: 'v1', plural: 'pods', namespaced: true };
const nodes = { group: '', version: 'v1', plural: 'nodes', namespaced: false };
const daemonSets = { group: 'apps', version: 'v1', plural: 'daemonsets', namespaced: true };

describe('Paths', () => {
  it('lead to a group, a namespace, an object and its subresource', () => {
    expect(collectionPath(pods, undefined)).toBe('/api/v1/pods');
    expect(collectionPath(pods, 'ns')).toBe('/api/v1/namespaces/ns/pods');
    expect(objectPath(nodes, { name: 'n1' })).toBe('/api/v1/nodes/n1');
    expect(objectPath(daemonSets, { name: 'd', namespace: 'ns' }, 'status')).toBe(
      '/apis/apps/v1/namespaces/ns/daemonsets/d/status',
    );
  });

  it('leave out the namespace of a kind that has none', () => {
    expect(objectPath(nodes, { name: 'n1', namespace: 'ns' })).toBe('/api/v1/nodes/n1');
  });

  it.each(['', '.', '..', 'a/b', '../nodes', '%2e%2e'])('lead nowhere by the name %j', (name) => {
    expect(() => objectPath(pods, { name, namespace: 'ns' })).toThrow(ApiError);
    expect(() => objectPath(pods, { name: 'p', namespace: name })).toThrow(ApiError);
    expect(() => collectionPath(pods, name)).toThrow(ApiError);
  });

  it('encode a name that would end the path', () => {
    expect(objectPath(nodes, { name: 'a?b#c d' })).toBe('/api/v1/nodes/a%3Fb%23c%20d');
  });

  it('do not lead from one object to all namespaces', () => {
    expect(() => siblingsPath(pods, undefined)).toThrow('needs a namespace');
    expect(() => objectPath(pods, { name: 'p' })).toThrow('needs a namespace');
  });
});

describe('Query strings', () => {
  it('encode what they hold and leave out what is undefined', () => {
    expect(queryString({ labelSelector: 'a in (b,c)&watch=1', limit: 5, none: undefined })).toBe(
      '?labelSelector=a+in+%28b%2Cc%29%26watch%3D1&limit=5',
    );
    expect(queryString({ none: undefined })).toBe('');
  });
});
