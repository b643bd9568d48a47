import { expect, it } from 'vitest';
import { abridge, cut, hanging, wrap } from './text.ts';

it('says that it has cut something off', () => {
  expect(cut('abcdef', 6)).toBe('abcdef');
  expect(cut('abcdef', 4)).toBe('abc…');
});

it('keeps what can be done when it abridges', () => {
  const text = 'There is no image by that name in any registry. Publish it';
  expect(abridge(text, 80)).toBe(text);
  expect(abridge(text, 30)).toBe('There is no image … Publish it');
  expect(abridge(text, 12)).toBe('There is no…');
});

it('breaks lines between words, and indents all but the first', () => {
  expect(wrap('a cat sat down', 6)).toEqual(['a cat', 'sat', 'down']);
  expect(hanging('- ', 'a cat sat down', 8)).toEqual(['- a cat', '  sat', '  down']);
});
