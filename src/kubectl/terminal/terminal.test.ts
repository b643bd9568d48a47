import { describe, expect, it } from 'vitest';
import { printable } from './printable.ts';
import { styleFor, wrapped } from './style.ts';
import { table } from './table.ts';
import { lookFor } from './terminal.ts';

const size = () => ({ columns: 20, rows: 10 });

describe('What is shown', () => {
  const look = (env: Readonly<Record<string, string>>, isTerminal = true) => {
    const { colour, unicode, ...rest } = lookFor({ env, isTerminal, size });
    return { colour, unicode, drawn: rest.size !== undefined };
  };

  it.each([
    ['a terminal', { LANG: 'en_US.UTF-8' }, { colour: true, unicode: true, drawn: true }],
    ['one without UTF-8', { LANG: 'C' }, { colour: true, unicode: false, drawn: true }],
    [
      'one whose LC_ALL is without',
      { LC_ALL: 'C', LANG: 'C.UTF-8' },
      { colour: true, unicode: false, drawn: true },
    ],
    ['NO_COLOR', { NO_COLOR: '1', LANG: 'C.utf8' }, { colour: false, unicode: true, drawn: true }],
    [
      'NO_COLOR set to nothing',
      { NO_COLOR: '', LANG: 'C.UTF-8' },
      { colour: true, unicode: true, drawn: true },
    ],
    ['TERM=dumb', { TERM: 'dumb', LANG: 'C.UTF-8' }, { colour: false, unicode: false, drawn: false }],
  ] as const)('with %s is what can be', (_, env, expected) => {
    expect(look(env)).toEqual(expected);
  });

  it('in a pipe is plain', () => {
    expect(look({ LANG: 'C.UTF-8' }, false)).toEqual({ colour: false, unicode: false, drawn: false });
  });
});

describe('A table', () => {
  const plain = styleFor({ colour: false, unicode: false, size: undefined });
  const narrow = styleFor({ colour: true, unicode: true, size });

  it('has columns that are aligned, whatever their colour', () => {
    const rows = [
      [{ text: 'a', paint: narrow.red }, 'x'],
      ['bbb', 'y'],
    ];
    expect(table(['one', 'two'], rows, { ...narrow, columns: Infinity })).toEqual([
      'ONE   TWO',
      '\u001B[31ma\u001B[39m     x',
      'bbb   y',
    ]);
  });

  it('is cut to the width of a terminal, and elsewhere not', () => {
    const rows = [['node-1', 'a rather long message']];
    expect(table(undefined, rows, narrow)).toEqual(['node-1   a rather l…']);
    expect(table(undefined, rows, plain)).toEqual(['node-1   a rather long message']);
  });
});

it('lines are broken between words, and what may be copied stays whole', () => {
  expect(wrapped('one two /a/path/that/is/long three', 8)).toEqual([
    'one two',
    '/a/path/that/is/long',
    'three',
  ]);
});

it('data is printable when nothing in it, its keys among that, is obeyed by a terminal', () => {
  expect(printable({ 'a\u001B[1m': ['b\u0007\u202Ec', 'two\nlines', 3, null] })).toEqual({
    'a[1m': ['bc', 'two lines', 3, null],
  });
});
