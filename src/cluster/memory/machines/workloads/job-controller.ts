import { keyOf } from '../../../object-cache.ts';
import { controllerOf } from '../../../../kubernetes/objects.ts';
import { latest } from '../changes.ts';
import type { Change, Changes } from '../changes.ts';
import { conditionOf } from '../conditions.ts';
import { AS_CONTROLLER, timestamp } from '../context.ts';
import type { Context } from '../context.ts';
import type { Job, JobStatus, Pod } from '../objects.ts';
import { keyOfController } from '../owners.ts';
import { deletePod } from '../pods/delete-pod.ts';
import { newPod } from '../pods/new-pod.ts';
import { byAge, isActive, isReady, isTerminal, isTerminating } from '../pods/pod-facts.ts';
import type { PodIndex } from '../pods/pod-index.ts';
import { JOBS, PODS } from '../resources.ts';
import { WorkQueue } from '../work-queue.ts';
import { writeObject, writeStatus } from '../writes.ts';
import { JobFailures } from './job-failures.ts';
import { endOf, finishedConditions, wantedPods } from './job-progress.ts';

/**
 * Keeps a pod that has ended until it was counted.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-tracking-with-finalizers
 */
const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
const BURST = 500;

/** Runs pods to their end until enough have succeeded, or too many have failed. */
export class JobController {
  readonly queue: WorkQueue;
  /** Pods whose Job is gone or has ended, and that nobody counts any more. */
  readonly orphans: WorkQueue;
  readonly #context: Context;
  readonly #pods: PodIndex;
  readonly #failures = new Map<string, JobFailures>();
  /** UIDs of pods that are counted and not let go of yet: not to be counted twice if that fails. */
  readonly #counted = new Set<string>();

