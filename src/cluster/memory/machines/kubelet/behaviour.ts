import type { RawObject } from '../../api/types.ts';

/** What can be the matter with a pod. */
export type PodFailure =
  /** There is no such image as its containers name. */
  | 'image-missing'
  /** Its containers exit with an error, again and again. */
  | 'crash-loop'
  /** Its containers run and never become ready. */
  | 'never-ready'
  /** Its init containers exit with an error, again and again. */
  | 'init-fails';

/**
 * What a pod's containers do and how long it takes them: all of one pod share one fate. Times are in milliseconds. Nothing said, images
 * are there, containers are ready as soon as they are started, run for ever, and end at once when told to.
 */
export interface PodBehaviour {
  /** Until the images of its containers are there. */
  readonly pullTime?: number;
  /** How long each init container takes. */
  readonly initTime?: number;
  /**
   * What each init container does after that. It has ended when this resolves, and has failed when it rejects: then it is started
   * again, after a while. The signal aborts when the pod is stopped.
   */
  readonly initGate?: (signal: AbortSignal) => Promise<void>;
  /** From the start of its containers until they are ready, or crash. */
  readonly startTime?: number;
  /** Absent: its containers do not end by themselves. */
  readonly run?: { readonly time: number; readonly exitCode: number };
  /** From being told to stop until having stopped; no longer than the pod's grace period, unless it never does. */
  readonly stopTime?: number | 'never';
  readonly failure?: PodFailure;
}

/**
 * What a pod does. It is asked for anew at each step and each retry, so what has been mended by then is mended.
 *
 * @param pod as it is now, bound to its node
 */
export type BehaviourOf = (pod: RawObject) => PodBehaviour;
