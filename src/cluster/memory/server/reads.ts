import { badRequest, tooNew } from '../api/refusals.ts';
import type { RawObject, Selection } from '../api/types.ts';
import { json, type Answer } from './answer.ts';
import { continueToken, parseContinueToken } from './continue-token.ts';
import { listOptions, type ListOptions } from './list-options.ts';
import type { ObjectOperation, Operation } from './operation.ts';
import type { ListMetadata } from './presentation.ts';
import { presenterFor } from './presenter.ts';
import { watch } from './watch.ts';

/** GET of one object. */
export function get(operation: ObjectOperation): Answer {
  const { api, resource, ref } = operation;
  return json(presenterFor(operation).object(api.get(resource, ref)));
}

/** GET of all objects of a kind: a list, or what happens to them. */
export function listOrWatch(operation: Operation): Answer {
  const options = listOptions(operation.request.query);
  return options.watch ? watch(operation, options) : list(operation, options);
}

/** Which objects the request is about. */
export function selectionOf({ namespace }: Operation, { selectors }: ListOptions): Selection {
  return { ...selectors, ...(namespace === undefined ? {} : { namespace }) };
}

function list(operation: Operation, options: ListOptions): Answer {
  const { limit } = options;
  const { revision, offset } = start(operation, options);
  const all = objectsAt(operation, selectionOf(operation, options), revision);
  const page = limit === undefined ? all.slice(offset) : all.slice(offset, offset + limit);
  const remaining = all.length - offset - page.length;
  const isWhole = Object.keys(options.selectors).length === 0;
  const metadata: ListMetadata = {
    resourceVersion: String(revision),
    ...(remaining > 0 ? { continue: continueToken({ revision, offset: offset + page.length }) } : {}),
    // With a selector the real one does not know.
    ...(remaining > 0 && isWhole ? { remainingItemCount: remaining } : {}),
  };
  return json(presenterFor(operation).list(page, metadata));
}

function objectsAt(
  { api, resource }: Operation,
  selection: Selection,
  revision: number,
): readonly RawObject[] {
  return revision === api.revision
    ? api.list(resource, selection)
    : api.listAt(resource, selection, revision);
}

/**
 * Which revision is read, and from which object on.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
function start(
  { api }: Operation,
  options: ListOptions,
): { readonly revision: number; readonly offset: number } {
  const { resourceVersion, resourceVersionMatch, continueToken: token, limit } = options;
  const asked = Number(resourceVersion ?? 0);
  if (token !== undefined) {
    if (asked > 0) throw badRequest('specifying resource version is not allowed when using continue');
    return parseContinueToken(token);
  }
  if (asked > api.revision) throw tooNew(asked, api.revision);
  const isExact =
    resourceVersionMatch === 'Exact' || (resourceVersionMatch === undefined && limit !== undefined);
  return { revision: isExact && asked > 0 ? asked : api.revision, offset: 0 };
}
