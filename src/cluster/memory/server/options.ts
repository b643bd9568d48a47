import { isJsonObject, textOf, type Json } from '../api/json.ts';
import { badRequest, forbiddenValue, invalid, requiredValue, unsupportedValue } from '../api/refusals.ts';
import type { FieldProblem } from '../api/refusals.ts';
import type { Deletion, WriteOptions } from '../api/types.ts';
import { readObject } from './body.ts';
import { flag, integer, parameter } from './query.ts';
import type { ApiRequest } from './request.ts';

/** The options of requests, from their queries, headers and bodies. */

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions' | 'ListOptions';

/** 422: an option is not as it may be. */
export function badOption(kind: OptionsKind, problem: FieldProblem): Error {
  return invalid({ group: 'meta.k8s.io', kind }, '', [problem]);
}

/** @throws StatusError 422 */
export function writeOptions(request: ApiRequest, kind: OptionsKind): WriteOptions {
  const { query } = request;
  const fieldValidation = validation(parameter(query, 'fieldValidation'), kind);
  return {
    fieldManager: parameter(query, 'fieldManager') ?? managerOf(request.userAgent),
    dryRun: isDryRun(query.getAll('dryRun'), kind),
    ...(fieldValidation === undefined ? {} : { fieldValidation }),
  };
}

/**
 * For server-side apply, where nothing may be left to be guessed.
 *
 * @throws StatusError 422
 */
export function applyOptions(request: ApiRequest): {
  readonly options: WriteOptions;
  readonly force: boolean;
} {
  if (parameter(request.query, 'fieldManager') === undefined) {
    throw badOption('PatchOptions', requiredValue('fieldManager', 'is required for apply patch'));
  }
  return { options: writeOptions(request, 'PatchOptions'), force: flag(request.query, 'force') };
}

/** @throws StatusError 422 if the request says to force a patch that is not applied */
export function refuseForce(query: URLSearchParams): void {
  if (!query.has('force')) return;
  throw badOption('PatchOptions', forbiddenValue('force', 'may not be specified for non-apply patch'));
}

/**
 * How to delete: by the body if there is one, else by the query.
 *
 * @throws StatusError 400 or 422
 */
export function deletionOf(request: ApiRequest): Deletion {
  if (request.body !== '') return deletionFrom(readObject(request, 'DeleteOptions'));
  const { query } = request;
  return deletionFrom({
    gracePeriodSeconds: integer(query, 'gracePeriodSeconds'),
    propagationPolicy: parameter(query, 'propagationPolicy'),
    dryRun: query.getAll('dryRun'),
  });
}

/** @param options a DeleteOptions object */
export function deletionFrom(options: Json): Deletion {
  const gracePeriodSeconds = options['gracePeriodSeconds'] ?? undefined;
  if (gracePeriodSeconds !== undefined && !isGracePeriod(gracePeriodSeconds)) {
    throw badRequest('gracePeriodSeconds must be a whole number of seconds');
  }
  const propagationPolicy = propagation(options['propagationPolicy'] ?? undefined);
  const preconditions = preconditionsFrom(options['preconditions']);
  return {
    dryRun: isDryRun(options['dryRun'], 'DeleteOptions'),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(preconditions === undefined ? {} : { preconditions }),
  };
}

function isGracePeriod(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

type Propagation = NonNullable<Deletion['propagationPolicy']>;

const PROPAGATIONS: readonly Propagation[] = ['Foreground', 'Background', 'Orphan'];

function propagation(value: unknown): Propagation | undefined {
  if (value === undefined) return undefined;
  const known = PROPAGATIONS.find((each) => each === value);
  if (known !== undefined) return known;
  throw badOption('DeleteOptions', unsupportedValue('propagationPolicy', value, [...PROPAGATIONS, 'nil']));
}

function preconditionsFrom(value: unknown): Deletion['preconditions'] {
  if (!isJsonObject(value)) return undefined;
  const uid = textOf(value['uid']);
  const resourceVersion = textOf(value['resourceVersion']);
  return { ...(uid === '' ? {} : { uid }), ...(resourceVersion === '' ? {} : { resourceVersion }) };
}

function isDryRun(value: unknown, kind: OptionsKind): boolean {
  const stages = Array.isArray(value) ? (value as readonly unknown[]).filter((stage) => stage !== '') : [];
  if (stages.some((stage) => stage !== 'All'))
    throw badOption(kind, unsupportedValue('dryRun', stages, ['All']));
  return stages.length > 0;
}

type Validation = NonNullable<WriteOptions['fieldValidation']>;

const VALIDATIONS: readonly Validation[] = ['Ignore', 'Strict', 'Warn'];

function validation(value: string | undefined, kind: OptionsKind): Validation | undefined {
  if (value === undefined) return undefined;
  const known = VALIDATIONS.find((each) => each === value);
  if (known !== undefined) return known;
  throw badOption(kind, unsupportedValue('fieldValidation', value, ['', ...VALIDATIONS]));
}

/**
 * Whoever does not say under which name it writes is known by the first word of its User-Agent.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
 */
function managerOf(userAgent: string): string {
  const [name = ''] = userAgent.split('/');
  return name.slice(0, 128) || 'unknown';
}
