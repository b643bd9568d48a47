import { describe, expect, it } from 'vitest';
import { ANY_NODE, formatReservation, narrowed, parseReservation } from './reservation.ts';

describe('A reservation', () => {
  it('is read back as it was written', () => {
    const reservation = parseReservation(formatReservation(['gpu-1', 'gpu-2']));
    expect(['gpu-1', 'gpu-2', 'gpu-3'].map((node) => reservation.has(node))).toEqual([true, true, false]);
  });

  it('of nothing is not written, and what is not written is of nothing', () => {
    expect(formatReservation([])).toBeUndefined();
    expect(parseReservation(undefined).has('gpu-1')).toBe(false);
  });

  it('of more names than an annotation has room for is one of any node', () => {
    const names = Array.from({ length: 5000 }, (_, number) => `gpu-${number}`);
    expect(formatReservation(names)).toBe('["*"]');
    expect(parseReservation('["*"]').has('any')).toBe(true);
    expect(parseReservation(formatReservation([ANY_NODE])).has('any')).toBe(true);
  });

  it.each(['', 'gpu-1', '{}', 'null', '[1]', '["gpu-1", null]', `[${'"a",'.repeat(600)}"a"]`])(
    'that nobody can read may have been of any node: %.20s',
    (text) => {
      expect(parseReservation(text).has('gpu-7')).toBe(true);
    },
  );

  it('is narrowed to what both have', () => {
    const both = narrowed(parseReservation('["a","b"]'), parseReservation('["b","c"]'));
    expect(['a', 'b', 'c'].map((node) => both.has(node))).toEqual([false, true, false]);
  });
});
