import { notAcceptable } from './refusals.ts';

/** What a client wants to see of an object: the object, or the row of a table that a person reads. */
export type Representation = 'object' | 'table';

/**
 * The first of the formats in an Accept header that can be given.
 *
 * @throws StatusError 406 if there is none
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
 */
export function acceptedRepresentation(accept: string): Representation {
  if (accept.trim() === '') return 'object';
  for (const range of accept.split(',')) {
    const representation = representationOf(range);
    if (representation !== undefined) return representation;
  }
  throw notAcceptable(['application/json']);
}

const JSON_RANGES = new Set(['application/json', 'application/*', '*/*']);

function representationOf(range: string): Representation | undefined {
  const { type, parameters } = parseMediaType(range);
  if (!JSON_RANGES.has(type)) return undefined;
  const as = parameters.get('as');
  if (as === undefined) return 'object';
  const isTable = as === 'Table' && parameters.get('g') === 'meta.k8s.io' && parameters.get('v') === 'v1';
  return isTable ? 'table' : undefined;
}

export interface MediaType {
  /** In lower case: `application/json`. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

export function parseMediaType(text: string): MediaType {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  const pairs = parameters.map((parameter): [string, string] => {
    const [name = '', value = ''] = parameter.split('=');
    return [name, value];
  });
  return { type: type.toLowerCase(), parameters: new Map(pairs) };
}
