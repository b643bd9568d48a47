import { describe, expect, it } from 'vitest';
import { parseJsonPath } from './json-path.ts';

const object = {
  metadata: { labels: { 'a/b': 'slash', 'a.b': 'dot' } },
  items: [{ name: 'first' }, { name: 'second' }],
  conditions: [
    { type: 'Other', status: 'False' },
    { type: 'Ready', status: 'True' },
  ],
};

describe('A JSON path', () => {
  it.each([
    ['.items[0].name', 'first'],
    ['.items[-1].name', 'second'],
    ['.items[*].name', 'first'],
    [".metadata.labels['a/b']", 'slash'],
    ['.metadata.labels.a\\.b', 'dot'],
    ['.conditions[?(@.type=="Ready")].status', 'True'],
    ['.conditions[?(@.type == "Missing")].status', undefined],
    ['.items[7].name', undefined],
    ['.missing.deeper', undefined],
    ['.constructor', undefined],
  ])('%s reads %s', (path, expected) => {
    expect(parseJsonPath(path)?.(object)).toBe(expected);
  });

  it.each(['items', '.items[', '.items[?(1)]'])('%s is not understood', (path) => {
    expect(parseJsonPath(path)).toBeUndefined();
  });
});
