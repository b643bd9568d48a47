import { isJsonObject } from '../json.ts';
import { invalidField, tooLong, tooMany, type Problem } from './problems.ts';
import { regularExpression } from './regular-expressions.ts';
import type { Limits } from './schema.ts';

/** How a value exceeds its limits. Of a string only the first way is told. */
export function limitProblems(value: unknown, limits: Limits, path: string): readonly Problem[] {
  if (typeof value === 'string') return stringProblems(value, limits, path);
  if (typeof value === 'number') return numberProblems(value, limits, path);
  if (Array.isArray(value)) {
    return countProblems(
      { count: value.length, least: limits.minItems, most: limits.maxItems, of: 'items' },
      path,
    );
  }
  if (!isJsonObject(value)) return [];
  const count = Object.keys(value).length;
  return countProblems(
    { count, least: limits.minProperties, most: limits.maxProperties, of: 'properties' },
    path,
  );
}

function stringProblems(
  value: string,
  { minLength, maxLength, pattern }: Limits,
  path: string,
): readonly Problem[] {
  // In characters, whatever the message says.
  const { length } = Array.from(value);
  if (maxLength !== undefined && length > maxLength) return [tooLong(path, maxLength)];
  if (minLength !== undefined && length < minLength) {
    return [outOfBounds(path, value, `at least ${minLength} chars long`)];
  }
  if (pattern === undefined || regularExpression(pattern).test(value)) return [];
  return [invalidField(path, value, `${path} in body should match '${pattern}'`)];
}

function numberProblems(value: number, limits: Limits, path: string): readonly Problem[] {
  const { minimum, maximum, multipleOf } = limits;
  const problems: Problem[] = [];
  if (multipleOf !== undefined && value % multipleOf !== 0)
    problems.push(outOfBounds(path, value, `a multiple of ${multipleOf}`));
  if (maximum !== undefined && (limits.exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    problems.push(outOfBounds(path, value, `less than ${orEqual(limits.exclusiveMaximum)}${maximum}`));
  }
  if (minimum !== undefined && (limits.exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    problems.push(outOfBounds(path, value, `greater than ${orEqual(limits.exclusiveMinimum)}${minimum}`));
  }
  return problems;
}

function orEqual(isExclusive: boolean | undefined): string {
  return isExclusive === true ? '' : 'or equal to ';
}

interface Count {
  readonly count: number;
  readonly least: number | undefined;
  readonly most: number | undefined;
  readonly of: string;
}

function countProblems({ count, least, most, of }: Count, path: string): readonly Problem[] {
  if (most !== undefined && count > most) return [tooMany(path, count, most)];
  if (least === undefined || count >= least) return [];
  return [invalidField(path, count, `${path} in body should have at least ${least} ${of}`)];
}

function outOfBounds(path: string, value: unknown, what: string): Problem {
  return invalidField(path, value, `${path} in body should be ${what}`);
}
