import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter, LineTooLongError } from './lines.ts';

function split(chunks: readonly Buffer[], longest = 1000): string[] {
  const splitter = new LineSplitter(longest);
  return chunks.flatMap((chunk) => [...splitter.push(chunk)]);
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const bounds = [
    0,
    ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ];
  return bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end));
}

describe('LineSplitter', () => {
  it('finds the same lines wherever the stream is cut, inside a character too', () => {
    const line = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\n'));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat()), (lines, places) => {
        const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''));
        expect(split(cut(bytes, places))).toEqual(lines);
      }),
    );
  });

  it('keeps back what no newline has ended yet', () => {
    expect(split([Buffer.from('a\nhal')])).toEqual(['a']);
    expect(split([Buffer.from('a\nhal'), Buffer.from('f\n')])).toEqual(['a', 'half']);
  });

  it('refuses a line that is longer than it may be, before its end is there', () => {
    expect(() => split([Buffer.from('12345'), Buffer.from('678')], 7)).toThrow(LineTooLongError);
    expect(split([Buffer.from('1234567\n1234567\n')], 7)).toEqual(['1234567', '1234567']);
  });
});
