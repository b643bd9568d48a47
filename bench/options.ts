import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';

// The flags that several benchmarks have, and how their values are read.

export function count(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 0 to 999999.');
  return Number.parseInt(text, 10);
}

export function atLeastOne(text: string): number {
  const value = count(text);
  if (value === 0) throw new InvalidArgumentError('It must be at least 1.');
  return value;
}

/** `-20` to `19` */
export function nice(text: string): number {
  const value = /^-?\d{1,2}$/.test(text) ? Number.parseInt(text, 10) : NaN;
  if (value >= -20 && value <= 19) return value;
  throw new InvalidArgumentError('It must be a whole number from -20 to 19.');
}

/** `100,1000` */
export function sizes(text: string): readonly number[] {
  if (!/^\d+(,\d+)*$/.test(text)) throw new InvalidArgumentError('It must be numbers like 100,1000.');
  return text.split(',').map(atLeastOne);
}

/** `--max-old-space-size=128 --trace-gc` */
export function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** `500ms`, `1s`, `10m`, `1h`. @returns milliseconds */
export function duration(text: string): number {
  const [, digits, unit] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('It must be a time like 500ms, 1s or 10m.');
  return Number.parseInt(digits, 10) * UNITS[unit as keyof typeof UNITS];
}

/** @param standard as it is written on the command line */
export function durationOption(flags: string, description: string, standard: string): Option {
  return new Option(flags, description).argParser(duration).default(duration(standard), standard);
}

export type OutputFormat = 'table' | 'json';

export function outputOption(): Option {
  return new Option('-o, --output <format>', 'what to print').choices(['table', 'json']).default('table');
}

export function profileOption(): Option {
  return new Option(
    '--profile <folder>',
    "write profiles of the operator's CPU time there, one for each time that it is started, for Chrome's DevTools",
  );
}

export function saveOption(): Option {
  return new Option('--save <file>', 'write the figures to a file as well, as JSON').argParser(newFile);
}

/** Found out before the hours of measuring, not after them. */
function newFile(path: string): string {
  if (existsSync(dirname(path))) return path;
  throw new InvalidArgumentError(`There is no folder ${dirname(path)}.`);
}
