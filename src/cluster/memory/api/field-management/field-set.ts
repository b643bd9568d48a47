/**
 * A set of fields, in the form in which `metadata.managedFields` has it (`FieldsV1`): a tree whose keys are `f:<name>` for a field,
 * `k:<keys>` for an element of a list by its keys and `v:<value>` for an element of a set. A field is in the set if its node is empty or
 * has a `.`. The empty set is undefined. Sets are never changed in place.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ FieldsV1
 */
export interface FieldSet {
  readonly [segment: string]: FieldSet;
}

/** A field, with none below it. */
export const LEAF: FieldSet = Object.freeze({});

/** What stands for the field itself among those below it. */
const SELF = '.';

/** The same as a leaf, written out. */
const ITSELF: FieldSet = Object.freeze({ [SELF]: LEAF });

/** A set that is being made. */
export type Draft = Record<string, FieldSet>;

/** The set of what has been drafted. */
export function finished(draft: Draft): FieldSet | undefined {
  return isLeaf(draft) ? undefined : draft;
}

/** A field together with those below it. */
export function withSelf(below: FieldSet | undefined): FieldSet {
  return below === undefined || isLeaf(below) ? LEAF : { [SELF]: LEAF, ...below };
}

/** The fields of both sets; the first itself if the second adds nothing. */
export function union(set: FieldSet | undefined, other: FieldSet | undefined): FieldSet | undefined {
  if (set === undefined || other === undefined || set === other) return set ?? other;
  if (isLeaf(set)) return withSelf(other);
  if (isLeaf(other)) return hasSelf(set) ? set : withSelf(set);
  return withAll(set, other);
}

function withAll(set: FieldSet, other: FieldSet): FieldSet {
  let copy: Draft | undefined;
  for (const segment of Object.keys(other)) {
    const old = set[segment];
    const both = union(old, other[segment]);
    if (both !== old && both !== undefined) (copy ??= { ...set })[segment] = both;
  }
  return copy ?? set;
}

/** The fields of the first set without those of the second; the first itself if they have none in common. */
export function difference(set: FieldSet | undefined, other: FieldSet | undefined): FieldSet | undefined {
  if (set === undefined || other === undefined) return set;
  if (isLeaf(set)) return hasSelf(other) ? undefined : set;
  return withoutAny(set, isLeaf(other) ? ITSELF : other);
}

function withoutAny(set: FieldSet, other: FieldSet): FieldSet | undefined {
  let copy: Draft | undefined;
  for (const segment of Object.keys(other)) {
    const old = set[segment];
    const rest = difference(old, other[segment]);
    if (rest === old) continue;
    copy ??= { ...set };
    if (rest === undefined) Reflect.deleteProperty(copy, segment);
    else copy[segment] = rest;
  }
  return copy === undefined ? set : tidied(copy);
}

function tidied(draft: Draft): FieldSet | undefined {
  const segments = Object.keys(draft);
  return segments.length === 1 && segments[0] === SELF ? LEAF : finished(draft);
}

/** The fields that are in both sets. */
export function intersection(set: FieldSet | undefined, other: FieldSet | undefined): FieldSet | undefined {
  if (set === undefined || other === undefined) return undefined;
  if (isLeaf(set)) return hasSelf(other) ? set : undefined;
  if (isLeaf(other)) return hasSelf(set) ? other : undefined;
  const common: Draft = {};
  for (const segment of Object.keys(other)) {
    const both = intersection(set[segment], other[segment]);
    if (both !== undefined) common[segment] = both;
  }
  return finished(common);
}

/** Whether two sets have the same fields. */
export function isSameSet(set: FieldSet | undefined, other: FieldSet | undefined): boolean {
  return union(set, other) === set && union(other, set) === other;
}

/** Each field of a set, as in `.spec.containers[name="a"].image`. */
export function pathsOf(set: FieldSet, above = ''): readonly string[] {
  if (isLeaf(set)) return [above];
  return Object.keys(set).flatMap((segment) => {
    const below = set[segment];
    if (below === undefined) return [];
    return segment === SELF ? [above] : pathsOf(below, above + inPath(segment));
  });
}

function inPath(segment: string): string {
  const rest = segment.slice(2);
  if (segment.startsWith('f:')) return `.${rest}`;
  if (segment.startsWith('v:')) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
  return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
}

/** Whether the field at the root of a set is in it, and not only some below it. */
export function hasSelf(set: FieldSet): boolean {
  return set[SELF] !== undefined || isLeaf(set);
}

function isLeaf(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}
