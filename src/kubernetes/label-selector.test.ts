import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelSelectorError, parseLabelSelector } from './label-selector-parser.ts';
import { matchesLabels } from './label-selector.ts';
import type { Requirement } from './label-selector.ts';
import type { StringMap } from './objects.ts';

const word = fc.stringMatching(/^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,8}[A-Za-z0-9])?$/);
const key = fc
  .oneof(
    word,
    fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'valueOf'),
    fc.tuple(word, word).map(([a, b]) => `${a.toLowerCase().replaceAll(/[_.]/g, '')}x/${b}`),
  )
  .filter((text) => text !== 'in' && text !== 'notin' && /^[A-Za-z0-9]/.test(text));
const value = fc.oneof(word, fc.constant(''), fc.constantFrom('in', 'notin'));
const space = fc.constantFrom('', ' ', '\t', ' \n ');

interface Written {
  readonly text: string;
  readonly requirement: Requirement;
}

const written: fc.Arbitrary<Written> = fc.oneof(
  fc.record({ key, value, space, sign: fc.constantFrom('=', '==') }).map((r): Written => ({
    text: `${r.key}${r.space}${r.sign}${r.space}${r.value}${r.space}`,
    requirement: { key: r.key, operator: 'in', values: [r.value] },
  })),
  fc.record({ key, value, space }).map((r): Written => ({
    text: `${r.space}${r.key}${r.space}!=${r.space}${r.value}`,
    requirement: { key: r.key, operator: 'notIn', values: [r.value] },
  })),
  fc
    .record({ key, values: fc.array(value, { minLength: 1, maxLength: 4 }), space, negated: fc.boolean() })
    .map((r): Written => ({
      text: `${r.key} ${r.negated ? 'notin' : 'in'}${r.space}(${r.space}${r.values.join(`${r.space},${r.space}`)}${r.space})`,
      requirement: { key: r.key, operator: r.negated ? 'notIn' : 'in', values: r.values },
    }))
    .filter(({ text }) => !/\(\s*\)/.test(text)),
  fc.record({ key, space }).map((r): Written => ({
    text: `${r.space}${r.key}${r.space}`,
    requirement: { key: r.key, operator: 'exists' },
  })),
  fc.record({ key, space }).map((r): Written => ({
    text: `!${r.space}${r.key}`,
    requirement: { key: r.key, operator: 'doesNotExist' },
  })),
  fc.record({ key, space, value: fc.nat(), greater: fc.boolean() }).map((r): Written => ({
    text: `${r.key}${r.space}${r.greater ? '>' : '<'}${r.space}${r.value}`,
    requirement: { key: r.key, operator: r.greater ? 'greaterThan' : 'lessThan', value: r.value },
  })),
);

describe('parseLabelSelector', () => {
  it('reads back every selector that can be written, however it is spaced', () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 5 }), (requirements) => {
        const text = requirements.map((requirement) => requirement.text).join(',');
        expect(parseLabelSelector(text)).toEqual(requirements.map((requirement) => requirement.requirement));
      }),
    );
  });

  it.each(['', ' ', '\t\n'])('takes %j to select everything', (text) => {
    expect(parseLabelSelector(text)).toEqual([]);
  });

  it('takes a left out value for the empty one', () => {
    expect(parseLabelSelector('a=,b!=,c in (x,)')).toEqual([
      { key: 'a', operator: 'in', values: [''] },
      { key: 'b', operator: 'notIn', values: [''] },
      { key: 'c', operator: 'in', values: ['x', ''] },
    ]);
  });

  it('takes "in" and "notin" for words where a value is due', () => {
    expect(parseLabelSelector('a=in,b in (notin)')).toEqual([
      { key: 'a', operator: 'in', values: ['in'] },
      { key: 'b', operator: 'in', values: ['notin'] },
    ]);
  });

  it.each([
    ['a in x', 'character 6: expected "(" after "in", found "x"'],
    ['a in (x', 'character 8: expected "," or ")", found the end'],
    ['a in ()', 'character 7: "in ()" names no value'],
    ['a,', 'character 3: expected a label key, found the end'],
    [',a', 'character 1: expected a label key, found ","'],
    ['a b', 'character 3: expected an operator such as = or in, a comma or the end, found "b"'],
    ['!a=b', 'character 3: expected an operator such as = or in, a comma or the end, found "="'],
    ['a=!b', 'character 3: expected a label value, found "!"'],
    ['in=a', 'character 1: expected a label key, found "in"'],
    ['a>b', 'character 3: expected a whole number after ">", found "b"'],
    ['a>', 'character 3: expected a whole number after ">", found the end'],
    ['a<99999999999999999999', 'character 3: 99999999999999999999 is too large'],
    ['-a=b', 'character 1: "-a" is not a label key: it must consist of'],
    ['__proto__=b', 'character 1: "__proto__" is not a label key'],
    ['UPPER.example/a', 'is not a label key: its prefix, before the "/", must be a DNS name'],
    ['a/b/c', 'is not a label key'],
    [`${'a'.repeat(64)}=b`, 'it is longer than 63 characters'],
    [`${'a'.repeat(254)}/b`, 'its prefix, before the "/", must be a DNS name'],
    [`a=${'b'.repeat(64)}`, 'it is longer than 63 characters'],
    ['a=b$c', 'character 3: "b$c" is not a label value: it must consist of'],
    ['a=-', 'is not a label value'],
  ])('says what is wrong with %j, and where', (text, problem) => {
    expect(() => parseLabelSelector(text)).toThrow(LabelSelectorError);
    expect(() => parseLabelSelector(text)).toThrow(problem);
  });

  it('throws nothing but its own error, whatever the text', () => {
    const pieces = fc.array(
      fc.constantFrom('a', 'in', 'notin', '(', ')', ',', '=', '!', '>', '<', ' ', '1', '__proto__', '\0'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((all) => all.join('')),
        ),
        (text) => {
          try {
            parseLabelSelector(text);
          } catch (error) {
            expect(error).toBeInstanceOf(LabelSelectorError);
          }
        },
      ),
    );
  });
});

