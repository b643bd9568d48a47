import { isJsonObject, setField, type Json } from '../json.ts';
import { mapParts, type Part } from './map-parts.ts';
import { schemaOfField, type Schema } from './schema.ts';

/**
 * An object with the default values of what is left out, at every depth. Where null is no value of a field, it counts as left out.
 *
 * @returns the object itself if nothing is left out. Parts that are the same as before are known to be complete.
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting-and-nullable
 */
export function applyDefaults(part: Part): unknown {
  const { value, before, schema } = part;
  if (value === before) return value;
  const completed = isJsonObject(value) ? withDefaultFields(withoutNulls(value, schema), schema) : value;
  return mapParts({ ...part, value: completed }, applyDefaults);
}

function withoutNulls(value: Json, schema: Schema): Json {
  const isLeftOut = (name: string): boolean =>
    value[name] === undefined || (value[name] === null && schemaOfField(schema, name)?.nullable === false);
  const names = Object.keys(value);
  if (!names.some(isLeftOut)) return value;
  return Object.fromEntries(names.filter((name) => !isLeftOut(name)).map((name) => [name, value[name]]));
}

function withDefaultFields(value: Json, { properties }: Schema): Json {
  let copy: Record<string, unknown> | undefined;
  for (const [name, { defaultValue }] of properties) {
    if (defaultValue === undefined || Object.hasOwn(value, name)) continue;
    setField((copy ??= { ...value }), name, defaultValue);
  }
  return copy ?? value;
}
