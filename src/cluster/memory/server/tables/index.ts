import { badRequest } from '../../api/refusals.ts';
import type { RawObject, WireEvent } from '../../api/types.ts';
import type { Operation } from '../operation.ts';
import { bookmarkMetadata, type Presenter } from '../presentation.ts';
import { parameter } from '../query.ts';
import type { Column } from './column.ts';
import { columnsOf } from './columns.ts';

/**
 * Shows objects as the rows of a table.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
 * @throws StatusError 400 if the query asks for rows of an unknown make
 */
export function tablePresenter({ api, request, resource }: Operation): Presenter {
  const columns = columnsOf(api, resource);
  const attached = attachedObject(parameter(request.query, 'includeObject'));
  const row = (object: RawObject): unknown => {
    const now = api.clock.now();
    return { cells: columns.map((column) => column.cell(object, now)), object: attached(object) };
  };
  let isFirst = true;
  // In a watch, the columns are told once.
  const definitions = (): unknown => (isFirst ? columns.map(definition) : null);
  const tableOfEvent = (metadata: unknown, rows: readonly unknown[]): unknown => {
    const table = tableOf(definitions(), metadata, rows);
    isFirst = false;
    return table;
  };
  return {
    object: (object) => tableOf(definitions(), versionOf(object), [row(object)]),
    list: (objects, metadata) => tableOf(definitions(), metadata, objects.map(row)),
    event: (event) =>
      event.type === 'BOOKMARK'
        ? tableOfEvent({ resourceVersion: event.resourceVersion }, [bookmarkRow(columns, event)])
        : tableOfEvent(versionOf(event.object), [row(event.object)]),
  };
}

function tableOf(columnDefinitions: unknown, metadata: unknown, rows: readonly unknown[]): unknown {
  return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions, rows };
}

function definition({ name, type, format = '', description = '', wide }: Column): unknown {
  return { name, type, format, description, priority: wide === true ? 1 : 0 };
}

function versionOf({ metadata }: RawObject): unknown {
  return { resourceVersion: metadata.resourceVersion };
}

function bookmarkRow(columns: readonly Column[], event: Extract<WireEvent, { type: 'BOOKMARK' }>): unknown {
  return { cells: columns.map(() => ''), object: partial(bookmarkMetadata(event)) };
}

/** How much of its object goes with a row. */
function attachedObject(includeObject = 'Metadata'): (object: RawObject) => unknown {
  switch (includeObject) {
    case 'None':
      return () => null;
    case 'Metadata':
      return ({ metadata }) => partial(metadata);
    case 'Object':
      return (object) => object;
    default:
      throw badRequest(`unrecognized includeObject value: "${includeObject}"`);
  }
}

function partial(metadata: unknown): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}
