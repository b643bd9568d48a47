import { StatusError, type StatusCause } from '../status-error.ts';
import type { Entry } from './entries.ts';
import { intersection, pathsOf, type FieldSet } from './field-set.ts';

interface Conflict {
  readonly manager: string;
  readonly path: string;
}

/**
 * Refuses to change fields that others own.
 *
 * @throws StatusError 409 that names each of those fields and who owns it
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
 */
export function refuseConflicts(others: readonly Entry[], changed: FieldSet | undefined): void {
  const conflicts = others.flatMap((other) => conflictsWith(other, changed)).toSorted(byManager);
  if (conflicts.length === 0) return;
  const causes: readonly StatusCause[] = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${manager}`,
    field: path,
  }));
  throw new StatusError(409, 'Conflict', messageOf(conflicts), { causes });
}

function conflictsWith(other: Entry, changed: FieldSet | undefined): readonly Conflict[] {
  const contested = intersection(other.fieldsV1, changed);
  const manager = nameOf(other);
  return contested === undefined ? [] : pathsOf(contested).map((path) => ({ manager, path }));
}

function messageOf(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (first !== undefined && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.path}`;
  }
  const lines = [...new Set(conflicts.map(({ manager }) => manager))].flatMap((manager) => [
    `conflicts with ${manager}:`,
    ...conflicts.filter((each) => each.manager === manager).map(({ path }) => `- ${path}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function nameOf({ manager, operation, subresource, apiVersion }: Entry): string {
  const through = subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  const version = operation === 'Update' ? ` using ${apiVersion}` : '';
  return JSON.stringify(manager) + through + version;
}

function byManager(a: Conflict, b: Conflict): number {
  if (a.manager !== b.manager) return a.manager < b.manager ? -1 : 1;
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
