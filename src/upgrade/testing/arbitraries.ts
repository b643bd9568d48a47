import fc from 'fast-check';
import {
  DRAIN_START_ANNOTATION,
  DRIVER_LABEL,
  FAILED_REVISION_ANNOTATION,
  INITIALLY_UNSCHEDULABLE_ANNOTATION,
  REASON_ANNOTATION,
  REQUESTED_ANNOTATION,
  REQUESTOR_MODE_ANNOTATION,
  SAFE_LOAD_ANNOTATION,
  SKIP_DRAIN_LABEL,
  SKIP_LABEL,
  STATE_LABEL,
  VALIDATION_START_ANNOTATION,
  WAIT_START_ANNOTATION,
} from '../../contract/keys.ts';
import { UPGRADE_STATES } from '../../contract/states.ts';
import type { UpgradePolicy } from '../../contract/upgrade-policy.ts';
import { parseLabelSelector } from '../../kubernetes/label-selector-parser.ts';
import type { StringMap } from '../../kubernetes/objects.ts';
import type {
  DriverFailure,
  DriverPod,
  DriverView,
  NodeFacts,
  NodeView,
  WorkloadPod,
  WorkloadView,
} from '../view.ts';
import { aDriverPod, NEW, NOW, OLD, secondsFromNow } from './builders.ts';

/** Whatever may be found in a cluster, by hostile hands or by accident, and more often what is likely. */

const HOSTILE = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', ' ', '\u0000', '💥'] as const;
const hostile = fc.constantFrom(...HOSTILE);
const text = fc.oneof(hostile, fc.string({ maxLength: 20 }));
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

/** Entries become own properties, `__proto__` among them. */
const mapOf = (
  ...entries: readonly fc.Arbitrary<readonly [string, string] | undefined>[]
): fc.Arbitrary<StringMap> =>
  fc.tuple(...entries).map((all) => Object.fromEntries(all.filter((entry) => entry !== undefined)));

const entry = (
  key: string,
  value: fc.Arbitrary<string>,
): fc.Arbitrary<readonly [string, string] | undefined> => optional(value.map((each) => [key, each] as const));

/** A key that is there only now and then, so that most nodes are not out of the ordinary in every way at once. */
const seldom = (
  key: string,
  value: fc.Arbitrary<string>,
): fc.Arbitrary<readonly [string, string] | undefined> =>
  fc.option(
    value.map((each) => [key, each] as const),
    { nil: undefined, freq: 1 },
  );

const flag = fc.oneof({ weight: 4, arbitrary: fc.constant('true') }, { weight: 1, arbitrary: text });

const unixTime = fc.oneof(
  fc.integer({ min: -400, max: 100 }).map(secondsFromNow),
  fc.integer().map(String),
  fc.double().map(String),
  text,
);

const labels = mapOf(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(...UPGRADE_STATES).map((state) => [STATE_LABEL, state] as const),
    },
    { weight: 1, arbitrary: text.map((value) => [STATE_LABEL, value] as const) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  ),
  seldom(SKIP_LABEL, flag),
  seldom('__proto__', text),
);

const rare = (key: string): fc.Arbitrary<readonly [string, string] | undefined> =>
  fc.oneof(
    { weight: 15, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: flag.map((v) => [key, v] as const) },
  );

const annotations = mapOf(
  entry(SAFE_LOAD_ANNOTATION, flag),
  entry(INITIALLY_UNSCHEDULABLE_ANNOTATION, flag),
  entry(WAIT_START_ANNOTATION, unixTime),
  entry(DRAIN_START_ANNOTATION, unixTime),
  entry(VALIDATION_START_ANNOTATION, unixTime),
  seldom(REQUESTED_ANNOTATION, flag),
  rare(REQUESTOR_MODE_ANNOTATION),
  entry(FAILED_REVISION_ANNOTATION, fc.oneof(fc.constantFrom(NEW, OLD, 'unknown'), text)),
  entry(REASON_ANNOTATION, fc.oneof(fc.constant('drain-timeout: x'), text)),
  seldom('__proto__', text),
);

const moment = fc.oneof(
  fc.integer({ min: -400_000, max: 10_000 }).map((ms) => NOW + ms),
  fc.constantFrom(NOW, 0, NOW - 2000, NOW - 2001, NOW - 300_000),
);

const node: fc.Arbitrary<NodeFacts> = fc.record({
  name: text,
  uid: text,
  labels,
  annotations,
  unschedulable: fc.boolean(),
  cordonedByPerson: fc.boolean(),
  cordonedByOperator: fc.boolean(),
  notReadySince: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: moment }),
  deleting: fc.oneof(
    { weight: 6, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
});

