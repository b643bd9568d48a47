import { describe, expect, it } from 'vitest';
import { applyJsonPatch } from './json-patch.ts';
import { StatusError } from './status-error.ts';
import type { PatchOperation, RawObject } from './types.ts';

// A real kube-apiserver 1.36 was asked for all of this.
const object: RawObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', labels: { x: '1' } },
  data: { k: 'v', n: '1' },
  list: ['a', 'b'],
};

function patched(...operations: readonly PatchOperation[]): RawObject {
  return applyJsonPatch(object, operations);
}

function refusalOf(...operations: readonly PatchOperation[]): unknown {
  try {
    return patched(...operations);
  } catch (error) {
    return error instanceof StatusError ? error.status : error;
  }
}

const REFUSED = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'the server rejected our request due to an error in our request',
  reason: 'Invalid',
  details: {},
  code: 422,
};

describe('A test', () => {
  it.each<[string, PatchOperation]>([
    ['of a value', { op: 'test', path: '/metadata/labels/x', value: '1' }],
    [
      'of an object, whatever the order of its fields',
      { op: 'test', path: '/data', value: { n: '1', k: 'v' } },
    ],
    ['of an absent key against null', { op: 'test', path: '/metadata/labels/z', value: null }],
    ['of an absent key against no value', { op: 'test', path: '/metadata/labels/z' }],
    ['of an absent map against null', { op: 'test', path: '/metadata/annotations', value: null }],
    ['of the last element', { op: 'test', path: '/list/-1', value: 'b' }],
  ])('%s holds, and changes nothing', (_, operation) => {
    expect(patched(operation)).toBe(object);
  });

  it.each<[string, PatchOperation]>([
    ['of another value', { op: 'test', path: '/metadata/labels/x', value: '2' }],
    ['of a value against null', { op: 'test', path: '/metadata/labels/x', value: null }],
    ['of an absent key', { op: 'test', path: '/metadata/labels/z', value: '1' }],
    ['below an absent map, even against null', { op: 'test', path: '/metadata/annotations/z', value: null }],
    ['beyond the end of a list, even against null', { op: 'test', path: '/list/2', value: null }],
  ])('%s fails', (_, operation) => {
    expect(refusalOf(operation)).toEqual(REFUSED);
  });

  it('that fails at the end undoes everything before it', () => {
    expect(
      refusalOf({ op: 'add', path: '/data/z', value: '1' }, { op: 'test', path: '/data/k', value: 'other' }),
    ).toEqual(REFUSED);
    expect(object['data']).toEqual({ k: 'v', n: '1' });
  });
});

