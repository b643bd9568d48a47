import { fieldsOf, isJsonObject } from './json.ts';
import { badRequest } from './refusals.ts';
import type { RawObject } from './types.ts';

/**
 * What a patch has made of an object, provided that it is still that object.
 *
 * @throws StatusError 400 if it has another name, or none
 */
export function patchedObject(patched: unknown, before: RawObject): RawObject {
  const { name } = fieldsOf(fieldsOf(patched)['metadata']);
  if (isJsonObject(patched) && name === before.metadata.name) return patched as RawObject;
  if (typeof name === 'string' && name !== '') {
    throw badRequest(
      `the name of the object (${name}) does not match the name on the URL (${before.metadata.name})`,
    );
  }
  throw badRequest(
    `the name of the object (${before.metadata.name} based on URL) was undeterminable: name must be provided`,
  );
}
