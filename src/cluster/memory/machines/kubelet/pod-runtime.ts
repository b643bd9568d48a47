import type { Clock } from '../../../clock.ts';
import { timestamp } from '../context.ts';
import type { Pod } from '../objects.ts';
import { isReady } from '../pods/pod-facts.ts';
import { ContainerRun } from './container-run.ts';

/** Of a program that is ended by a signal: 128 and the signal's number. */
const SIGTERM_EXIT_CODE = 143;
const SIGKILL_EXIT_CODE = 137;

/** What there is of a pod on its node. */
export class PodRuntime {
  readonly startTime: string;
  readonly inits: readonly ContainerRun[];
  /** All containers but the init containers. */
  readonly main: ContainerRun;
  /** Nothing runs any more, and nothing will. */
  isOver = false;

  constructor(clock: Clock, { spec, status }: Pod) {
    const initContainers = spec?.initContainers ?? [];
    this.startTime = status?.startTime ?? timestamp(clock);
    this.inits = initContainers.map(() => new ContainerRun(clock, 'PodInitializing'));
    this.main = new ContainerRun(clock, initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating');
  }

  /** How far the init containers have come; undefined: all are done. */
  get initializing(): number | undefined {
    const next = this.inits.findIndex(({ exitCode }) => exitCode !== 0);
    return next < 0 ? undefined : next;
  }

  get phase(): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
    if (this.isOver) return this.main.exitCode === 0 ? 'Succeeded' : 'Failed';
    return this.main.hasStarted ? 'Running' : 'Pending';
  }

  /**
   * Takes over a pod that was running before its kubelet looked at it.
   *
   * @returns whether it was
   */
  resume(pod: Pod): boolean {
    const [first] = pod.status?.containerStatuses ?? [];
    const startedAt = first?.state.running?.startedAt;
    if (startedAt === undefined) return false;
    for (const init of this.inits) {
      init.start();
      init.complete();
    }
    this.main.resume(startedAt, isReady(pod), first?.restartCount ?? 0);
    return true;
  }

  /**
   * Ends whatever runs.
   *
   * @param inTime whether it ended by itself when it was told to
   * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/kubelet/status/status_manager.go TerminatePod
   */
  terminate(inTime: boolean): void {
    for (const init of this.inits) if (init.isRunning) init.exit(SIGTERM_EXIT_CODE);
    if (this.main.isRunning) this.main.exit(inTime ? 0 : SIGKILL_EXIT_CODE);
    if (this.initializing === undefined && this.main.state.waiting !== undefined) this.main.lose();
    this.isOver = true;
  }
}
