import { describe, expect, it } from 'vitest';
import { atLeastOne, count, duration, nice, sizes } from './options.ts';

describe('a time on the command line', () => {
  it.each([
    ['500ms', 500],
    ['1s', 1000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['0s', 0],
  ])('%s is so many milliseconds', (text, milliseconds) => {
    expect(duration(text)).toBe(milliseconds);
  });

  it.each(['', '5', '1.5s', '-1s', '1 s', '1d'])('"%s" is refused', (text) => {
    expect(() => duration(text)).toThrow('It must be a time like 500ms, 1s or 10m.');
  });
});

describe('a number on the command line', () => {
  it('is a whole number', () => {
    expect(count('50000')).toBe(50_000);
    expect(() => count('1e3')).toThrow('whole number');
    expect(() => count('-1')).toThrow('whole number');
  });

  it('may be a priority', () => {
    expect([nice('-20'), nice('0'), nice('19')]).toEqual([-20, 0, 19]);
    for (const wrong of ['-21', '20', '1.5', '']) expect(() => nice(wrong)).toThrow('from -20 to 19');
  });

  it('may have to be at least 1', () => {
    expect(atLeastOne('1')).toBe(1);
    expect(() => atLeastOne('0')).toThrow('at least 1');
  });

  it('may be one of several', () => {
    expect(sizes('100,1000')).toEqual([100, 1000]);
    expect(() => sizes('100, 1000')).toThrow('numbers like 100,1000');
    expect(() => sizes('0,10')).toThrow('at least 1');
  });
});
