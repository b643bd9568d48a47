import { expect, it } from 'vitest';
import { duration, relative } from './format.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

it.each([
  [0, '0.0 s'],
  [12, '< 0.1 s'],
  [4240, '4.2 s'],
  [9960, '10 s'],
  [59_600, '1 min'],
  [200 * SECOND, '3 min 20 s'],
  [59 * MINUTE + 59.6 * SECOND, '1 h'],
  [2 * HOUR + 5 * MINUTE, '2 h 5 min'],
  [23 * HOUR + 59.8 * MINUTE, '24 h'],
  [172 * HOUR, '7 d 4 h'],
  [-5, '0.0 s'],
])('writes %d ms as %s', (milliseconds, words) => {
  expect(duration(milliseconds)).toBe(words);
});

it('says how far away a time is, no finer than people count', () => {
  const now = 100 * HOUR;
  expect(relative(now + 500, now)).toBe('now');
  expect(relative(now + 40 * SECOND, now)).toBe('in 40 s');
  expect(relative(now - 66 * MINUTE, now)).toBe('66 min ago');
  expect(relative(now + 125 * MINUTE + 40 * SECOND, now)).toBe('in 2 h 6 min');
});
