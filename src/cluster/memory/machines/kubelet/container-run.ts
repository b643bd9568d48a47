import type { Clock } from '../../../clock.ts';
import { timestamp } from '../context.ts';
import type { ContainerState, Terminated } from '../objects.ts';

/** @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy */
const FIRST_BACK_OFF = 10_000;
const LONGEST_BACK_OFF = 300_000;
const FORGIVEN_AFTER = 600_000;

/** A container, or several that share one fate: what it does at the moment, and how often it has been started before. */
export class ContainerRun {
  state: ContainerState;
  lastState: ContainerState = {};
  ready = false;
  restarts = 0;
  readonly #clock: Clock;
  #startedAt = 0;
  #crashes = 0;

  /** @param reason what it waits for at first */
  constructor(clock: Clock, reason: string) {
    this.#clock = clock;
    this.state = { waiting: { reason } };
  }

  /** Whether it has ever been started. */
  get hasStarted(): boolean {
    return this.state.waiting === undefined || this.lastState.terminated !== undefined;
  }

  get isRunning(): boolean {
    return this.state.running !== undefined;
  }

  /** Of the last time that it ended. */
  get exitCode(): number | undefined {
    return this.state.terminated?.exitCode;
  }

  wait(reason: string, message: string): void {
    this.#remember();
    this.state = { waiting: { reason, message } };
  }

  start(): void {
    if (this.hasStarted) this.restarts += 1;
    this.#remember();
    this.#startedAt = this.#clock.monotonic();
    this.state = { running: { startedAt: timestamp(this.#clock) } };
  }

  /** Goes on where it was before anybody looked. */
  resume(startedAt: string, ready: boolean, restarts: number): void {
    this.state = { running: { startedAt } };
    this.ready = ready;
    this.restarts = restarts;
    this.#startedAt = this.#clock.monotonic();
  }

  exit(exitCode: number): void {
    const ran = this.#clock.monotonic() - this.#startedAt;
    this.#crashes = ran > FORGIVEN_AFTER ? 1 : this.#crashes + 1;
    this.ready = false;
    this.state = { terminated: this.#terminated(exitCode, exitCode === 0 ? 'Completed' : 'Error') };
  }

  /** An init container has done its work: that is when it is ready. */
  complete(): void {
    this.exit(0);
    this.ready = true;
  }

  /** Is given up on before anybody saw it end. */
  lose(): void {
    this.ready = false;
    this.state = { terminated: this.#terminated(137, 'ContainerStatusUnknown') };
  }

  /** How long to wait before the next start, in milliseconds: after the first end not at all, then longer and longer. */
  get backOff(): number {
    if (this.#crashes <= 1) return 0;
    return Math.min(FIRST_BACK_OFF * 2 ** Math.min(this.#crashes - 2, 20), LONGEST_BACK_OFF);
  }

  #remember(): void {
    if (this.state.terminated !== undefined) this.lastState = { terminated: this.state.terminated };
  }

  #terminated(exitCode: number, reason: string): Terminated {
    const startedAt = this.state.running?.startedAt;
    const finishedAt = timestamp(this.#clock);
    return { exitCode, reason, ...(startedAt === undefined ? {} : { startedAt }), finishedAt };
  }
}
