import { POLICY_NAME } from '../contract/keys.ts';
import { parsePolicy, type ParsedPolicy, type Policy } from '../contract/policy.ts';
import type { Mode } from './mode.ts';
import type { StoredObject } from './resources/objects.ts';

/** The policy that counts, parsed once for each of its generations. */
export class ActivePolicy {
  readonly #get: (name: string) => StoredObject | undefined;
  #parsedFrom: StoredObject | undefined;
  #parsed: ParsedPolicy | undefined;

  /** @param get finds a NicClusterPolicy by its name */
  constructor(get: (name: string) => StoredObject | undefined) {
    this.#get = get;
  }

  /** The object as it is, usable or not; undefined: there is none. */
  get object(): StoredObject | undefined {
    return this.#get(POLICY_NAME);
  }

  /** The policy, if there is one and it can be used. One that is being deleted wants nothing any more. */
  get policy(): Policy | undefined {
    const parsed = this.#parse();
    return parsed?.ok === true ? parsed.policy : undefined;
  }

  /** Why the policy cannot be used, for people; undefined: it can, or there is none. */
  get invalid(): string | undefined {
    const parsed = this.#parse();
    return parsed?.ok === false ? parsed.reason : undefined;
  }

  get mode(): Mode {
    const parsed = this.#parse();
    if (parsed === undefined) return { kind: 'off', driverWanted: false };
    if (!parsed.ok) return { kind: 'hold' };
    const { driver, upgrade } = parsed.policy;
    return driver !== undefined && upgrade.autoUpgrade
      ? { kind: 'on', policy: upgrade }
      : { kind: 'off', driverWanted: driver !== undefined };
  }

  #parse(): ParsedPolicy | undefined {
    const object = this.object;
    if (object === undefined || object.object.metadata.deletionTimestamp !== undefined) return undefined;
    if (object !== this.#parsedFrom) {
      // A write to the status alone leaves the generation as it is.
      const unchanged =
        this.#parsedFrom?.uid === object.uid &&
        this.#parsedFrom.object.metadata.generation === object.object.metadata.generation;
      if (!unchanged) this.#parsed = parsePolicy(object.object);
      this.#parsedFrom = object;
    }
    return this.#parsed;
  }
}
