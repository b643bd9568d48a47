import { describe, expect, it } from 'vitest';
import { figure, median, table } from './table.ts';

describe('a table', () => {
  it('is Markdown whose numbers stand under each other', () => {
    const rows = [
      ['seconds', '12.3', '9'],
      ['requests per node', '10.1'],
    ] as const;
    expect(table(['', 'ours', 'floor'], rows)).toBe(
      [
        '|                   | ours | floor |',
        '| ----------------- | ---: | ----: |',
        '| seconds           | 12.3 |     9 |',
        '| requests per node | 10.1 |       |',
      ].join('\n'),
    );
  });
});

describe('a figure', () => {
  it.each([
    [1234.5, '1235'],
    [123.4, '123'],
    [12.34, '12.3'],
    [1.234, '1.23'],
    [0.01234, '0.012'],
    [0, '0'],
    [undefined, 'n/a'],
    [NaN, 'n/a'],
  ])('%s is shown as %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });
});

describe('a median', () => {
  it('is one of the values', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2);
    expect(median([])).toBeUndefined();
  });
});
