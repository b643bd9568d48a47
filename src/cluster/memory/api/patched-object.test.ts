import { expect, it } from 'vitest';
import { patchedObject } from './patched-object.ts';
import type { RawObject } from './types.ts';

const before: RawObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } };

it('A patch may change what it likes of an object', () => {
  const patched = { ...before, spec: {} };
  expect(patchedObject(patched, before)).toBe(patched);
});

it.each<[string, unknown, string]>([
  [
    'its name',
    { ...before, metadata: { name: 'b' } },
    'the name of the object (b) does not match the name on the URL (a)',
  ],
  [
    'all its metadata',
    { apiVersion: 'v1', kind: 'Node' },
    'the name of the object (a based on URL) was undeterminable: name must be provided',
  ],
])('but not %s', (_, patched, message) => {
  expect(() => patchedObject(patched, before)).toThrow(message);
});
