import { withCondition } from '../conditions.ts';
import type { Condition, Job, JobStatus } from '../objects.ts';

/** How a Job ends. */
export type JobEnd = 'Complete' | 'Failed';

/** @param active how many of its pods have not ended */
export function endOf({ spec, status }: Job, active: number): JobEnd | undefined {
  const { succeeded = 0, failed = 0 } = status ?? {};
  if (failed > (spec.backoffLimit ?? 6)) return 'Failed';
  // Without a number of completions, one success is enough, once all others have ended.
  const isComplete =
    spec.completions === undefined ? succeeded > 0 && active === 0 : succeeded >= spec.completions;
  return isComplete ? 'Complete' : undefined;
}

/**
 * How many pods are to run at the same time now.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/#controlling-parallelism
 */
export function wantedPods({ spec, status }: Job, active: number): number {
  const { parallelism = 1, completions, suspend = false } = spec;
  if (suspend) return 0;
  const succeeded = status?.succeeded ?? 0;
  if (completions === undefined) return succeeded > 0 ? active : parallelism;
  return Math.min(parallelism, completions - succeeded);
}

/** The end is decided at once, and declared when nothing of the Job runs any more. */
export function finishedConditions(status: JobStatus, end: JobEnd, now: string): readonly Condition[] {
  const told =
    end === 'Complete'
      ? { reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
      : { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  const decided = end === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  const types = status.terminating === 0 ? [decided, end] : [decided];
  return types.reduce(
    (conditions, type) => withCondition(conditions, { type, status: 'True', ...told }, now),
    status.conditions ?? [],
  );
}
