import { expect, it } from 'vitest';
import { parseOptions } from './options.ts';

function parse(...args: readonly string[]) {
  let out = '';
  let err = '';
  const result = parseOptions(args, {
    writeOut: (text) => (out += text),
    writeErr: (text) => (err += text),
  });
  return { result, out, err };
}

it('upgrades 24 nodes, four at a time, unless told otherwise', () => {
  expect(parse().result).toEqual({ nodes: 24, parallel: 4, keep: false });
  expect(parse('--nodes', '60', '-p', '0', '--keep').result).toEqual({ nodes: 60, parallel: 0, keep: true });
});

it.each([
  [['--nodes', 'many'], /whole number/],
  [['--nodes', '2'], /from 6 to 300/],
  [['--parallel', '-1'], /parallel/],
  [['--paralel', '3'], /--parallel/],
  [['20'], /too many arguments/],
])('refuses %j in one line, with status 2', (args, complaint) => {
  const { result, err } = parse(...args);
  expect(result).toBe(2);
  expect(err).toMatch(complaint);
  expect(err).toMatch(/^[^\n]+\n$/);
});

it('explains itself', () => {
  const { result, out } = parse('--help');
  expect(result).toBe(0);
  expect(out).toMatch(/--keep/);
  expect(out).toMatch(/npm run demo -- --nodes 60 --parallel 10/);
});
