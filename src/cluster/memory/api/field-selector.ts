import type { RawObject } from './types.ts';
import { fieldsOf } from './json.ts';
import { badRequest } from './refusals.ts';

/** Which fields objects of a kind can be selected by, and where each is found in an object. */
export type FieldLabels = ReadonlyMap<string, (object: RawObject) => string>;

/** One part of a field selector. */
export interface FieldTerm {
  readonly label: string;
  readonly equal: boolean;
  readonly value: string;
}

export const METADATA_LABELS: FieldLabels = new Map([
  ['metadata.name', (object: RawObject) => object.metadata.name],
  ['metadata.namespace', (object: RawObject) => object.metadata.namespace ?? ''],
]);

/** The labels of paths such as `spec.nodeName`, whose values are as they are written in the object. */
export function labelsOfPaths(...paths: readonly string[]): FieldLabels {
  return new Map(paths.map((path) => [path, textAt(path)]));
}

function textAt(path: string): (object: RawObject) => string {
  const names = path.split('.');
  return (object) => {
    const value = names.reduce<unknown>((at, name) => fieldsOf(at)[name], object);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';
  };
}

/**
 * Reads a field selector: `metadata.name=a,spec.nodeName!=b`.
 *
 * @throws StatusError 400 if it is none, or names a field that objects of the kind cannot be selected by
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/
 */
export function parseFieldSelector(text: string, labels: FieldLabels): readonly FieldTerm[] {
  return splitTerms(text).map((term) => {
    const parsed = parseTerm(term);
    if (parsed === undefined) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    if (!labels.has(parsed.label)) throw badRequest(unknownLabel(parsed.label, labels));
    return parsed;
  });
}

function unknownLabel(label: string, labels: FieldLabels): string {
  if (labels !== METADATA_LABELS) return `field label not supported: ${label}`;
  return `"${label}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

// A value may contain a comma, an equals sign or a backslash if a backslash is put before it.
function splitTerms(text: string): readonly string[] {
  return (text.match(/(?:\\.|[^,\\])+/gs) ?? []).filter((term) => term !== '');
}

function parseTerm(term: string): FieldTerm | undefined {
  const match = /^((?:\\.|[^=!\\])*?)(!=|==|=)(.*)$/s.exec(term);
  const [, label, operator, value] = match ?? [];
  if (label === undefined || value === undefined || /(?<!\\)[=]/.test(value)) return undefined;
  return { label, equal: operator !== '!=', value: value.replace(/\\([\\,=])/g, '$1') };
}
