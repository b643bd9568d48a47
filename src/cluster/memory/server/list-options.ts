import { badRequest, forbiddenValue, unsupportedValue } from '../api/refusals.ts';
import type { Selection } from '../api/types.ts';
import { isResourceVersion } from '../../resource-version.ts';
import { badOption } from './options.ts';
import { flag, integer, parameter } from './query.ts';

type Match = 'Exact' | 'NotOlderThan';

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#listoptions-v1-meta */
export interface ListOptions {
  readonly selectors: Pick<Selection, 'labelSelector' | 'fieldSelector'>;
  readonly watch: boolean;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean;
  readonly resourceVersion: string | undefined;
  readonly resourceVersionMatch: Match | undefined;
  readonly timeoutSeconds: number | undefined;
  /** Objects per page. */
  readonly limit: number | undefined;
  readonly continueToken: string | undefined;
}

/** @throws StatusError 400 or 422 if they are not as they may be, or do not go together */
export function listOptions(query: URLSearchParams): ListOptions {
  const labelSelector = parameter(query, 'labelSelector');
  const fieldSelector = parameter(query, 'fieldSelector');
  const options = {
    selectors: {
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    },
    watch: flag(query, 'watch'),
    allowWatchBookmarks: flag(query, 'allowWatchBookmarks'),
    sendInitialEvents: flag(query, 'sendInitialEvents'),
    resourceVersion: version(parameter(query, 'resourceVersion')),
    resourceVersionMatch: match(parameter(query, 'resourceVersionMatch')),
    timeoutSeconds: integer(query, 'timeoutSeconds'),
    limit: positive(integer(query, 'limit')),
    continueToken: parameter(query, 'continue'),
  };
  const problem = options.watch ? watchProblem(options) : listProblem(options);
  if (problem !== undefined) throw badOption('ListOptions', problem);
  return options;
}

type Problem = ReturnType<typeof forbiddenValue>;

function watchProblem({ sendInitialEvents, resourceVersionMatch }: ListOptions): Problem | undefined {
  if (sendInitialEvents && resourceVersionMatch !== 'NotOlderThan') {
    const must = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    return forbiddenValue('resourceVersionMatch', must);
  }
  if (!sendInitialEvents && resourceVersionMatch !== undefined) {
    const only = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
    return forbiddenValue('resourceVersionMatch', only);
  }
  return undefined;
}

function listProblem(options: ListOptions): Problem | undefined {
  const { sendInitialEvents, resourceVersion, resourceVersionMatch, continueToken } = options;
  if (sendInitialEvents)
    return forbiddenValue('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  if (resourceVersionMatch === undefined) return undefined;
  const forbids = (why: string): Problem =>
    forbiddenValue('resourceVersionMatch', `resourceVersionMatch ${why}`);
  if (continueToken !== undefined) return forbids('is forbidden when continue is provided');
  if (resourceVersion === undefined) return forbids('is forbidden unless resourceVersion is provided');
  if (resourceVersionMatch === 'Exact' && resourceVersion === '0') {
    return forbids('"Exact" is forbidden for resourceVersion "0"');
  }
  return undefined;
}

function version(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const isOne: boolean = isResourceVersion(value);
  if (isOne) return value;
  const parsing = `strconv.ParseUint: parsing "${value}": invalid syntax`;
  throw badRequest(`invalid resource version: resourceVersion: Invalid value: "${value}": ${parsing}`);
}

function match(value: string | undefined): Match | undefined {
  if (value === undefined || value === 'Exact' || value === 'NotOlderThan') return value;
  const supported = ['Exact', 'NotOlderThan', ''];
  throw badOption('ListOptions', unsupportedValue('resourceVersionMatch', value, supported));
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
