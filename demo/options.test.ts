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

it('upgrades 60 nodes, six at a time, unless told otherwise', () => {
  const usual = { nodes: 60, parallel: 6, speed: 20, seed: 1, keep: false, open: false, plain: false };
  expect(parse().result).toEqual(usual);
  const args = ['--nodes', '24', '-p', '0', '--speed', '3', '--seed', '7', '--keep', '--open', '--plain'];
  expect(parse(...args).result).toEqual({
    nodes: 24,
    parallel: 0,
    speed: 3,
    seed: 7,
    keep: true,
    open: true,
    plain: true,
  });
});

it.each([
  [['--nodes', 'many'], /whole number/],
  [['--nodes', '2'], /from 12 to 300/],
  [['--parallel', '-1'], /parallel/],
  [['--speed', '0'], /from 1 to 50/],
  [['--paralel', '3'], /--parallel/],
  [['20'], /too many arguments/],
])('refuses %j in one line, with status 2', (args, complaint) => {
  const { result, err } = parse(...args);
  expect(result).toBe(2);
  expect(err).toMatch(complaint);
  expect(err).toMatch(/^[^\n]+ See npm run demo -- --help\n$/);
});

it('explains itself', () => {
  const { result, out } = parse('--help');
  expect(result).toBe(0);
  expect(out).toMatch(/nothing but Node/);
  expect(out).toMatch(/npm run demo -- --nodes 200 --parallel 40/);
});
