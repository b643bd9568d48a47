import { expect, it } from 'vitest';
import { applyMergePatch } from './merge-patch.ts';
import type { RawObject } from './types.ts';

const object: RawObject = {
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'a', labels: { x: '1', y: '2' } },
  spec: { list: [1, 2], map: { a: 1 }, text: 'b' },
};

it.each<[string, unknown, unknown]>([
  ['a field is set', { spec: { text: 'c' } }, { list: [1, 2], map: { a: 1 }, text: 'c' }],
  ['an object is merged', { spec: { map: { b: 2 } } }, { list: [1, 2], map: { a: 1, b: 2 }, text: 'b' }],
  ['a list is replaced', { spec: { list: [3] } }, { list: [3], map: { a: 1 }, text: 'b' }],
  [
    'an object replaces a text',
    { spec: { text: { a: 1 } } },
    { list: [1, 2], map: { a: 1 }, text: { a: 1 } },
  ],
  ['null removes', { spec: { map: null, text: null, other: null } }, { list: [1, 2] }],
  [
    'null in a new object is left out',
    { spec: { text: { a: 1, b: null } } },
    { list: [1, 2], map: { a: 1 }, text: { a: 1 } },
  ],
  ['null in a list stays', { spec: { list: [null] } }, { list: [null], map: { a: 1 }, text: 'b' }],
])('by a merge patch, %s', (_, patch, spec) => {
  const after = applyMergePatch(object, patch);
  expect(after).toEqual({ ...object, spec });
  expect(after.metadata).toBe(object.metadata);
});

it('a merge patch that says what is so already changes nothing', () => {
  expect(
    applyMergePatch(object, { spec: { text: 'b', map: { a: 1, z: null } }, metadata: { labels: {} } }),
  ).toBe(object);
});

it('a merge patch takes a key of any name for what it is', () => {
  const after = applyMergePatch(object, {
    metadata: { labels: JSON.parse('{"__proto__":"own","constructor":null}') as unknown },
  });
  expect(Object.entries(after.metadata.labels ?? {})).toEqual([
    ['x', '1'],
    ['y', '2'],
    ['__proto__', 'own'],
  ]);
});

it.each<[unknown, string]>([
  [[1], 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ['x', 'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}'],
  [null, 'Invalid JSON Patch'],
])('a merge patch that is %j is refused in the words of a real API server', (patch, message) => {
  expect(() => applyMergePatch(object, patch)).toThrow(message);
});
