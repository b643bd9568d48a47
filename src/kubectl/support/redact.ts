import type { ApiObject } from '../../kubernetes/objects.ts';

const LEFT_OUT = '(left out)';

/** What an earlier apply wrote: the object once more, as it was before anything was left out of it. */
const COPIES: ReadonlySet<string> = new Set(['kubectl.kubernetes.io/last-applied-configuration']);

/**
 * An object as it may be given away: without the values of environment variables, which may be passwords, and without what repeats the object
 * or says who wrote each field. Names of Secrets stay; what is in them is never read.
 */
export function redacted(object: ApiObject): unknown {
  return cleaned(object);
}

function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'managedFields' && !COPIES.has(key))
      .map(([key, part]) => [
        key,
        key === 'env' && Array.isArray(part) ? part.map(withoutValue) : cleaned(part),
      ]),
  );
}

/** A reference to where the value is may stay: it is no secret by itself. */
function withoutValue(variable: unknown): unknown {
  return isObject(variable) && 'value' in variable ? { ...variable, value: LEFT_OUT } : variable;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
