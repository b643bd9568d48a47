const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A short name for a value: equal values have equal names, whatever order their fields are in. Its letters make no words, as in
 * Kubernetes' own hashes. That these are other hashes than a real control plane's concerns nobody: all that counts is whether two
 * are the same.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/controller_utils.go ComputeHash
 */
export function hashOf(value: unknown): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(canonical(value))) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return Array.from(String(hash), (digit) => SAFE.charAt(digit.charCodeAt(0) % SAFE.length)).join('');
}

/** The texts of values whose parts never change, as is so with all that is stored. */
const TEXTS = new WeakMap<object, string>();

/**
 * The text of a value with the fields of all objects in order, so that equal values have equal texts.
 *
 * @param value must not be changed any more
 */
export function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const known = TEXTS.get(value);
  if (known !== undefined) return known;
  const text = Array.isArray(value)
    ? `[${value.map((item) => canonical(item ?? null)).join()}]`
    : `{${Object.entries(value).flatMap(fieldText).sort().join()}}`;
  TEXTS.set(value, text);
  return text;
}

function fieldText([name, value]: readonly [string, unknown]): readonly string[] {
  return value === undefined ? [] : [`${JSON.stringify(name)}:${canonical(value)}`];
}
