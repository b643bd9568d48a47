import type { JsonPatchOperation } from '../../cluster/port.ts';
import { lookUp, type StringMap } from '../../kubernetes/objects.ts';

/** What a map's keys are to be; null takes one away. */
export type MapChanges = Readonly<Record<string, string | null>>;

/** A map of labels or annotations as it was last seen. */
export interface SeenMap {
  /** Where it is: `/metadata/labels`. */
  readonly path: string;
  /** Whether the object has the map at all: a JSON patch has to make one before it can add to it. */
  readonly exists: boolean;
  /** The keys that are known of. */
  readonly current: StringMap;
}

/** The operations that change a map of labels or annotations; none if nothing is to be changed. */
export function mapOperations(
  { path, exists, current }: SeenMap,
  changes: MapChanges,
): readonly JsonPatchOperation[] {
  // A key that is not there cannot be removed: the whole patch would be refused.
  const entries = Object.entries(changes).filter(
    ([key, value]) => value !== null || lookUp(current, key) !== undefined,
  );
  if (entries.length === 0) return [];
  return [
    ...(exists
      ? []
      : ([
          { op: 'test', path, value: null },
          { op: 'add', path, value: {} },
        ] as const)),
    ...entries.map(([key, value]): JsonPatchOperation =>
      value === null
        ? { op: 'remove', path: pointer(path, key) }
        : { op: 'add', path: pointer(path, key), value },
    ),
  ];
}

/** The path of a key in a map. RFC 6901: `~` and `/` inside a key are escaped. */
export function pointer(map: string, key: string): string {
  return `${map}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
