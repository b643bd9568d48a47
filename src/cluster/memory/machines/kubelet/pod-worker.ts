import { StatusError } from '../../api/status-error.ts';
import type { RawObject } from '../../api/types.ts';
import { AS_KUBELET_OF_STATUS, jittered, timestamp } from '../context.ts';
import type { Context } from '../context.ts';
import type { Pod } from '../objects.ts';
import { deletePod } from '../pods/delete-pod.ts';
import { isTerminal } from '../pods/pod-facts.ts';
import { PODS } from '../resources.ts';
import type { BehaviourOf, PodBehaviour } from './behaviour.ts';
import type { ContainerRun } from './container-run.ts';
import { BrokenOff, Course } from './course.ts';
import type { NodeAgent } from './node-agent.ts';
import { PodRuntime } from './pod-runtime.ts';
import { statusOf } from './pod-status.ts';
import type { Addresses } from './pod-status.ts';
import { crashLoopMessage, missingImageMessage } from './words.ts';

/** What a pod's worker has from its kubelet. */
export interface Kubelet {
  readonly context: Context;
  readonly agent: NodeAgent;
  readonly behaviourOf: BehaviourOf;
  readonly addresses: Addresses;
}

/** How soon a kubelet notices that a container has ended, and tries again what the API server refused. */
const NOTICE = 1000;
/** @see https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/ periodSeconds */
const PROBE_PERIOD = 10_000;
const FIRST_PULL_BACK_OFF = 10_000;
const LONGEST_PULL_BACK_OFF = 300_000;

/**
 * Runs one pod on its node, from the moment that its kubelet hears of it until it is gone.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
 */
export class PodWorker {
  readonly #kubelet: Kubelet;
  readonly #life: Course;
  #pod: Pod;
  readonly #runtime: PodRuntime;
  #ending: Course | undefined;
  #toldToEndAt = 0;

  constructor(kubelet: Kubelet, pod: Pod) {
    const { clock } = kubelet.context.api;
    this.#kubelet = kubelet;
    this.#pod = pod;
    this.#life = new Course(clock);
    this.#runtime = new PodRuntime(clock, pod);
    this.#runtime.isOver = isTerminal(pod);
    if (!this.#runtime.isOver) follow(this.#live());
    this.#endIfDeleted(undefined);
  }

  /** The pod as it is now. */
  update(pod: Pod): void {
    const before = this.#pod;
    this.#pod = pod;
    // Somebody else has declared it ended: there is no way back from that.
    if (isTerminal(pod)) {
      this.#life.end();
      this.#runtime.isOver = true;
    }
    this.#endIfDeleted(before);
  }

  /** Looks at the pod again now: tries again what is to be tried again later, and tells how it is. */
  retry(): void {
    this.#life.hurry();
    this.#ending?.hurry();
  }

  /** The pod is gone, or its node. */
  stop(): void {
    this.#life.end();
    this.#ending?.end();
  }

  async #live(): Promise<void> {
    const course = this.#life;
    await this.#react(course);
    const isResumed = this.#runtime.resume(this.#pod);
    if (!isResumed) {
      await this.#report(course);
      for (const [index, init] of this.#runtime.inits.entries()) {
        if (!(await this.#initialize(course, init, index))) return;
        await this.#report(course);
      }
      await this.#pull(course);
    }
    await this.#runContainers(course, isResumed);
  }

  /** @returns false if it failed and is not tried again */
  async #initialize(course: Course, init: ContainerRun, index: number): Promise<boolean> {
    for (;;) {
      init.start();
      await this.#report(course);
      if (await this.#runInit(course)) {
        init.complete();
        return true;
      }
      init.exit(1);
      if (!this.#isRestarted(1)) {
        this.#runtime.isOver = true;
        await this.#report(course);
        return false;
      }
      await this.#backOff(course, init, this.#pod.spec?.initContainers?.[index]?.name ?? '');
    }
  }

  async #runInit(course: Course): Promise<boolean> {
    const { initTime = 0, initGate } = this.#ask();
    await course.pass(initTime);
    if (this.#ask().failure === 'init-fails') return false;
    if (initGate === undefined) return true;
    const isPassed = (signal: AbortSignal): Promise<boolean> =>
      initGate(signal).then(
        () => true,
        () => false,
      );
    return course.until(isPassed);
  }

  async #pull(course: Course): Promise<void> {
    const { main } = this.#runtime;
    const [container] = this.#pod.spec?.containers ?? [];
    const message = missingImageMessage(container?.image ?? '');
    for (let wait = FIRST_PULL_BACK_OFF; ; wait = Math.min(2 * wait, LONGEST_PULL_BACK_OFF)) {
      await course.pass(this.#ask().pullTime ?? 0);
      if (this.#ask().failure !== 'image-missing') return;
      main.wait('ErrImagePull', message);
      await this.#report(course);
      await course.pass(NOTICE);
      main.wait(
        'ImagePullBackOff',
        `Back-off pulling image "${container?.image ?? ''}": ErrImagePull: ${message}`,
      );
      await this.#report(course);
      await course.rest(wait - NOTICE);
    }
  }

  async #runContainers(course: Course, isResumed: boolean): Promise<void> {
    const { main } = this.#runtime;
    for (let isFirst = true; ; isFirst = false) {
      const isRunning = isFirst && isResumed;
      if (!isRunning) {
        main.start();
        await this.#report(course);
        await course.pass(this.#ask().startTime ?? 0);
      }
      const exitCode = await this.#untilExit(course);
      main.exit(exitCode);
      if (!this.#isRestarted(exitCode)) {
        this.#runtime.isOver = true;
        await this.#report(course);
        return;
      }
      await this.#backOff(course, main, this.#pod.spec?.containers?.[0]?.name ?? '');
    }
  }

  async #untilExit(course: Course): Promise<number> {
    const { main } = this.#runtime;
    const { clock } = this.#kubelet.context.api;
    const since = clock.monotonic();
    for (;;) {
      const { failure, run, startTime = 0 } = this.#ask();
      if (failure === 'crash-loop') return 1;
      main.ready = failure !== 'never-ready';
      await this.#report(course);
      const left =
        run === undefined ? Infinity : since + Math.max(run.time - startTime, 0) - clock.monotonic();
      if (run !== undefined && left <= 0) return run.exitCode;
      await course.rest(main.ready ? left : Math.min(left, PROBE_PERIOD));
    }
  }

  async #backOff(course: Course, run: ContainerRun, container: string): Promise<void> {
    await this.#report(course);
    await course.pass(NOTICE);
    if (run.backOff === 0) return;
    run.wait('CrashLoopBackOff', crashLoopMessage(run.backOff, container, this.#pod.metadata));
    await this.#report(course);
    await course.rest(run.backOff - NOTICE);
  }

  #isRestarted(exitCode: number): boolean {
    const { restartPolicy = 'Always' } = this.#pod.spec ?? {};
    return restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0);
  }

