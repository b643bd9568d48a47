import { fieldsOf, isJsonObject, itemsOf, textOf, type Json } from './json.ts';
import type { Kind } from './kinds/kind.ts';
import { finalizerProblem, qualifiedNameProblem, subdomainProblem, valueProblem } from './names.ts';
import { forbiddenValue, invalidValue, requiredValue, tooLong, type FieldProblem } from './refusals.ts';
import type { RawObject } from './types.ts';

const MOST_ANNOTATION_BYTES = 256 * 1024;
const NONE: readonly FieldProblem[] = [];

/**
 * What is wrong with an object's metadata. Only what is not as it was before is looked at.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go
 */
export function metadataProblems(
  kind: Kind,
  { metadata }: RawObject,
  before: RawObject | undefined,
): readonly FieldProblem[] {
  const old = before?.metadata;
  const identity = old === undefined ? nameProblems(kind, metadata.name) : changedIdentity(metadata, old);
  return [
    ...identity,
    ...labelProblems('metadata.labels', metadata.labels, old?.labels),
    ...annotationProblems(metadata.annotations, old?.annotations),
    ...ownerProblems(metadata.ownerReferences, old?.ownerReferences),
    ...finalizerProblems(metadata, old),
  ];
}

function labelProblems(field: string, labels: unknown, old: unknown): readonly FieldProblem[] {
  if (labels === undefined || labels === old) return NONE;
  if (!isJsonObject(labels)) return [invalidValue(field, labels, 'must be a map of strings')];
  return changedKeys(labels, old).flatMap((key) => labelProblem(field, key, labels[key]));
}

/** The keys whose values are not as they were. */
function changedKeys(map: Json, old: unknown): readonly string[] {
  const known = fieldsOf(old);
  return Object.keys(map).filter((key) => known[key] !== map[key]);
}

function labelProblem(field: string, key: string, value: unknown): FieldProblem[] {
  if (typeof value !== 'string') return [invalidValue(`${field}.${key}`, value, 'must be a string')];
  return [invalidIf(field, key, qualifiedNameProblem), invalidIf(field, value, valueProblem)].flat();
}

function invalidIf(
  field: string,
  value: string,
  problemOf: (value: string) => string | undefined,
): FieldProblem[] {
  const problem = problemOf(value);
  return problem === undefined ? [] : [invalidValue(field, value, problem)];
}

function nameProblems(kind: Kind, name: string): readonly FieldProblem[] {
  if (name === '') return [requiredValue('metadata.name', 'name or generateName is required')];
  return invalidIf('metadata.name', name, kind.nameProblem ?? subdomainProblem);
}

const IMMUTABLE = ['name', 'namespace', 'uid', 'deletionTimestamp'] as const;

function changedIdentity(metadata: RawObject['metadata'], old: RawObject['metadata']): FieldProblem[] {
  return IMMUTABLE.filter((field) => metadata[field] !== old[field]).map((field) =>
    invalidValue(`metadata.${field}`, metadata[field] ?? '', 'field is immutable'),
  );
}

function annotationProblems(annotations: unknown, old: unknown): readonly FieldProblem[] {
  const field = 'metadata.annotations';
  if (annotations === undefined || annotations === old) return NONE;
  if (!isJsonObject(annotations)) return [invalidValue(field, annotations, 'must be a map of strings')];
  const entries = Object.entries(annotations);
  const bytes = entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  return [
    ...changedKeys(annotations, old).flatMap((key) => annotationProblem(field, key, annotations[key])),
    ...(bytes > MOST_ANNOTATION_BYTES ? [tooLong(field, MOST_ANNOTATION_BYTES)] : []),
  ];
}

function annotationProblem(field: string, key: string, value: unknown): FieldProblem[] {
  // The case of letters does not matter in the prefix of an annotation's key.
  const ofKey = invalidIf(field, key, (text) => qualifiedNameProblem(text.toLowerCase()));
  if (typeof value === 'string') return ofKey;
  return [...ofKey, invalidValue(`${field}.${key}`, value, 'must be a string')];
}

function byteLength(value: unknown): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : 0;
}

function ownerProblems(owners: unknown, old: unknown): readonly FieldProblem[] {
  const field = 'metadata.ownerReferences';
  if (owners === old) return NONE;
  const references = itemsOf(owners).map(fieldsOf);
  const controllers = references.filter((owner) => owner['controller'] === true);
  return [
    ...references.flatMap((owner) =>
      ['apiVersion', 'kind', 'name', 'uid']
        .filter((name) => textOf(owner[name]) === '')
        .map((name) => invalidValue(`${field}.${name}`, owner[name] ?? '', 'must not be empty')),
    ),
    ...(controllers.length > 1
      ? [invalidValue(field, references, 'Only one reference can have Controller set to true')]
      : []),
  ];
}

function finalizerProblems(
  metadata: RawObject['metadata'],
  old: RawObject['metadata'] | undefined,
): readonly FieldProblem[] {
  const field = 'metadata.finalizers';
  if (metadata.finalizers === old?.finalizers) return NONE;
  const finalizers = metadata.finalizers ?? [];
  const bad = finalizers.flatMap((name, index) => invalidIf(`${field}[${index}]`, name, finalizerProblem));
  if (bad.length > 0) return bad;
  if (old?.deletionTimestamp === undefined) return [];
  const added = finalizers.filter((name) => old.finalizers?.includes(name) !== true);
  if (added.length === 0) return [];
  const found = added.map((name) => JSON.stringify(name)).join(', ');
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${found}}`;
  return [forbiddenValue(field, why)];
}
