import type { ApiObject } from '../../../kubernetes/objects.ts';
import { StatusError } from '../api/status-error.ts';
import type { Deletion, RawObject, ResourceName } from '../api/types.ts';
import { AS_CONTROLLER, AS_CONTROLLER_OF_STATUS } from './context.ts';
import type { Context } from './context.ts';

/**
 * Writes an object as a controller, but for its status. That of an object which has changed since it was read is refused.
 *
 * @throws StatusError
 */
export function writeObject({ api }: Context, resource: ResourceName, object: ApiObject): RawObject {
  return api.update(resource, object, AS_CONTROLLER);
}

/**
 * Writes an object's status as a controller. One that is as it was is not written.
 *
 * @throws StatusError
 */
export function writeStatus<T extends ApiObject & { readonly status?: object }>(
  { api }: Context,
  resource: ResourceName,
  object: T,
  status: NonNullable<T['status']>,
): void {
  const next: T = { ...object, status };
  api.update(resource, next, AS_CONTROLLER_OF_STATUS);
}

/**
 * Deletes this very object, and no other of the same name. One that is gone already is as good.
 *
 * @throws StatusError
 */
export function deleteObject(
  { api }: Context,
  resource: ResourceName,
  { metadata }: ApiObject,
  deletion: Deletion = {},
): void {
  const preconditions = metadata.uid === undefined ? {} : { uid: metadata.uid };
  try {
    api.delete(resource, metadata, { ...deletion, preconditions });
  } catch (error) {
    const isThere = api.find(resource, metadata)?.metadata.uid === metadata.uid;
    if (isThere || !(error instanceof StatusError)) throw error;
  }
}
