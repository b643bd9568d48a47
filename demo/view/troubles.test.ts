import { expect, it } from 'vitest';
import { shownNode } from './testing.ts';
import { plain } from './text.ts';
import { troubleLines, troublesOf } from './troubles.ts';

const BUDGET = 'Eviction of work/database-1 is refused: Cannot evict pod as it would violate the budget';

const NODES = [
  shownNode('a', { state: 'drain-required', reason: { code: 'eviction-blocked', message: BUDGET } }),
  shownNode('b', { state: 'upgrade-failed', reason: { code: 'failed', message: 'There is no such image' } }),
  shownNode('c', { state: 'drain-required', reason: { code: 'eviction-blocked', message: 'Another one' } }),
  shownNode('d', { state: 'upgrade-done', reason: { code: 'slot', message: 'Waiting its turn' } }),
  shownNode('e', { state: 'drain-required' }),
];

it('tells once what holds up several nodes, what needs a person first', () => {
  expect(troublesOf(NODES)).toEqual([
    { code: 'failed', nodes: ['b'], message: 'There is no such image' },
    { code: 'eviction-blocked', nodes: ['a', 'c'], message: BUDGET },
  ]);
});

it('leaves out of a refused eviction what the next sentence says again', () => {
  const message =
    "Eviction of work/db-1 is refused: Cannot evict pod as it would violate the pod's disruption budget: " +
    'The disruption budget db needs 2 healthy pods and has 2 currently';
  const [trouble] = troublesOf([
    shownNode('a', { state: 'drain-required', reason: { code: 'eviction-blocked', message } }),
  ]);
  expect(trouble?.message).toBe(
    'Eviction of work/db-1 is refused: The disruption budget db needs 2 healthy pods and has 2 currently',
  );
});

it('has lines for them that fit', () => {
  expect(troubleLines(troublesOf(NODES), { width: 40, room: 9, paint: plain })).toEqual([
    ' failed: b',
    '   There is no such image',
    ' eviction-blocked: a, c',
    '   Eviction of work/database-1 is',
    '   refused: Cannot evict pod as it would',
    '   violate the budget',
  ]);
  const narrow = troubleLines(troublesOf(NODES), { width: 30, room: 6, paint: plain });
  expect(narrow).toEqual([
    ' failed: b',
    '   There is no such image',
    ' eviction-blocked: a, c',
    '   Eviction of work/database-1',
    '   is refused: Cannot evict',
    '   pod as it would violat…',
  ]);
});
