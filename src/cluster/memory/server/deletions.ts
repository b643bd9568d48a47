import type { RawObject } from '../api/types.ts';
import { json, success, type Answer } from './answer.ts';
import { listOptions } from './list-options.ts';
import type { ObjectOperation, Operation } from './operation.ts';
import { deletionOf } from './options.ts';
import { presenterFor } from './presenter.ts';
import { selectionOf } from './reads.ts';

/** DELETE of one object: answered with the object if it is still there, terminating, else with the news that it is gone. */
export function remove(operation: ObjectOperation): Answer {
  const { api, request, resource, ref } = operation;
  const presenter = presenterFor(operation);
  const deleted = api.delete(resource, ref, deletionOf(request));
  if (isLeft(operation, deleted)) return json(presenter.object(api.get(resource, ref)));
  const { name, uid } = deleted.metadata;
  const group = resource.group === '' ? {} : { group: resource.group };
  return json(success({ name, ...group, kind: resource.plural, uid }));
}

/** DELETE of a collection. */
export function removeAll(operation: Operation): Answer {
  const { api, request, resource } = operation;
  const presenter = presenterFor(operation);
  const deletion = deletionOf(request);
  const found = api.list(resource, selectionOf(operation, listOptions(request.query)));
  const deleted = found.flatMap((object) =>
    // What was deleted just now may have taken it along.
    api.find(resource, object.metadata) === undefined ? [] : api.delete(resource, object.metadata, deletion),
  );
  return json(presenter.list(deleted, { resourceVersion: String(api.revision) }));
}

function isLeft({ api, resource, ref }: ObjectOperation, deleted: RawObject): boolean {
  const left = api.find(resource, ref);
  return left?.metadata.uid === deleted.metadata.uid && left?.metadata.deletionTimestamp !== undefined;
}
