import { keyOf } from '../../object-cache.ts';
import type { ApiObject } from '../../../kubernetes/objects.ts';
import type { Change } from './changes.ts';

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/** The objects of one kind, in groups: by node, by owner. In each, in the order in which they came. */
export class Groups<T extends ApiObject> {
  readonly #groupOf: (object: T) => string | undefined;
  readonly #groups = new Map<string, Map<string, T>>();

  /** @param groupOf in which group an object is; undefined: in none */
  constructor(groupOf: (object: T) => string | undefined) {
    this.#groupOf = groupOf;
  }

  update({ before, after }: Change<T>): void {
    const from = before === undefined ? undefined : this.#groupOf(before);
    const to = after === undefined ? undefined : this.#groupOf(after);
    if (before !== undefined && from !== undefined && from !== to) this.#remove(from, keyOf(before.metadata));
    if (after !== undefined && to !== undefined) this.#set(to, keyOf(after.metadata), after);
  }

  /** The objects of a group, by their keys. */
  get(group: string): ReadonlyMap<string, T> {
    return this.#groups.get(group) ?? NOTHING;
  }

  #set(group: string, key: string, object: T): void {
    const members = this.#groups.get(group);
    if (members === undefined) this.#groups.set(group, new Map([[key, object]]));
    else members.set(key, object);
  }

  #remove(group: string, key: string): void {
    const members = this.#groups.get(group);
    members?.delete(key);
    if (members?.size === 0) this.#groups.delete(group);
  }
}