  /** Who deletes a pod again may give it less time. */
  #endIfDeleted(before: Pod | undefined): void {
    const { deletionTimestamp, deletionGracePeriodSeconds } = this.#pod.metadata;
    if (deletionTimestamp === undefined) return;
    if (before?.metadata.deletionGracePeriodSeconds === deletionGracePeriodSeconds) return;
    const { clock } = this.#kubelet.context.api;
    if (this.#ending === undefined) this.#toldToEndAt = clock.monotonic();
    this.#ending?.end();
    this.#ending = new Course(clock);
    follow(this.#end(this.#ending, (deletionGracePeriodSeconds ?? 0) * 1000));
  }

  async #end(course: Course, grace: number): Promise<void> {
    await this.#react(course);
    this.#life.end();
    if (!this.#runtime.isOver) {
      const inTime = await this.#stopContainers(course, grace);
      this.#runtime.terminate(inTime);
      await this.#report(course);
    }
    await this.#remove(course);
  }

  /** @returns whether they ended by themselves */
  async #stopContainers(course: Course, grace: number): Promise<boolean> {
    const { main } = this.#runtime;
    const { clock } = this.#kubelet.context.api;
    for (;;) {
      const { stopTime = 0 } = this.#ask();
      const isHeld = stopTime === 'never' || this.#kubelet.agent.holdsTermination;
      const needed = typeof stopTime === 'number' && main.isRunning ? stopTime : 0;
      const left = this.#toldToEndAt + Math.min(needed, grace) - clock.monotonic();
      if (!isHeld && left <= 0) return needed <= grace;
      await course.rest(isHeld ? Infinity : left);
    }
  }

  async #remove(course: Course): Promise<void> {
    for (;;) {
      await this.#whenHeard(course);
      try {
        deletePod(this.#kubelet.context, this.#pod, 0);
        return;
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        await course.pass(NOTICE);
      }
    }
  }

  /** Writes the pod's status as it is by the time that the kubelet can write. */
  async #report(course: Course): Promise<void> {
    for (;;) {
      await this.#whenHeard(course);
      try {
        this.#write();
        return;
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        await course.pass(NOTICE);
      }
    }
  }

  #write(): void {
    const { context, addresses } = this.#kubelet;
    const { api } = context;
    const pod = api.find(PODS, this.#pod.metadata) as Pod | undefined;
    if (pod === undefined || pod.metadata.uid !== this.#pod.metadata.uid) return;
    const status = statusOf(pod, this.#runtime, addresses, timestamp(api.clock));
    const next: Pod = { ...pod, status };
    api.update(PODS, next, AS_KUBELET_OF_STATUS);
  }

  async #react(course: Course): Promise<void> {
    const { delays, random } = this.#kubelet.context;
    await course.pass(jittered(delays.kubelet, random));
    await this.#whenHeard(course);
  }

  async #whenHeard(course: Course): Promise<void> {
    const { agent } = this.#kubelet;
    if (agent.isSilent) await course.until(() => agent.heard());
  }

  #ask(): PodBehaviour {
    return this.#kubelet.behaviourOf(this.#pod as unknown as RawObject);
  }
}

/** A course that is broken off is over, and that is all there is to it; anything else is a mistake in here. */
function follow(work: Promise<void>): void {
  work.catch((error: unknown) => {
    if (!(error instanceof BrokenOff)) throw error;
  });
}
