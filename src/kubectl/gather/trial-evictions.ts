import { ApiError, hasCode } from '../../cluster/errors.ts';
import { keyOf } from '../../cluster/object-cache.ts';
import type { Cluster } from '../../cluster/port.ts';
import type { RawPodObject } from '../../rehearsal/index.ts';

/** What came of asking for evictions of which nothing comes. */
export interface TrialEvictions {
  /** By {@link keyOf}: refused by something else than a disruption budget, of which the budgets themselves tell. */
  readonly refused: ReadonlyMap<string, ApiError>;
  /** Why not all of them were asked for. */
  readonly unasked?: string;
}

/** How many are asked for at most, and at a time: the API server has others to serve. */
const MOST = 2000;
const AT_ONCE = 8;

/**
 * Asks for pods' evictions as a dry run: everything that may refuse one is asked, and no pod goes.
 *
 * @throws ApiError if the cluster cannot be reached
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run
 */
export async function tryEvictions(
  pods: readonly RawPodObject[],
  { cluster, signal }: { readonly cluster: Cluster; readonly signal: AbortSignal },
): Promise<TrialEvictions> {
  const refused = new Map<string, ApiError>();
  const waiting = pods.slice(0, MOST);
  const forbidden = new AbortController();
  const next = async (): Promise<void> => {
    for (let pod = waiting.shift(); pod !== undefined && !forbidden.signal.aborted; pod = waiting.shift()) {
      const answer = await evictionOf(pod, cluster, signal);
      if (answer === 'forbidden') forbidden.abort();
      else if (answer instanceof ApiError) refused.set(keyOf(pod.metadata), answer);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  const unasked = forbidden.signal.aborted
    ? FORBIDDEN
    : pods.length > MOST
      ? tooMany(pods.length)
      : undefined;
  return { refused, ...(unasked === undefined ? {} : { unasked }) };
}

const FORBIDDEN =
  'whether a webhook refuses an eviction: creating pods/eviction, which a dry run needs too, is not permitted';

function tooMany(pods: number): string {
  return `whether a webhook refuses an eviction, of all pods: ${MOST} of ${pods} were asked for`;
}

async function evictionOf(
  { metadata: { name, namespace = '', uid = '' } }: RawPodObject,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<'no objection' | 'forbidden' | ApiError> {
  try {
    await cluster.evict({ name, namespace }, uid, { dryRun: true, signal });
    return 'no objection';
  } catch (error) {
    return judged(error);
  }
}

function judged(error: unknown): 'no objection' | 'forbidden' | ApiError {
  // It has gone in the meantime, or a budget refuses it, of which the budget itself tells.
  if (hasCode(error, 'not-found', 'conflict', 'too-many-requests')) return 'no objection';
  if (hasCode(error, 'forbidden')) return isByRule(error) ? 'forbidden' : error;
  // A pod with several budgets is answered with 500.
  if (hasCode(error, 'invalid') || (hasCode(error, 'server') && error.details.status === 500)) return error;
  throw error;
}

/** Whether it is who asks that may not, and not this eviction that an admission webhook refuses. */
function isByRule({ details }: ApiError): boolean {
  return /cannot create resource "pods\/eviction"/.test(details.said ?? '');
}
