import { INIT_DONE_ANNOTATION, LOADS_AFTER_ANNOTATION } from './annotations.ts';
import { isDeleted, isDriver, isPending, isRunning } from './pod-stages.ts';
import { not, stage, status } from './stage.ts';
import type { Condition, Delay, Stage, StageRequest } from './stage.ts';
import { conditions, containers, initContainers, PLACE, state } from './templates.ts';

export interface DriverOptions {
  /** How long a driver takes to load, in milliseconds. */
  readonly driverLoadMs: number;
  /**
   * `instantly`: init containers succeed at once. `outside`: they run until somebody who really runs their program says how it
   * ended, in the pod's annotation `test.ofed/init-done`.
   */
  readonly runInitContainers: 'instantly' | 'outside';
  /** How long a crashed container waits, in milliseconds, times how often it has crashed (at most ten). */
  readonly crashBackoffMs: number;
}

const imageTagContains = (word: string): Condition =>
  `any((.spec.containers[], .spec.initContainers[]?).image; test(":[^/]*${word}"))`;

const isMissing = imageTagContains('missing');
const crashes = imageTagContains('crash');
const initAlwaysFails = `(.spec.initContainers != null) and (${imageTagContains('initfail')})`;
const initSaid = (value: string): Condition =>
  `.metadata.annotations["${INIT_DONE_ANNOTATION}"] == "${value}"`;
const initRuns = 'any(.status.initContainerStatuses[]?; .state.running != null)';
const initWaits = 'any(.status.initContainerStatuses[]?; .state.waiting.reason == "CrashLoopBackOff")';
const loads = 'any(.status.containerStatuses[]?; .state.running != null and (.ready | not))';
const waitsFor = (reason: string): Condition =>
  `any(.status.containerStatuses[]?; .state.waiting.reason == "${reason}")`;

/** The first container's, which is the only one that fails; nothing is known of a pod that has just been created. */
const initRestarts =
  '{{ with $.status.initContainerStatuses }}{{ (index . 0).restartCount }}{{ else }}0{{ end }}';
const restarts = (list: string) => `(index $.status.${list} 0).restartCount`;

/** Driver pods load slowly, and fail in the ways that real ones do if their image's tag says so. */
export function driverStages(options: DriverOptions): readonly Stage[] {
  return [...initStages(options), ...imageStages(options), ...loadStages(options)];
}

function driverStage(request: Omit<StageRequest, 'kind'>): Stage {
  return stage({ ...request, kind: 'Pod', when: [...request.when, isDriver, not(isDeleted)] });
}

/** True once nothing stands before the main container. */
function initIsOver({ runInitContainers }: DriverOptions): Condition {
  const succeeded = runInitContainers === 'instantly' ? 'true' : initSaid('true');
  return `(.spec.initContainers == null) or ((${succeeded}) and (${not(initAlwaysFails)}))`;
}

function backoff(list: string, unitMs: number): Delay {
  const times = `([.status.${list}[0].restartCount, 10] | min)`;
  return {
    durationMilliseconds: unitMs,
    durationFrom: { expressionFrom: `(${times} * ${unitMs} | tostring) + "ms"` },
  };
}

function initStages(options: DriverOptions): readonly Stage[] {
  const initializing = (init: string) =>
    status(
      [
        conditions({ initialized: false, ready: false }),
        init,
        containers({ state: state.waiting('PodInitializing'), ready: false, started: false }),
        PLACE,
        'phase: Pending',
      ].join(''),
    );
  const count = restarts('initContainerStatuses');
  return [
    driverStage({
      name: 'driver-init',
      when: [isPending, '.status.initContainerStatuses == null', not(initIsOver(options))],
      next: initializing(initContainers({ state: state.running, ready: false, started: true })),
    }),
    driverStage({
      name: 'driver-init-fails',
      when: [isPending, initRuns, `(${initAlwaysFails}) or (${initSaid('failed')})`],
      delay: { durationMilliseconds: 200 },
      next: initializing(
        initContainers({
          state: state.waiting('CrashLoopBackOff', 'back-off restarting failed container {{ .name }}'),
          ready: false,
          started: false,
          restartCount: `{{ add ${count} 1 }}`,
          lastState: state.failed,
        }),
      ),
    }),
    driverStage({
      name: 'driver-init-again',
      when: [isPending, initWaits, initAlwaysFails],
      delay: backoff('initContainerStatuses', options.crashBackoffMs),
      next: initializing(
        initContainers({
          state: state.running,
          ready: false,
          started: true,
          restartCount: `{{ ${count} }}`,
          lastState: state.failed,
        }),
      ),
    }),
  ];
}

/** How pods look whose main container has not run yet, and whose init containers have. */
function initialized(main: string, phase: 'Pending' | 'Running') {
  return status(
    [
      conditions({ initialized: true, ready: false }),
      initContainers({ state: state.succeeded, ready: true, started: false, restartCount: initRestarts }),
      main,
      PLACE,
      `phase: ${phase}`,
    ].join(''),
  );
}

function imageStages(options: DriverOptions): readonly Stage[] {
  const waiting = (reason: string, message: string) =>
    initialized(
      containers({ state: state.waiting(reason, message), ready: false, started: false }),
      'Pending',
    );
  const notFound = 'failed to pull and unpack image "{{ .image }}": failed to resolve reference: not found';
  return [
    driverStage({
      name: 'driver-image-missing',
      when: [
        isPending,
        isMissing,
        not(waitsFor('ErrImagePull')),
        not(waitsFor('ImagePullBackOff')),
        initIsOver(options),
      ],
      next: waiting('ErrImagePull', notFound),
    }),
    driverStage({
      name: 'driver-image-back-off',
      when: [isPending, isMissing, waitsFor('ErrImagePull')],
      delay: { durationMilliseconds: 500 },
      next: waiting('ImagePullBackOff', 'Back-off pulling image "{{ .image }}"'),
    }),
  ];
}

function loadStages(options: DriverOptions): readonly Stage[] {
  const delay: Delay = {
    durationMilliseconds: options.driverLoadMs,
    durationFrom: { expressionFrom: `.metadata.annotations["${LOADS_AFTER_ANNOTATION}"]` },
  };
  const count = restarts('containerStatuses');
  return [
    driverStage({
      name: 'driver-load',
      when: [isPending, not(isMissing), initIsOver(options)],
      next: initialized(containers({ state: state.running, ready: false, started: false }), 'Running'),
    }),
    driverStage({
      name: 'driver-ready',
      when: [isRunning, loads, not(crashes)],
      delay,
      next: status(
        conditions({ initialized: true, ready: true }) +
          containers({ state: state.running, ready: true, started: true }),
      ),
    }),
    driverStage({
      name: 'driver-crash',
      when: [isRunning, loads, crashes],
      delay,
      next: status(
        containers({
          state: state.waiting('CrashLoopBackOff', 'back-off restarting failed container {{ .name }}'),
          ready: false,
          started: false,
          restartCount: `{{ add ${count} 1 }}`,
          lastState: state.failed,
        }),
      ),
    }),
    driverStage({
      name: 'driver-again',
      when: [isRunning, waitsFor('CrashLoopBackOff')],
      delay: backoff('containerStatuses', options.crashBackoffMs),
      next: status(
        containers({
          state: state.running,
          ready: false,
          started: false,
          restartCount: `{{ ${count} }}`,
          lastState: state.failed,
        }),
      ),
    }),
  ];
}
