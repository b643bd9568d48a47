import { isJsonObject, type Json } from '../json.ts';
import type { FieldSchema } from '../list-keys.ts';
import { elementsOf, fieldSegment, isGranular } from './elements.ts';
import { hasSelf, type FieldSet } from './field-set.ts';

/**
 * A value without the fields that are given up: those that were owned and that no owner has now.
 *
 * @param owners who owns what now
 * @returns the value itself if nothing is to go. What is emptied stays, since it is still owned
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function prune(
  value: unknown,
  owned: FieldSet,
  owners: readonly FieldSet[],
  schema: FieldSchema,
): unknown {
  if (!isGranular(value, schema)) return value;
  if (Array.isArray(value)) return pruneList(value, owned, owners, schema);
  return isJsonObject(value) ? pruneFields(value, owned, owners, schema) : value;
}

function pruneFields(value: Json, owned: FieldSet, owners: readonly FieldSet[], schema: FieldSchema): Json {
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const part = value[name];
    const ownership = { owned, owners, schema: schema.field(name), isEntry: !schema.hasField(name) };
    const left = prunePart(part, fieldSegment(name), ownership);
    if (left === part) continue;
    copy ??= { ...value };
    if (left === undefined) Reflect.deleteProperty(copy, name);
    else copy[name] = left;
  }
  return copy ?? value;
}

function pruneList(
  value: readonly unknown[],
  owned: FieldSet,
  owners: readonly FieldSet[],
  schema: FieldSchema,
): readonly unknown[] {
  const elements = [...elementsOf(value, schema)];
  const left = elements
    .map(([segment, element]) =>
      prunePart(element, segment, { owned, owners, schema: schema.items, isEntry: true }),
    )
    .filter((element) => element !== undefined);
  if (left.length === value.length && left.every((element, index) => element === value[index])) return value;
  return left;
}

interface Ownership {
  readonly owned: FieldSet;
  readonly owners: readonly FieldSet[];
  readonly schema: FieldSchema;
  /** Whether the part is an entry of a map or a list, which can be there without anything in it. */
  readonly isEntry: boolean;
}

function prunePart(part: unknown, segment: string, { owned, owners, schema, isEntry }: Ownership): unknown {
  const below = owned[segment];
  if (below === undefined) return part;
  const ownersBelow = owners.flatMap((fields) => fields[segment] ?? []);
  // Who owns something in an entry, but not the entry itself, loses it together with the entry.
  const isKept = isEntry && hasSelf(below) ? ownersBelow.some(hasSelf) : ownersBelow.length > 0;
  return isKept ? prune(part, below, ownersBelow, schema) : undefined;
}