describe('A change of a map', () => {
  it.each<[string, PatchOperation, Record<string, unknown>]>([
    ['adds a key', { op: 'add', path: '/data/z', value: '2' }, { k: 'v', n: '1', z: '2' }],
    [
      'adds one with a slash and a tilde',
      { op: 'add', path: '/data/a~1b~0c', value: '' },
      { k: 'v', n: '1', 'a/b~c': '' },
    ],
    ['replaces a value', { op: 'replace', path: '/data/k', value: 'w' }, { k: 'w', n: '1' }],
    [
      'replaces an absent one, as a real API server does',
      { op: 'replace', path: '/data/z', value: 'w' },
      { k: 'v', n: '1', z: 'w' },
    ],
    ['removes a key', { op: 'remove', path: '/data/k' }, { n: '1' }],
    ['moves a value', { op: 'move', from: '/data/k', path: '/data/z' }, { n: '1', z: 'v' }],
    ['copies a value', { op: 'copy', from: '/data/k', path: '/data/z' }, { k: 'v', n: '1', z: 'v' }],
    [
      'copies an absent value as null',
      { op: 'copy', from: '/data/q', path: '/data/z' },
      { k: 'v', n: '1', z: null },
    ],
  ])('%s', (_, operation, data) => {
    expect(patched(operation)).toEqual({ ...object, data });
  });

  it.each<[string, PatchOperation]>([
    ['removes an absent key', { op: 'remove', path: '/data/z' }],
    ['moves an absent value', { op: 'move', from: '/data/z', path: '/data/y' }],
    ['adds below an absent map', { op: 'add', path: '/metadata/annotations/z', value: '1' }],
    ['replaces below an absent map', { op: 'replace', path: '/metadata/annotations/z', value: '1' }],
    ['removes below an absent map', { op: 'remove', path: '/metadata/annotations/z' }],
    ['adds below a text', { op: 'add', path: '/metadata/name/z', value: '1' }],
    ['has a path without a slash', { op: 'add', path: 'data/z', value: '1' }],
    ['adds to the whole', { op: 'add', path: '', value: object }],
    ['is none', { op: 'foo' as 'add', path: '/data/z', value: '1' }],
  ])('is refused if it %s', (_, operation) => {
    expect(refusalOf(operation)).toEqual(REFUSED);
  });

  it('takes a key of any name for what it is', () => {
    const after = patched({ op: 'add', path: '/data/__proto__', value: 'own' });
    expect(Object.entries(after['data'] as object)).toContainEqual(['__proto__', 'own']);
    expect(refusalOf({ op: 'remove', path: '/data/constructor' })).toEqual(REFUSED);
    expect(patched({ op: 'test', path: '/data/toString', value: null })).toBe(object);
  });

  it('leaves what it does not touch the same', () => {
    const after = patched({ op: 'add', path: '/metadata/labels/z', value: '1' });
    expect(after['data']).toBe(object['data']);
    expect(object.metadata.labels).toEqual({ x: '1' });
  });
});

describe('A change of a list', () => {
  it.each<[string, PatchOperation, readonly string[]]>([
    ['appends', { op: 'add', path: '/list/-', value: 'c' }, ['a', 'b', 'c']],
    ['inserts', { op: 'add', path: '/list/1', value: 'c' }, ['a', 'c', 'b']],
    ['inserts by an index with a leading zero', { op: 'add', path: '/list/01', value: 'c' }, ['a', 'c', 'b']],
    ['inserts at the end', { op: 'add', path: '/list/2', value: 'c' }, ['a', 'b', 'c']],
    ['inserts at the end, counted from there', { op: 'add', path: '/list/-1', value: 'c' }, ['a', 'b', 'c']],
    [
      'inserts at the start, counted from the end',
      { op: 'add', path: '/list/-3', value: 'c' },
      ['c', 'a', 'b'],
    ],
    ['replaces', { op: 'replace', path: '/list/1', value: 'c' }, ['a', 'c']],
    ['replaces, counted from the end', { op: 'replace', path: '/list/-2', value: 'c' }, ['c', 'b']],
    ['removes', { op: 'remove', path: '/list/0' }, ['b']],
    ['removes, counted from the end', { op: 'remove', path: '/list/-1' }, ['a']],
    ['moves', { op: 'move', from: '/list/0', path: '/list/1' }, ['b', 'a']],
  ])('%s', (_, operation, list) => {
    expect(patched(operation)['list']).toEqual(list);
  });

  it.each<[string, PatchOperation]>([
    ['inserts beyond the end', { op: 'add', path: '/list/3', value: 'c' }],
    ['inserts before the start', { op: 'add', path: '/list/-4', value: 'c' }],
    ['replaces beyond the end', { op: 'replace', path: '/list/2', value: 'c' }],
    ['replaces at no index', { op: 'replace', path: '/list/-', value: 'c' }],
    ['removes beyond the end', { op: 'remove', path: '/list/2' }],
    ['removes at no index', { op: 'remove', path: '/list/-' }],
    ['has a word for an index', { op: 'add', path: '/list/x', value: 'c' }],
  ])('is refused if it %s', (_, operation) => {
    expect(refusalOf(operation)).toEqual(REFUSED);
  });
});