describe('matchesLabels', () => {
  const matches = (text: string, labels: StringMap | undefined) =>
    matchesLabels(parseLabelSelector(text), labels);

  it('lets an empty selector match everything, labelled or not', () => {
    expect(matches('', undefined)).toBe(true);
    expect(matches('', { a: 'b' })).toBe(true);
  });

  it.each([
    ['a=b', { a: 'b' }, true],
    ['a=b', { a: 'c' }, false],
    ['a=b', {}, false],
    ['a=', { a: '' }, true],
    ['a=', {}, false],
    ['a!=b', { a: 'c' }, true],
    ['a!=b', { a: 'b' }, false],
    ['a!=b', {}, true],
    ['a in (b,c)', { a: 'c' }, true],
    ['a in (b,c)', { a: 'd' }, false],
    ['a notin (b,c)', { a: 'c' }, false],
    ['a notin (b,c)', {}, true],
    ['a', { a: '' }, true],
    ['a', {}, false],
    ['!a', { a: '' }, false],
    ['!a', {}, true],
    ['a>2', { a: '3' }, true],
    ['a>2', { a: '2' }, false],
    ['a>2', { a: 'three' }, false],
    ['a>2', {}, false],
    ['a<2', { a: '1' }, true],
    ['a<2', { a: '2' }, false],
    ['a<2', {}, false],
    ['a>2', { a: '9223372036854775807' }, true],
    ['a>2', { a: '9223372036854775808' }, false],
    ['a=b,c', { a: 'b', c: 'd' }, true],
    ['a=b,c', { a: 'b' }, false],
  ])('%s on %j: %s', (text, labels, expected) => {
    expect(matches(text, labels as StringMap)).toBe(expected);
  });

  it('never takes what every object inherits for a label', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      expect(matches(name, {})).toBe(false);
      expect(matches(`!${name}`, {})).toBe(true);
      expect(matches(name, JSON.parse(`{"${name}":"x"}`) as StringMap)).toBe(true);
    }
  });

  it('agrees with a plain reading of each requirement, for any labels and hostile keys', () => {
    const anyKey = fc.oneof(key, fc.constantFrom('__proto__', 'constructor', 'a', 'b'));
    const labels = fc
      .array(fc.tuple(anyKey, value), { maxLength: 6 })
      .map((entries) => ({ entries, map: JSON.parse(toJson(entries)) as StringMap }));
    const requirement = fc.tuple(anyKey, fc.constantFrom('in' as const, 'notIn' as const), fc.array(value));
    fc.assert(
      fc.property(labels, requirement, ({ entries, map }, [wanted, operator, values]) => {
        const found = entries.findLast(([name]) => name === wanted)?.[1];
        const isIn = found !== undefined && values.includes(found);
        expect(matchesLabels([{ key: wanted, operator, values }], map)).toBe(
          operator === 'in' ? isIn : !isIn,
        );
      }),
    );
  });
});

/** Unlike an object literal, JSON can give an object a `__proto__` of its own, as an API server's answer would. */
function toJson(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`).join(',')}}`;
}
