import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers } from './covers.ts';

describe('covers', () => {
  it('holds for an object and itself, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(covers(value, value)).toBe(true);
      }),
    );
  });

  it("does not count what others have added, be it the server's defaults or fields of their own", () => {
    const wanted = {
      metadata: { name: 'a', labels: { ours: '1' } },
      spec: { volumes: [{ name: 'v', hostPath: { path: '/x' } }] },
    };
    const live = {
      metadata: { name: 'a', uid: 'u', labels: { ours: '1', theirs: '2' } },
      spec: {
        volumes: [{ name: 'other' }, { name: 'v', hostPath: { path: '/x', type: '' } }],
        revisionHistoryLimit: 10,
      },
      status: {},
    };
    expect(covers(live, wanted)).toBe(true);
  });

  it.each([
    ['a value is another', { spec: { type: 'OnDelete' } }, { spec: { type: 'RollingUpdate' } }],
    ['a field is gone', { spec: { type: 'OnDelete' } }, { spec: {} }],
    ['a section is gone', { spec: { type: 'OnDelete' } }, {}],
    [
      'a label is gone, though its value was empty',
      { metadata: { labels: { ours: '' } } },
      { metadata: { labels: {} } },
    ],
    ['an element of a list is gone', { volumes: [{ name: 'v' }] }, { volumes: [{ name: 'w' }] }],
    [
      'an element of a list is another',
      { env: [{ name: 'A', value: '1' }] },
      { env: [{ name: 'A', value: '2' }] },
    ],
    ['an element was added to a list that is replaced as a whole', { args: ['a'] }, { args: ['a', 'b'] }],
    [
      'a list that is replaced as a whole was put in another order',
      { args: ['a', 'b'] },
      { args: ['b', 'a'] },
    ],
    [
      'a key was added to a map that is replaced as a whole',
      { nodeSelector: { a: '1' } },
      { nodeSelector: { a: '1', b: '2' } },
    ],
    ['a list has become something else', { args: ['a'] }, { args: 'a' }],
    ['false has become absent', { on: false }, {}],
    ['zero has become absent', { seconds: 0 }, {}],
  ])('notices that %s', (_what, wanted, live) => {
    expect(covers(live, wanted)).toBe(false);
  });

  it('finds elements by what tells them apart, wherever they stand', () => {
    const wanted = {
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    };
    expect(covers({ env: [...wanted.env].reverse() }, wanted)).toBe(true);
    const mounts = {
      volumeMounts: [
        { name: 'v', mountPath: '/a' },
        { name: 'v', mountPath: '/b' },
      ],
    };
    expect(covers({ volumeMounts: [...mounts.volumeMounts].reverse() }, mounts)).toBe(true);
  });

  it('compares resources by amount', () => {
    const live = { resources: { requests: { cpu: '1', memory: '1Gi' } } };
    expect(covers(live, { resources: { requests: { cpu: '1000m', memory: '1024Mi' } } })).toBe(true);
    expect(covers(live, { resources: { requests: { cpu: 1 } } })).toBe(true);
    expect(covers(live, { resources: { requests: { cpu: 2 } } })).toBe(false);
    expect(covers(live, { resources: { limits: { cpu: 1 } } })).toBe(false);
  });

  it('takes what is empty for what is absent, for the API server stores neither', () => {
    expect(covers({}, { a: null, b: undefined, c: [], d: {}, e: '' })).toBe(true);
    expect(covers({ env: [{ name: 'A' }] }, { env: [{ name: 'A', value: '' }] })).toBe(true);
    expect(covers({ env: [{ name: 'A', value: 'x' }] }, { env: [{ name: 'A', value: '' }] })).toBe(false);
  });

  it('is not misled by what every object inherits', () => {
    expect(covers({}, JSON.parse('{"labels":{"constructor":"x"}}'))).toBe(false);
    expect(covers({ labels: {} }, JSON.parse('{"labels":{"__proto__":"x"}}'))).toBe(false);
  });
});
