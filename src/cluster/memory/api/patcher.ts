import type { ApiObject, ObjectRef } from '../../../kubernetes/objects.ts';
import type { Collection } from './collection.ts';
import { applyConfiguration } from './field-management.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { timestamp } from './object-metadata.ts';
import { badRequest, conflict, MODIFIED, notFound } from './refusals.ts';
import { StatusError } from './status-error.ts';
import { strategicMerge } from './strategic-merge.ts';
import type { Patch, RawObject, Resource, WriteOptions } from './types.ts';
import type { Writer } from './writer.ts';
import type { Clock } from '../../clock.ts';

/** Applies patches of all kinds. */
export class Patcher {
  readonly #writer: Writer;
  readonly #clock: Clock;

  constructor(writer: Writer, clock: Clock) {
    this.#writer = writer;
    this.#clock = clock;
  }

  /** @throws StatusError 404, 409, 415 or 422 */
  patch(collection: Collection, ref: ObjectRef, patch: Patch, options: WriteOptions): RawObject {
    if (patch.type === 'apply') return this.#apply(collection, ref, patch, options);
    const before = collection.get(ref);
    if (before === undefined) throw notFound(collection.kind.resource, ref.name);
    const wanted = patched(collection, before, patch);
    checkNamespace(wanted, before);
    return this.#writer.replace(collection, { before, wanted }, options);
  }

  #apply(
    collection: Collection,
    ref: ObjectRef,
    { body, force }: Extract<Patch, { type: 'apply' }>,
    options: WriteOptions,
  ): RawObject {
    const { subresource, fieldManager: manager } = options;
    const { fields, resource } = collection.kind;
    const live = collection.get(ref);
    checkConfiguration(resource, body, { ref, live });
    if (live === undefined && subresource !== undefined) throw notFound(resource, ref.name);
    const wanted = applyConfiguration({
      live,
      config: named(body, ref),
      manager,
      force,
      time: timestamp(this.#clock.now()),
      hasStatus: resource.hasStatus,
      ...(fields === undefined ? {} : { fields }),
      ...(subresource === undefined ? {} : { subresource }),
    });
    if (live === undefined) return this.#writer.create(collection, wanted, options, true);
    return this.#writer.replace(collection, { before: live, wanted, recorded: true }, options);
  }
}

function patched(
  { kind: { resource, isBuiltIn } }: Collection,
  before: RawObject,
  patch: Exclude<Patch, { type: 'apply' }>,
): RawObject {
  switch (patch.type) {
    case 'json':
      return applyJsonPatch(before, patch.operations);
    case 'merge':
      return applyMergePatch(before, patch.body);
    case 'strategic':
      if (!isBuiltIn) throw unsupportedMediaType();
      return strategicMerge(resource, before, patch.body);
  }
}

/** @throws StatusError 400 if the patch puts the object into another namespace */
function checkNamespace({ metadata }: RawObject, before: RawObject): void {
  const [now = '', then = ''] = [metadata.namespace, before.metadata.namespace];
  if (now === then) return;
  throw badRequest(`the namespace of the object (${now}) does not match the namespace on the URL (${then})`);
}

/** @throws StatusError 400 if it is for another object, 409 if for another version of it */
function checkConfiguration(
  resource: Resource,
  { metadata: { name, uid, resourceVersion } }: ApiObject,
  { ref, live }: { readonly ref: ObjectRef; readonly live: RawObject | undefined },
): void {
  if (name && name !== ref.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${ref.name})`);
  }
  if (live === undefined && uid) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(resource, ref.name, why);
  }
  if (live !== undefined && resourceVersion && resourceVersion !== live.metadata.resourceVersion) {
    throw conflict(resource, ref.name, MODIFIED);
  }
}

/** What an applied object is called may stand in the path alone. */
function named(body: ApiObject, ref: ObjectRef): ApiObject {
  return { ...body, metadata: { ...body.metadata, ...ref } };
}

function unsupportedMediaType(): StatusError {
  const message =
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';
  return new StatusError(415, 'UnsupportedMediaType', message);
}
