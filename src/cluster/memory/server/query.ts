import { badRequest } from '../api/refusals.ts';

/** The parameters of a query, read as Go's API machinery reads them. */

/** A parameter's value; undefined where it is absent or empty. */
export function parameter(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) || undefined;
}

/**
 * Whether a flag is set: by any value but `false` and `0`, and by none.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/runtime/conversion.go
 */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name)?.toLowerCase();
  return value !== undefined && value !== 'false' && value !== '0';
}

/** @throws StatusError 400 if it is not a whole number */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const value = parameter(query, name);
  if (value === undefined) return undefined;
  if (!/^-?[0-9]{1,15}$/.test(value))
    throw badRequest(`strconv.ParseInt: parsing "${value}": invalid syntax`);
  return Number(value);
}
