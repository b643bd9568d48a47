import type { RawObject } from '../api/types.ts';
import { apiVersionOf } from './body.ts';
import { acceptedRepresentation } from './media-types.ts';
import { definitionOf, type Operation } from './operation.ts';
import { bookmarkMetadata, type Presenter } from './presentation.ts';
import { tablePresenter } from './tables/index.ts';

/** @throws StatusError 406 if the client would take nothing that can be shown to it */
export function presenterFor(operation: Operation): Presenter {
  const isTable = acceptedRepresentation(operation.request.accept) === 'table';
  return isTable ? tablePresenter(operation) : objectPresenter(operation);
}

function objectPresenter({ api, resource }: Operation): Presenter {
  const type = { kind: resource.kind, apiVersion: apiVersionOf(resource) };
  const isBuiltIn = definitionOf(api, resource) === undefined;
  return {
    object: (object) => object,
    list: (objects, metadata) => ({
      kind: resource.listKind,
      apiVersion: type.apiVersion,
      metadata,
      items: isBuiltIn ? objects.map(withoutKind) : objects,
    }),
    event: (event) =>
      event.type === 'BOOKMARK' ? { ...type, metadata: bookmarkMetadata(event) } : event.object,
  };
}

/** The items of a list of a built-in kind do not repeat what they are. */
function withoutKind({ kind: _kind, apiVersion: _apiVersion, ...object }: RawObject): unknown {
  return object;
}
