import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../cluster/errors.ts';
import type { JsonPatchOperation } from '../../cluster/port.ts';

type Container = Record<string, unknown>;

/**
 * An object after a JSON patch, as the API server's library has it: a `test` of an absent member against null holds, and what is not
 * there can neither be removed nor added to.
 *
 * @throws ApiError `precondition-failed`
 */
export function applyJsonPatch<T>(object: T, operations: readonly JsonPatchOperation[]): T {
  const patched = structuredClone(object);
  for (const operation of operations) perform(patched as Container, operation);
  return patched;
}

function perform(root: Container, operation: JsonPatchOperation): void {
  const { parent, key } = resolve(root, operation.path);
  switch (operation.op) {
    case 'test':
      if (!isDeepStrictEqual(parent[key] ?? null, operation.value)) refuse(operation);
      break;
    case 'remove':
    case 'replace':
      if (!Object.hasOwn(parent, key)) refuse(operation);
      if (operation.op === 'remove') Reflect.deleteProperty(parent, key);
      else parent[key] = structuredClone(operation.value);
      break;
    case 'add':
      parent[key] = structuredClone(operation.value);
      break;
  }
}

function resolve(root: Container, path: string): { readonly parent: Container; readonly key: string } {
  const keys = path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() ?? '';
  let parent: unknown = root;
  for (const key of keys) parent = isContainer(parent) ? parent[key] : undefined;
  if (!isContainer(parent)) throw new ApiError('precondition-failed', `nothing at the parent of ${path}`);
  return { parent, key: last };
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

function refuse({ op, path }: JsonPatchOperation): never {
  throw new ApiError('precondition-failed', `${op} ${path} does not hold`);
}
