import { fieldsOf } from '../json.ts';
import { duplicate, type Problem } from './problems.ts';
import type { Schema } from './schema.ts';

/**
 * What tells an element of a list from the others, undefined if nothing does.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
export function identityOf(element: unknown, { listType, listMapKeys, items }: Schema): unknown {
  if (listType === 'set') return element;
  if (listType !== 'map') return undefined;
  const keys = listMapKeys.map((key) => [
    key,
    fieldsOf(element)[key] ?? items?.properties.get(key)?.defaultValue,
  ]);
  return Object.fromEntries(keys);
}

/** Elements that are in a list that can hold each only once. */
export function duplicateElements(
  list: readonly unknown[],
  schema: Schema,
  path: string,
): readonly Problem[] {
  const known = new Set<string>();
  return list.flatMap((element, index) => {
    const identity = identityOf(element, schema);
    if (identity === undefined) return [];
    const key = JSON.stringify(identity);
    if (known.has(key)) return [duplicate(`${path}[${index}]`, identity)];
    known.add(key);
    return [];
  });
}
