import { sameQuantity } from '../kubernetes/quantity.ts';

/**
 * Whether a live object has every field that is wanted, with the same value. What else it has, be it the API server's defaults or
 * another program's fields, does not count. So an edit by somebody else to a field of ours is noticed and no other is fought.
 *
 * Lists are compared as server-side apply merges them: where elements have an identity, each wanted element is looked for by it.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
export function covers(live: unknown, wanted: unknown): boolean {
  return coversField(live, wanted, '');
}

/** Maps whose keys are people's own, where an empty value is not the same as none. */
const VERBATIM_MAPS: ReadonlySet<string> = new Set([
  'labels',
  'annotations',
  'matchLabels',
  'nodeSelector',
  'data',
]);

/** Maps that server-side apply replaces as a whole, so that a key too many is an edit too. */
const ATOMIC_MAPS: ReadonlySet<string> = new Set(['nodeSelector']);

const QUANTITY_MAPS: ReadonlySet<string> = new Set(['requests', 'limits']);

/** By which field the elements of a list are told apart, if they are. */
const LIST_KEYS: ReadonlyMap<string, string> = new Map([
  ['containers', 'name'],
  ['initContainers', 'name'],
  ['volumes', 'name'],
  ['env', 'name'],
  ['imagePullSecrets', 'name'],
  ['volumeMounts', 'mountPath'],
  ['ownerReferences', 'uid'],
]);

function coversField(live: unknown, wanted: unknown, field: string): boolean {
  if (wanted === undefined || wanted === null || (isNothing(wanted) && isNothing(live))) return true;
  if (Array.isArray(wanted)) return coversList(live, wanted, field);
  if (isObject(wanted)) return coversObject(live, wanted, field);
  return live === wanted;
}

function coversObject(live: unknown, wanted: Readonly<Record<string, unknown>>, field: string): boolean {
  const found = isObject(live) ? live : {};
  const equal = comparison(field);
  const complete = !ATOMIC_MAPS.has(field) || Object.keys(found).length === Object.keys(wanted).length;
  return complete && Object.keys(wanted).every((key) => equal(ownField(found, key), wanted[key], key));
}

function comparison(field: string): (live: unknown, wanted: unknown, key: string) => boolean {
  if (VERBATIM_MAPS.has(field)) return (live, wanted) => live === wanted;
  if (QUANTITY_MAPS.has(field))
    return (live, wanted) => isAmount(live) && isAmount(wanted) && sameQuantity(live, wanted);
  return coversField;
}

function coversList(live: unknown, wanted: readonly unknown[], field: string): boolean {
  if (!Array.isArray(live)) return false;
  const elements: readonly unknown[] = live;
  const identity = LIST_KEYS.get(field);
  if (identity === undefined) {
    // The elements of an atomic list are ours altogether, and so is their number; a server may still add defaults inside them.
    return (
      elements.length === wanted.length && wanted.every((element, i) => coversField(elements[i], element, ''))
    );
  }
  return wanted.every((element) => {
    const twin = elements.find(
      (candidate) => readField(candidate, identity) === readField(element, identity),
    );
    return twin !== undefined && coversField(twin, element, '');
  });
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAmount(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function readField(value: unknown, key: string): unknown {
  return isObject(value) ? ownField(value, key) : undefined;
}

function ownField(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
