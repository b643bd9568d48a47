import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareResourceVersions, isResourceVersion } from './resource-version.ts';

describe('compareResourceVersions', () => {
  it('orders any two as the integers that they are', () => {
    const version = fc.bigInt({ min: 0n, max: 2n ** 200n });
    fc.assert(
      fc.property(version, version, (a, b) => {
        const order = compareResourceVersions(a.toString(), b.toString());
        expect(Math.sign(order)).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  it('tells apart neighbours that are the same as floating-point numbers', () => {
    expect(compareResourceVersions('9007199254740993', '9007199254740992')).toBeGreaterThan(0);
  });

  it('puts 9 before 10', () => {
    expect(compareResourceVersions('9', '10')).toBeLessThan(0);
  });
});

describe('isResourceVersion', () => {
  it.each(['0', '1', '18446744073709551616'])('accepts %s', (value) => {
    expect(isResourceVersion(value)).toBe(true);
  });

  it.each(['', '01', '-1', '1.0', '0x1', ' 1', 'abc', 1, null, undefined])('refuses %j', (value) => {
    expect(isResourceVersion(value)).toBe(false);
  });
});
