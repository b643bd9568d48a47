import { fieldsOf, itemsOf, numberOf, textOf, type Json } from '../../api/json.ts';
import type { RawObject } from '../../api/types.ts';
import { at } from './column.ts';

/** How a pod stands, in the words that `kubectl get pods` has for it. */
export interface PodStatus {
  readonly readyContainers: number;
  readonly containers: number;
  /** `Running`, `Init:0/1`, `CrashLoopBackOff`, `Terminating` … */
  readonly word: string;
  readonly restarts: number;
  /** Milliseconds since the Unix epoch; undefined if it never restarted, or nobody knows when. */
  readonly lastRestart: number | undefined;
}

/** @see https://github.com/kubernetes/kubernetes/blob/master/pkg/printers/internalversion/printers.go */
export function podStatus(pod: RawObject): PodStatus {
  const init = initialization(pod);
  const isInitialized = init.word === undefined || hasCondition(pod, 'Initialized');
  const statuses = statusesOf(pod, 'containerStatuses');
  const counted = isInitialized ? [...init.sidecars, ...statuses] : init.seen;
  const own = isInitialized ? containersWord(pod, statuses) : undefined;
  return {
    readyContainers: init.readySidecars + (isInitialized ? statuses.filter(isReady).length : 0),
    containers: itemsOf(at(pod, 'spec', 'containers')).length + init.sidecarNames.size,
    word: terminating(pod) ?? own ?? init.word ?? phaseWord(pod),
    ...restartsOf(counted),
  };
}

interface Initialization {
  /** What it waits for or failed at; undefined once all init containers are through. */
  readonly word: string | undefined;
  /** The statuses up to the one that is not through. */
  readonly seen: readonly Json[];
  readonly sidecarNames: ReadonlySet<string>;
  readonly sidecars: readonly Json[];
  readonly readySidecars: number;
}

function initialization(pod: RawObject): Initialization {
  const specs = itemsOf(at(pod, 'spec', 'initContainers')).map(fieldsOf);
  const sidecarNames = new Set(
    specs.filter((spec) => spec['restartPolicy'] === 'Always').map((spec) => textOf(spec['name'])),
  );
  const statuses = statusesOf(pod, 'initContainerStatuses');
  const isSidecar = (status: Json): boolean => sidecarNames.has(textOf(status['name']));
  const isThrough = (status: Json): boolean =>
    isSidecar(status) ? status['started'] === true : at(status, 'state', 'terminated', 'exitCode') === 0;
  const held = statuses.findIndex((status) => !isThrough(status));
  const blocking = statuses[held];
  const seen = blocking === undefined ? statuses : statuses.slice(0, held + 1);
  return {
    word: blocking === undefined ? undefined : initWord(blocking, `${held}/${specs.length}`),
    seen,
    sidecarNames,
    sidecars: seen.filter(isSidecar),
    readySidecars: seen.filter((status) => isSidecar(status) && isThrough(status) && status['ready'] === true)
      .length,
  };
}

function initWord(status: Json, progress: string): string {
  const terminated = at(status, 'state', 'terminated');
  if (terminated !== undefined) return `Init:${terminatedWord(fieldsOf(terminated))}`;
  const waiting = textOf(at(status, 'state', 'waiting', 'reason'));
  return `Init:${waiting === '' || waiting === 'PodInitializing' ? progress : waiting}`;
}

/** The first container that does not run says how the pod is, unless it is done and others are not. */
function containersWord(pod: RawObject, statuses: readonly Json[]): string | undefined {
  const word = statuses.map(containerWord).find((each) => each !== undefined);
  if ((word ?? phaseWord(pod)) !== 'Completed') return word;
  const runs = statuses.some(isReady);
  if (runs && hasCondition(pod, 'Ready')) return 'Running';
  const failed = statuses.find((status) => numberOf(at(status, 'state', 'terminated', 'exitCode')) !== 0);
  if (failed !== undefined) return containerWord(failed);
  return runs ? 'NotReady' : word;
}

function containerWord(status: Json): string | undefined {
  const waiting = textOf(at(status, 'state', 'waiting', 'reason'));
  if (waiting !== '') return waiting;
  const terminated = at(status, 'state', 'terminated');
  return terminated === undefined ? undefined : terminatedWord(fieldsOf(terminated));
}

function terminatedWord({ reason, signal, exitCode }: Json): string {
  if (textOf(reason) !== '') return textOf(reason);
  return numberOf(signal) === 0 ? `ExitCode:${numberOf(exitCode)}` : `Signal:${numberOf(signal)}`;
}

function terminating(pod: RawObject): string | undefined {
  if (pod.metadata.deletionTimestamp === undefined) return undefined;
  if (at(pod, 'status', 'reason') === 'NodeLost') return 'Unknown';
  const phase = at(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed' ? undefined : 'Terminating';
}

function phaseWord(pod: RawObject): string {
  const conditions = itemsOf(at(pod, 'status', 'conditions')).map(fieldsOf);
  const isGated = conditions.some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );
  if (isGated) return 'SchedulingGated';
  return textOf(at(pod, 'status', 'reason')) || textOf(at(pod, 'status', 'phase'));
}

function restartsOf(statuses: readonly Json[]): Pick<PodStatus, 'restarts' | 'lastRestart'> {
  const ends = statuses
    .map((status) => Date.parse(textOf(at(status, 'lastState', 'terminated', 'finishedAt'))))
    .filter((time) => !Number.isNaN(time));
  return {
    restarts: statuses.reduce((sum, status) => sum + numberOf(status['restartCount']), 0),
    lastRestart: ends.length === 0 ? undefined : Math.max(...ends),
  };
}

function isReady(status: Json): boolean {
  return status['ready'] === true && at(status, 'state', 'running') !== undefined;
}

function statusesOf(pod: RawObject, field: 'containerStatuses' | 'initContainerStatuses'): readonly Json[] {
  return itemsOf(at(pod, 'status', field)).map(fieldsOf);
}

function hasCondition(pod: RawObject, type: string): boolean {
  const conditions = itemsOf(at(pod, 'status', 'conditions')).map(fieldsOf);
  return conditions.some((condition) => condition['type'] === type && condition['status'] === 'True');
}
