import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, setField } from './json.ts';
import { patchedObject } from './patched-object.ts';
import { StatusError } from './status-error.ts';
import type { PatchOperation, RawObject } from './types.ts';

type Operation = PatchOperation['op'];

/**
 * An object after a JSON patch. What no operation touches is the same as before, by identity; the object itself stays as it is.
 *
 * It goes beyond RFC 6902 where a real API server does: a member that is not there equals null in a `test`, is added by a `replace` and is
 * null for a `copy`; indexes of arrays may count from the end, -1 being the last place.
 *
 * @throws StatusError 422 if a test fails or a path leads nowhere; nothing says which, as with a real API server. 400 if the object
 * has another name then
 * @see https://github.com/evanphx/json-patch/blob/v4.13.0/patch.go
 */
export function applyJsonPatch(object: RawObject, operations: readonly PatchOperation[]): RawObject {
  let patched: unknown = object;
  for (const operation of operations) patched = perform(patched, operation);
  return patchedObject(patched, object);
}

function perform(document: unknown, operation: PatchOperation): unknown {
  const { op, path } = operation;
  const value = operation.value ?? null;
  switch (op) {
    case 'test':
      if (!isEqual(read(document, path) ?? null, value)) refuse();
      return document;
    case 'move': {
      const from = operation.from ?? '';
      const moved = read(document, from);
      return write('add', write('remove', document, from), path, moved ?? null);
    }
    case 'copy':
      return write('add', document, path, read(document, operation.from ?? '') ?? null);
    case 'add':
    case 'replace':
    case 'remove':
      return write(op, document, path, value);
    default:
      return refuse();
  }
}

/** Most tests are of a text. */
function isEqual(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && isDeepStrictEqual(a, b));
}

type Change = Extract<Operation, 'add' | 'replace' | 'remove'>;

function write(op: Change, document: unknown, path: string, value: unknown = null): unknown {
  // The whole document can be replaced, and nothing else be done with it.
  if (path === '') return op === 'replace' ? value : refuse();
  return writeBelow(document, tokens(path), 0, { op, value });
}

interface Edit {
  readonly op: Change;
  readonly value: unknown;
}

function writeBelow(container: unknown, path: readonly string[], depth: number, edit: Edit): unknown {
  const key = path[depth] ?? '';
  if (depth === path.length - 1)
    return Array.isArray(container) ? editItem(container, key, edit) : editField(container, key, edit);
  const child = childOf(container, key);
  const changed = writeBelow(child, path, depth + 1, edit);
  return changed === child ? container : setChild(container, key, changed);
}

function editField(container: unknown, key: string, { op, value }: Edit): unknown {
  if (!isJsonObject(container)) refuse();
  if (op === 'remove' && !Object.hasOwn(container, key)) refuse();
  const copy = { ...container };
  if (op === 'remove') Reflect.deleteProperty(copy, key);
  else setField(copy, key, value);
  return copy;
}

function editItem(container: readonly unknown[], key: string, { op, value }: Edit): unknown {
  if (op === 'add')
    return container.toSpliced(key === '-' ? container.length : indexOf(key, container.length + 1), 0, value);
  const index = indexOf(key, container.length);
  return op === 'remove' ? container.toSpliced(index, 1) : container.with(index, value);
}

function setChild(container: unknown, key: string, value: unknown): unknown {
  if (Array.isArray(container)) return container.with(indexOf(key, container.length), value);
  const copy = { ...(container as Record<string, unknown>) };
  setField(copy, key, value);
  return copy;
}

/** What is at a path. Refuses unless everything above it is there. */
function read(document: unknown, path: string): unknown {
  if (path === '') return document;
  let value = document;
  for (const key of tokens(path)) value = childOf(value, key);
  return value;
}

/** A member, undefined if there is none. An array without that index and a container that is none are refused. */
function childOf(container: unknown, key: string): unknown {
  if (Array.isArray(container)) return container[indexOf(key, container.length)];
  if (!isJsonObject(container)) return refuse();
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function indexOf(key: string, length: number): number {
  const index = /^[-+]?[0-9]+$/.test(key) ? Number(key) : NaN;
  const place = index < 0 ? length + index : index;
  return place >= 0 && place < length ? place : refuse();
}

function tokens(path: string): readonly string[] {
  if (!path.startsWith('/')) refuse();
  const keys = path.slice(1).split('/');
  return path.includes('~') ? keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')) : keys;
}

function refuse(): never {
  throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}