const revision = fc.constantFrom(NEW, NEW, OLD, undefined, '__proto__');

const failure: fc.Arbitrary<DriverFailure> = fc.record({
  kind: fc.constantFrom('image-pull', 'crash-loop', 'init-failed', 'config', 'pod-failed'),
  container: text,
  message: text,
});

const driverPod: fc.Arbitrary<DriverPod> = fc.record({
  namespace: text,
  name: text,
  uid: fc.uuid(),
  orphaned: fc.oneof(
    { weight: 5, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  revision,
  wantedRevision: revision,
  terminating: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  ready: fc.boolean(),
  failure: fc.option(failure, { nil: undefined, freq: 1 }),
});

const driver: fc.Arbitrary<DriverView> = fc.record({
  expected: fc.boolean(),
  wantedRevision: revision,
  pods: fc.oneof(
    { weight: 5, arbitrary: fc.array(driverPod, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(driverPod, { maxLength: 3 }) },
  ),
});

const workloadPod: fc.Arbitrary<WorkloadPod> = fc.record({
  namespace: text,
  name: text,
  uid: fc.uuid(),
  labels: mapOf(
    entry('app', fc.constantFrom('job', 'web')),
    seldom(SKIP_DRAIN_LABEL, flag),
    rare(DRIVER_LABEL),
    seldom('__proto__', text),
  ),
  phase: fc.oneof(fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'), text),
  terminating: fc.boolean(),
  ready: fc.boolean(),
  controllerKind: fc.constantFrom('DaemonSet', 'DaemonSet', 'ReplicaSet', 'Job', undefined, '__proto__'),
  mirror: fc.boolean(),
  emptyDir: fc.boolean(),
  eviction: optional(
    fc.record({
      attempts: fc.nat({ max: 5000 }),
      at: moment,
      result: fc.constantFrom('accepted', 'blocked', 'error'),
      message: text,
    }),
  ),
});

const workload: fc.Arbitrary<WorkloadView> = fc.record({
  pods: fc.oneof(fc.constant([]), fc.array(workloadPod, { maxLength: 5 })),
  asOf: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -3000, max: 10 }).map((ms) => NOW + ms) },
    { weight: 1, arbitrary: fc.constantFrom(-Infinity, Infinity, 0, NaN) },
  ),
});

/** Any node, as far as the types allow. */
export const anyView: fc.Arbitrary<NodeView> = fc.record({
  node,
  driver,
  workload: fc.option(workload, { nil: undefined, freq: 4 }),
});

/** Nodes that are all but ready to have their driver reloaded: what is amiss with them, if anything, is all the more telling. */
export const viewBeforeReload: fc.Arbitrary<NodeView> = fc
  .record({
    view: anyView,
    held: fc.boolean(),
    pods: fc.oneof(fc.constant([]), fc.array(workloadPod, { maxLength: 2 })),
    asOf: fc.integer({ min: -3000, max: 100 }).map((ms) => NOW + ms),
    cordoned: fc.boolean(),
  })
  .map(({ view, held, pods, asOf, cordoned }) => ({
    node: {
      ...view.node,
      labels: { [STATE_LABEL]: 'pod-restart-required' },
      annotations: { [SAFE_LOAD_ANNOTATION]: 'true' },
      unschedulable: cordoned,
      notReadySince: undefined,
    },
    driver: { ...view.driver, pods: [held ? aDriverPod('starting') : aDriverPod('outdated')] },
    workload: { pods, asOf },
  }));

const selector = fc
  .constantFrom('', 'app=job', 'app!=job', 'constructor', 'app in (job,web)')
  .map(parseLabelSelector);
const timeoutSeconds = fc.oneof(fc.constantFrom(0, 1, 300, 2 ** 31 - 1), fc.nat({ max: 600 }));

/** Any policy whose flow is on. */
export const anyPolicy: fc.Arbitrary<UpgradePolicy> = fc.record({
  autoUpgrade: fc.constant(true),
  paused: fc.boolean(),
  maxParallelUpgrades: fc.nat({ max: 5 }),
  safeLoad: fc.boolean(),
  waitForCompletion: optional(fc.record({ selector, timeoutSeconds })),
  drain: fc.option(
    fc.record({ selector, force: fc.boolean(), deleteEmptyDir: fc.boolean(), timeoutSeconds }),
    { nil: undefined, freq: 4 },
  ),
});
