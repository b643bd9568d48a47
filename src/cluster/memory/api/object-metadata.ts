import type { ObjectMeta } from '../../../kubernetes/objects.ts';
import type { RawObject } from './types.ts';

/** Metadata with those fields that only an API server and its neighbours use. */
export type Metadata = ObjectMeta & {
  readonly generateName?: string;
  readonly deletionGracePeriodSeconds?: number;
};

/** The object with other metadata. */
export function withMetadata(object: RawObject, metadata: Metadata): RawObject {
  return { ...object, metadata };
}

/** How much time was given to an object that is being deleted, in seconds. */
export function graceOf(object: RawObject): number | undefined {
  return (object.metadata as Metadata).deletionGracePeriodSeconds;
}

/** A moment as it is written in metadata: to the second. @param time milliseconds since the Unix epoch */
export function timestamp(time: number): string {
  const second = Math.floor(time / 1000);
  // Many writes fall into one second.
  if (second !== last.second) last = { second, text: `${new Date(time).toISOString().slice(0, 19)}Z` };
  return last.text;
}

let last = { second: NaN, text: '' };

/** A UUID of version 4. @param random uniform in [0, 1) */
export function makeUid(random: () => number): string {
  const word = (): string =>
    Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  const [a, b, c, d] = [word(), word(), word(), word()];
  const variant = '89ab'.charAt(parseInt(c.charAt(0), 16) & 3);
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

// No vowels, and nothing that could be taken for one: so that no words come about by chance.
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const LONGEST_GENERATED_NAME = 63;
const SUFFIX_LENGTH = 5;

/**
 * A name for an object that came with a prefix only.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#generated-values
 */
export function generateName(prefix: string, random: () => number): string {
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () =>
    SUFFIX_ALPHABET.charAt(Math.floor(random() * SUFFIX_ALPHABET.length)),
  );
  return prefix.slice(0, LONGEST_GENERATED_NAME - SUFFIX_LENGTH) + suffix.join('');
}

const SYSTEM_FIELDS = [
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** `after`, with the fields that only the server writes as they are in `before`. A UID is kept if there is none; another is a mistake. */
export function keepSystemFields(before: Metadata, after: Metadata): Metadata {
  if (after.uid !== undefined && SYSTEM_FIELDS.every((field) => after[field] === before[field])) return after;
  const kept: Record<string, unknown> = { ...after, uid: after.uid ?? before.uid };
  for (const field of SYSTEM_FIELDS) {
    if (before[field] !== undefined) kept[field] = before[field];
    // Nobody can pretend that an object is being deleted; that is refused later, not ignored.
    else if (field !== 'deletionTimestamp') Reflect.deleteProperty(kept, field);
  }
  return kept as unknown as Metadata;
}
