/** What a path names among the resources of an API group. */
export interface ResourcePath {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly namespace?: string;
  readonly plural: string;
  readonly name?: string;
  readonly subresource?: string;
}

/**
 * Reads `/api/v1/…` and `/apis/GROUP/VERSION/…`.
 *
 * @returns undefined if the path names no resource
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
 */
export function parseResourcePath(path: readonly string[]): ResourcePath | undefined {
  const [root, ...rest] = path;
  const [group, version, ...below] = root === 'api' ? ['', ...rest] : rest;
  if (group === undefined || version === undefined) return undefined;
  const { namespace, parts } = scope(below);
  const [plural, name, subresource, ...more] = parts;
  if (plural === undefined || more.length > 0) return undefined;
  return {
    group,
    version,
    plural,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** A namespace has subresources of its own, by the side of the resources within it. */
const OF_NAMESPACES = new Set(['status', 'finalize']);

function scope(below: readonly string[]): { readonly namespace?: string; readonly parts: readonly string[] } {
  const [first, namespace, third] = below;
  const isWithin = first === 'namespaces' && third !== undefined && !OF_NAMESPACES.has(third);
  return isWithin && namespace !== undefined ? { namespace, parts: below.slice(2) } : { parts: below };
}
