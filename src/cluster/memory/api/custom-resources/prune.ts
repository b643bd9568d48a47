import { isJsonObject, type Json } from '../json.ts';
import { below, mapParts, partOf, type Part } from './map-parts.ts';
import { OBJECT_FIELDS, schemaOfField, type Schema } from './schema.ts';

/**
 * An object without the fields that its schema does not know.
 *
 * @param onUnknown told of the path of each
 * @returns the object itself if it has none. Parts that are the same as before are known to be in order.
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning
 */
export function pruneUnknown(part: Part, onUnknown: (path: string) => void): unknown {
  if (part.value === part.before) return part.value;
  const known = isJsonObject(part.value) ? knownFields(part.value, part, onUnknown) : part.value;
  return mapParts({ ...part, value: known }, (each) => pruneUnknown(each, onUnknown));
}

function knownFields(value: Json, { schema, path, before }: Part, onUnknown: (path: string) => void): Json {
  const pruned = schema.isEmbeddedResource ? withKnownMetadata(value, path, onUnknown) : value;
  if (schema.keepsUnknownFields) return pruned;
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(pruned)) {
    if (pruned[name] === partOf(before, name) || isKnown(schema, name)) continue;
    onUnknown(below(path, name));
    Reflect.deleteProperty((copy ??= { ...pruned }), name);
  }
  return copy ?? pruned;
}

function isKnown(schema: Schema, name: string): boolean {
  return schemaOfField(schema, name) !== undefined || (schema.isEmbeddedResource && OBJECT_FIELDS.has(name));
}

const METADATA_FIELDS = new Set([
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
]);

/** Metadata have a schema of their own, whatever the rest of an object is. */
function withKnownMetadata(value: Json, path: string, onUnknown: (path: string) => void): Json {
  const { metadata } = value;
  if (!isJsonObject(metadata)) return value;
  const unknown = Object.keys(metadata).filter((name) => !METADATA_FIELDS.has(name));
  if (unknown.length === 0) return value;
  for (const name of unknown) onUnknown(below(below(path, 'metadata'), name));
  const known = Object.entries(metadata).filter(([name]) => METADATA_FIELDS.has(name));
  return { ...value, metadata: Object.fromEntries(known) };
}
