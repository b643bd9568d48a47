import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf, ObjectCache, type Change } from './object-cache.ts';
import { compareResourceVersions } from './resource-version.ts';
import { node, type TestNode } from './testing/nodes.ts';

function makeCache(...listed: TestNode[]) {
  const changes: Change<TestNode>[] = [];
  const cache = new ObjectCache<TestNode>((change) => changes.push(change));
  cache.replace({ items: listed, resourceVersion: '100' });
  changes.length = 0;
  return { cache, changes };
}

describe('keyOf', () => {
  it('has the namespace only where there is one', () => {
    expect(keyOf({ name: 'n' })).toBe('n');
    expect(keyOf({ name: 'p', namespace: 'ns' })).toBe('ns/p');
  });
});

describe('An object that a write returned', () => {
  it('is taken at once, and its event later changes nothing', () => {
    const { cache, changes } = makeCache(node('a', 50));
    cache.observe(node('a', 101));
    cache.put(node('a', 101));
    expect(changes).toEqual([{ key: 'a', before: node('a', 50), after: node('a', 101) }]);
  });

  it('does not replace a newer one', () => {
    const { cache, changes } = makeCache(node('a', 50));
    cache.put(node('a', 105));
    cache.observe(node('a', 103));
    expect(cache.get('a')).toEqual(node('a', 105));
    expect(changes).toHaveLength(1);
  });

  it('does not come back when it was deleted while the answer was on its way', () => {
    const { cache } = makeCache(node('a', 50));
    cache.remove(node('a', 105));
    cache.observe(node('a', 103));
    expect(cache.size).toBe(0);
  });

  it('does not come back when only a bookmark has told that the stream is past it', () => {
    const { cache } = makeCache();
    cache.advance('110');
    cache.observe(node('a', 103));
    expect(cache.size).toBe(0);
  });

  it('is taken when it was created and the stream has not come to it', () => {
    const { cache, changes } = makeCache();
    cache.observe(node('a', 101));
    expect(changes).toEqual([{ key: 'a', before: undefined, after: node('a', 101) }]);
  });

  it('stays when the stream only then comes to the deletion of its namesake', () => {
    const { cache } = makeCache(node('a', 50, 'old'));
    cache.observe(node('a', 110, 'new'));
    cache.remove(node('a', 105, 'old'));
    expect(cache.get('a')?.uid).toBe('new');
  });

  it('is not taken before the first list, which will have it', () => {
    const cache = new ObjectCache<TestNode>(() => undefined);
    cache.observe(node('a', 1));
    expect(cache.size).toBe(0);
  });
});

describe('A new list', () => {
  it('is told as the difference: created, changed, gone, and nothing of what is the same', () => {
    const { cache, changes } = makeCache(node('same', 10), node('changed', 20), node('gone', 30));
    const items = [node('same', 10), node('changed', 120), node('created', 130)];
    cache.replace({ items, resourceVersion: '200' });
    expect(changes).toEqual([
      { key: 'gone', before: node('gone', 30), after: undefined },
      { key: 'changed', before: node('changed', 20), after: node('changed', 120) },
      { key: 'created', before: undefined, after: node('created', 130) },
    ]);
  });

  it('leaves what writes returned after it was read', () => {
    const { cache } = makeCache(node('a', 10));
    cache.observe(node('a', 210));
    cache.observe(node('b', 211));
    cache.replace({ items: [node('a', 10)], resourceVersion: '200' });
    expect([...cache.values()]).toEqual([node('a', 210), node('b', 211)]);
  });

  it('tells of another object of the same name as of a change of UID', () => {
    const { cache, changes } = makeCache(node('a', 10, 'old'));
    cache.replace({ items: [node('a', 150, 'new')], resourceVersion: '200' });
    expect(changes).toEqual([{ key: 'a', before: node('a', 10, 'old'), after: node('a', 150, 'new') }]);
  });

  it('counts for everything when the cluster was set back to an older state', () => {
    const { cache } = makeCache(node('a', 90), node('b', 95));
    cache.replace({ items: [node('a', 40)], resourceVersion: '50' });
    expect([...cache.values()]).toEqual([node('a', 40)]);
    cache.put(node('a', 60));
    expect(cache.get('a')).toEqual(node('a', 60));
  });
});

/** What really happened to one object, and a cache that is told of it by a stream in order and by answers at any time. */
type Step = 'write' | 'delete' | 'stream' | 'answer' | 'relist';

describe('Whatever the order in which stream, lists and answers come', () => {
  it('never goes back, never brings back the dead, and ends with what is there', () => {
    const step = fc.constantFrom<Step>('write', 'delete', 'stream', 'answer', 'relist');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World();
        for (const each of steps) world.take(each);
        world.catchUp();
        expect(world.cache.get('a')).toEqual(world.truth);
      }),
      { numRuns: 2000 },
    );
  });
});

class World {
  truth: TestNode | undefined;
  readonly #log: { type: 'put' | 'remove'; object: TestNode }[] = [];
  readonly #answers: TestNode[] = [];
  #version = 100;
  #lives = 0;
  readonly cache = new ObjectCache<TestNode>(({ before, after }) => {
    if (before === undefined || after === undefined) return;
    expect(compareResourceVersions(after.resourceVersion, before.resourceVersion)).toBeGreaterThan(0);
  });

  constructor() {
    this.cache.replace({ items: [], resourceVersion: '100' });
  }

  take(step: Step): void {
    const known = this.cache.get('a');
    switch (step) {
      case 'write':
        this.#write();
        break;
      case 'delete':
        this.#delete();
        break;
      case 'stream':
        this.#stream();
        break;
      case 'answer':
        this.#answer(known);
        break;
      case 'relist':
        this.#log.length = 0;
        this.cache.replace({ items: this.truth ? [this.truth] : [], resourceVersion: String(this.#version) });
        break;
    }
  }

  catchUp(): void {
    while (this.#log.length > 0) this.#stream();
    while (this.#answers.length > 0) this.#answer(this.cache.get('a'));
  }

  #write(): void {
    this.#version += 1;
    if (this.truth === undefined) this.#lives += 1;
    this.truth = node('a', this.#version, `life-${this.#lives}`);
    this.#log.push({ type: 'put', object: this.truth });
    this.#answers.push(this.truth);
  }

  #delete(): void {
    if (this.truth === undefined) return;
    this.#version += 1;
    this.#log.push({ type: 'remove', object: { ...this.truth, resourceVersion: String(this.#version) } });
    this.truth = undefined;
  }

  #stream(): void {
    const next = this.#log.shift();
    if (next !== undefined) this.cache[next.type](next.object);
  }

  #answer(known: TestNode | undefined): void {
    const answer = this.#answers.pop();
    if (answer === undefined) return;
    this.cache.observe(answer);
    const streamed = this.cache.position ?? '0';
    const late = compareResourceVersions(answer.resourceVersion, streamed) <= 0;
    if (late && known === undefined) expect(this.cache.get('a')).toBeUndefined();
  }
}
