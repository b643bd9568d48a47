import { DRIVER_LABEL } from '../contract/keys.ts';
import { lookUp } from '../kubernetes/objects.ts';
import { driverPods } from '../operator/resources/driver-pods.ts';
import { gracePeriod, startupTime, type RawPodObject } from './snapshot.ts';

/** What the last rollout has cost, from the policy's status. */
export interface LastRollout {
  readonly upgraded: number;
  readonly podsEvicted: number;
  readonly nodeSecondsOutOfService: number;
}

/** How long things take, in milliseconds, and where that is known from. */
export interface Estimates {
  /** A driver, from its pod's creation until it is Ready. */
  readonly driverLoad: number;
  /** How many drivers that is the median of; 0: it is assumed. */
  readonly driversMeasured: number;
  /** The same on nodes on which it has been measured. */
  readonly driverLoadOn: ReadonlyMap<string, number>;
  /** A driver pod, from being deleted until it is gone. */
  readonly driverStop: number;
  /** The longest that pods take to end when they are evicted; Infinity: as long as they may. */
  readonly podStop: number;
  /** Whether how long pods take to end follows from the last rollout. */
  readonly endsMeasured: boolean;
}

/** Where no driver is Ready to learn from. */
const ASSUMED_LOAD = 300_000;
const ASSUMED_DRIVER_STOP = 30_000;

/** A driver that became Ready once more, long after it was loaded, tells nothing of how long that took. */
const OUTLIER = 3;

/** How many nodes must have been upgraded for their mean to say something. */
const ENOUGH_NODES = 3;

/**
 * How long things may take, from what the cluster shows of how long they have taken.
 *
 * @param last undefined: nothing is known of an earlier rollout
 */
export function estimatesFrom(pods: readonly RawPodObject[], last: LastRollout | undefined): Estimates {
  const times = loadTimes(pods);
  const median = medianOf([...times.values()]);
  const driverLoad = median ?? ASSUMED_LOAD;
  const driverLoadOn = new Map([...times].filter(([, time]) => time <= OUTLIER * driverLoad));
  return {
    driverLoad,
    driversMeasured: times.size,
    driverLoadOn,
    ...stopTimes(meanOf([...driverLoadOn.values()]) ?? driverLoad, last),
  };
}

function loadTimes(pods: readonly RawPodObject[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const pod of pods) {
    const { nodeName } = pod.spec ?? {};
    const time = lookUp(pod.metadata.labels, DRIVER_LABEL) === undefined ? undefined : startupTime(pod);
    if (nodeName !== undefined && time !== undefined && driverPods.trim(pod).ready) times.set(nodeName, time);
  }
  return times;
}

/** A node is out of service while its pods end, the old driver ends, and the new one is loaded: what is left of the mean is for the ends. */
function stopTimes(
  driverLoad: number,
  last: LastRollout | undefined,
): Pick<Estimates, 'driverStop' | 'podStop' | 'endsMeasured'> {
  if (last === undefined || last.upgraded < ENOUGH_NODES)
    return { driverStop: ASSUMED_DRIVER_STOP, podStop: Infinity, endsMeasured: false };
  const ends = Math.max(0, (last.nodeSecondsOutOfService * 1000) / last.upgraded - driverLoad);
  const isDrained = last.podsEvicted >= last.upgraded;
  return isDrained
    ? { driverStop: ends / 2, podStop: ends / 2, endsMeasured: true }
    : { driverStop: ends, podStop: Infinity, endsMeasured: true };
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @returns undefined for no values */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 1 ? middle : middle - 1];
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
}

/** How long a pod takes to end, in milliseconds. */
export function stopTimeOf(pod: RawPodObject, { podStop }: Estimates): number {
  return Math.min(gracePeriod(pod), podStop);
}
