import { describe, expect, it } from 'vitest';
import { age, humanDuration } from './age.ts';

const [minute, hour, day, year] = [60, 3_600, 86_400, 365 * 86_400];

describe('A duration', () => {
  it.each([
    [-5, '<invalid>'],
    [-1, '0s'],
    [0, '0s'],
    [119, '119s'],
    [2 * minute, '2m'],
    [9 * minute + 59, '9m59s'],
    [10 * minute + 30, '10m'],
    [3 * hour - 1, '179m'],
    [3 * hour, '3h'],
    [7 * hour + 59 * minute, '7h59m'],
    [8 * hour + 59 * minute, '8h'],
    [47 * hour, '47h'],
    [2 * day + 5 * hour, '2d5h'],
    [8 * day + 5 * hour, '8d'],
    [2 * year, '2y'],
    [3 * year + 40 * day, '3y40d'],
    [9 * year + 40 * day, '9y'],
  ])('of %i s is told as %s', (seconds, expected) => {
    expect(humanDuration(seconds * 1_000)).toBe(expected);
  });
});

describe('An age', () => {
  it('is how long ago something was', () => {
    expect(age('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1, 0, 5, 30))).toBe('5m30s');
  });

  it.each([undefined, null, '', 'yesterday'])('is unknown for %s', (timestamp) => {
    expect(age(timestamp, 0)).toBe('<unknown>');
  });
});
