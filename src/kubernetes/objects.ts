/**
 * The parts of Kubernetes' object model that this program speaks of, before anything is trimmed away.
 *
 * A label or annotation map comes from outside and its keys are anybody's: read it with `Object.hasOwn` or through
 * {@link lookUp}, never with `in` or a bare index on a key that someone else chose.
 *
 * @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/
 */

export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A label, annotation or selector map. */
export type StringMap = Readonly<Record<string, string>>;

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

/** An object as it travels: what every kind has. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** Which object: its name, and its namespace where the kind has one. */
export interface ObjectRef {
  readonly name: string;
  readonly namespace?: string;
}

/**
 * A key's own value in a map, safe for keys like `__proto__` and `constructor`.
 *
 * @returns undefined if the map is absent or has no such key of its own
 */
export function lookUp(map: StringMap | undefined, key: string): string | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}

/** The owner that manages an object's life, if any: at most one reference has `controller: true`. */
export function controllerOf(metadata: Pick<ObjectMeta, 'ownerReferences'>): OwnerReference | undefined {
  return metadata.ownerReferences?.find((owner) => owner.controller === true);
}
