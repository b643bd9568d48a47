import { isIPv4, isIPv6 } from 'node:net';
import { generalProblem, wrongType, type Problem } from './problems.ts';
import type { Schema } from './schema.ts';

const INT32 = 2 ** 31;

const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:[Zz]|[-+]\d{2}:?\d{2})$/;

/** The formats that are checked, of those that Kubernetes knows. */
const FORMATS: Readonly<Record<string, (value: string) => boolean>> = {
  'date-time': (value) => DATE_TIME.test(value) && !Number.isNaN(Date.parse(value)),
  date: (value) => /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)),
  duration: (value) => /^[-+]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h|d|w))+)$/.test(value),
  ipv4: isIPv4,
  ipv6: isIPv6,
  uuid: (value) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(value),
  byte: (value) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value),
};

/**
 * How a value is not in its format. Formats that are not known say nothing.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/custom-resource-definition-v1/ `format`
 */
export function formatProblem(value: unknown, { format }: Schema, path: string): readonly Problem[] {
  if (format === 'int32' && typeof value === 'number' && (value >= INT32 || value < -INT32)) {
    return [generalProblem(`Checked value must be of type integer with format int32 in ${path}`)];
  }
  if (typeof value !== 'string' || !Object.hasOwn(FORMATS, format)) return [];
  return FORMATS[format]?.(value) === true ? [] : [wrongType(path, value, format)];
}

/** How a number with a fraction is no integer, which a real API server says twice. */
export function fractionProblems({ format }: Schema, path: string): readonly Problem[] {
  if (format === '') {
    const message = `Checked value must be of type integer (default format) in ${path}`;
    return [wrongType(path, 'number', 'integer'), generalProblem(message)];
  }
  const message = `Checked value must be of type integer with format ${format} in ${path}`;
  return [wrongType(path, 'float64', format), generalProblem(message)];
}
