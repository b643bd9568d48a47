import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuantity, sameQuantity } from './quantity.ts';

describe('parseQuantity', () => {
  it.each([
    ['1', 1_000_000_000n],
    [2, 2_000_000_000n],
    ['0', 0n],
    ['1500m', 1_500_000_000n],
    ['1.5', 1_500_000_000n],
    ['.5', 500_000_000n],
    ['5.', 5_000_000_000n],
    ['-3', -3_000_000_000n],
    ['+3', 3_000_000_000n],
    ['100n', 100n],
    ['1u', 1000n],
    ['1k', 1_000_000_000_000n],
    ['1Ki', 1_024_000_000_000n],
    ['2Gi', 2_147_483_648_000_000_000n],
    ['1E', 1_000_000_000_000_000_000_000_000_000n],
    ['1e3', 1_000_000_000_000n],
    ['1E-3', 1_000_000n],
    ['0.1n', 1n],
  ])('reads %s', (text, value) => {
    expect(parseQuantity(text)).toBe(value);
  });

  it.each(['', '.', 'm', '1x', '1KI', '1 Gi', 'NaN', '1e', '--1', '0x10', '1mi'])(
    'does not read %j',
    (text) => {
      expect(parseQuantity(text)).toBeUndefined();
    },
  );
});

describe('sameQuantity', () => {
  it.each([
    ['1', '1000m'],
    ['1Gi', '1024Mi'],
    ['1Gi', '1073741824'],
    [2, '2'],
    ['0.5', '500m'],
    ['1G', '1e9'],
    ['unreadable', 'unreadable'],
  ])('takes %s and %s for the same', (a, b) => {
    expect(sameQuantity(a, b)).toBe(true);
  });

  it.each([
    ['1', '1m'],
    ['1G', '1Gi'],
    ['unreadable', '1'],
  ])('tells %s from %s', (a, b) => {
    expect(sameQuantity(a, b)).toBe(false);
  });

  it('does not depend on the unit in which a number of thousandths is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (value) => {
        expect(sameQuantity(`${value * 1000}m`, String(value))).toBe(true);
        expect(sameQuantity(`${value}k`, `${value}e3`)).toBe(true);
      }),
    );
  });
});
