import { expect, it } from 'vitest';
import { Ending } from './ending.ts';

it('undoes what was done last first, once, whatever fails', async () => {
  const done: string[] = [];
  const ending = new Ending();
  ending.add(() => Promise.resolve(done.push('first')));
  ending.add(() => Promise.reject(new Error('cannot be undone')));
  ending.add(() => Promise.resolve(done.push('last')));
  expect(await Promise.all([ending.run(), ending.run()])).toEqual([false, false]);
  expect(done).toEqual(['last', 'first']);
});