  constructor(context: Context, changes: Changes, pods: PodIndex) {
    this.#context = context;
    this.#pods = pods;
    const { controller } = context.delays;
    this.queue = new WorkQueue(context, controller, (key) => {
      this.#sync(key);
    });
    this.orphans = new WorkQueue(context, controller, (key) => {
      this.#release(key);
    });
    changes.of<Job>(JOBS, (change) => {
      this.#heardOfJob(change);
    });
    changes.of<Pod>(PODS, (change) => {
      const pod = latest(change);
      const key = keyOfController(pod.metadata, 'Job');
      if (key === undefined) return;
      this.queue.add(key);
      if (isTracked(pod) && isOver(this.#find(key))) this.orphans.add(keyOf(pod.metadata));
    });
  }

  #heardOfJob({ before, after }: Change<Job>): void {
    if (after !== undefined && before?.metadata.generation !== after.metadata.generation) {
      this.queue.add(keyOf(after.metadata));
    }
    if (before === undefined || !isOver(after)) return;
    this.#failures.delete(keyOf(before.metadata));
    for (const [key, pod] of this.#pods.ownedBy.get(before.metadata.uid ?? '')) {
      if (isTracked(pod)) this.orphans.add(key);
    }
  }

  #sync(key: string): void {
    const job = this.#find(key);
    if (job === undefined || isOver(job)) return;
    const pods = [...this.#pods.ownedBy.get(job.metadata.uid ?? '').values()];
    const counted = this.#count(key, job, pods);
    const end = endOf(counted, pods.filter(isActive).length);
    if (end === undefined && job.metadata.deletionTimestamp === undefined) this.#scale(key, counted, pods);
    if (end === 'Failed') for (const pod of pods.filter(isActive)) deletePod(this.#context, pod);
    this.#report(key);
  }

  /** Counts those that have ended since the last time, and then lets them go. */
  #count(key: string, job: Job, pods: readonly Pod[]): Job {
    const tracked = pods.filter((pod) => isTracked(pod) && hasEnded(pod));
    const ended = tracked.filter(({ metadata }) => !this.#counted.has(metadata.uid ?? ''));
    if (ended.length > 0) {
      const succeeded = ended.filter(hasSucceeded).length;
      const failed = ended.length - succeeded;
      writeStatus(this.#context, JOBS, job, {
        ...job.status,
        succeeded: (job.status?.succeeded ?? 0) + succeeded,
        failed: (job.status?.failed ?? 0) + failed,
      });
      this.#failuresOf(key).add({ succeeded, failed }, this.#context.api.clock.monotonic());
      for (const { metadata } of ended) this.#counted.add(metadata.uid ?? '');
    }
    for (const pod of tracked) this.#untrack(pod);
    return this.#find(key) ?? job;
  }

  #scale(key: string, job: Job, pods: readonly Pod[]): void {
    const active = pods.filter(isActive);
    const missing = wantedPods(job, active.length) - active.length;
    for (const pod of [...active].sort(byAge).slice(0, Math.max(-missing, 0))) deletePod(this.#context, pod);
    if (missing <= 0) return;
    const wait = this.#failuresOf(key).waitUntilNext(this.#context.api.clock.monotonic());
    if (wait > 0) {
      this.queue.add(key, wait);
      return;
    }
    for (let count = Math.min(missing, BURST); count > 0; count -= 1) {
      this.#context.api.create(PODS, newPod(job, { finalizers: [TRACKING_FINALIZER] }), AS_CONTROLLER);
    }
  }

  #report(key: string): void {
    const job = this.#find(key);
    if (job === undefined) return;
    const now = timestamp(this.#context.api.clock);
    const pods = [...this.#pods.ownedBy.get(job.metadata.uid ?? '').values()];
    const active = pods.filter(isActive);
    const status: JobStatus = {
      ...job.status,
      active: active.length,
      ready: active.filter(isReady).length,
      terminating: pods.filter((pod) => isTerminating(pod) && !isTerminal(pod)).length,
      startTime: job.status?.startTime ?? now,
    };
    const end = active.length > 0 ? undefined : endOf(job, 0);
    const conditions = end === undefined ? undefined : finishedConditions(status, end, now);
    writeStatus(this.#context, JOBS, job, {
      ...status,
      ...(conditions === undefined ? {} : { conditions }),
      ...(end === 'Complete' && status.terminating === 0 ? { completionTime: now } : {}),
    });
  }

  /** Nobody counts any more: what is still tracked is let go of. */
  #release(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const pod = this.#context.api.find(PODS, { namespace, name }) as Pod | undefined;
    if (pod === undefined || !isTracked(pod)) return;
    const owner = keyOfController(pod.metadata, 'Job');
    const job = owner === undefined ? undefined : this.#find(owner);
    if (isOver(job) || controllerOf(pod.metadata)?.uid !== job?.metadata.uid) this.#untrack(pod);
  }

  #untrack(pod: Pod): void {
    const finalizers = (pod.metadata.finalizers ?? []).filter((name) => name !== TRACKING_FINALIZER);
    writeObject(this.#context, PODS, { ...pod, metadata: { ...pod.metadata, finalizers } });
    this.#counted.delete(pod.metadata.uid ?? '');
  }

  #failuresOf(key: string): JobFailures {
    const failures = this.#failures.get(key) ?? new JobFailures();
    this.#failures.set(key, failures);
    return failures;
  }

  #find(key: string): Job | undefined {
    const [namespace = '', name = ''] = key.split('/');
    return this.#context.api.find(JOBS, { namespace, name }) as Job | undefined;
  }
}

function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(TRACKING_FINALIZER) === true;
}

function hasSucceeded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded';
}

/**
 * A pod that is being deleted counts as failed at once: it might be on a node that never says so.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/job/job_controller.go isPodFailed
 */
function hasEnded(pod: Pod): boolean {
  return isTerminal(pod) || isTerminating(pod);
}

/** Whether a Job is gone, or has ended one way or the other. */
function isOver(job: Job | undefined): boolean {
  return (
    job === undefined ||
    ['Complete', 'Failed'].some((type) => conditionOf(job.status?.conditions, type)?.status === 'True')
  );
}
