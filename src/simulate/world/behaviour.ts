import type { Clock } from '../../cluster/clock.ts';
import type { ApiServer, RawObject } from '../../cluster/memory/api/types.ts';
import type { PodBehaviour } from '../../cluster/memory/machines/index.ts';
import { createMemoryCluster } from '../../cluster/memory/memory-cluster.ts';
import {
  DEFAULT_NAMESPACE,
  DRIVER_CONTAINER,
  DRIVER_LABEL,
  INIT_CONFIG_KEY,
  INIT_CONFIG_MAP,
} from '../../contract/keys.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import { safeLoad } from '../../safe-load/safe-load.ts';
import type { SafeLoadLog } from '../../safe-load/retry.ts';
import type { Random } from '../../cluster/memory/random.ts';
import type { WorkloadPlan } from '../scenario.ts';
import type { DriverTraits, DriverTrouble } from './driver-traits.ts';

/** What decides how pods behave. */
export interface Surroundings {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly random: Random;
  readonly traits: DriverTraits;
  readonly kernelOf: (node: string) => string;
  readonly workloads: readonly WorkloadPlan[];
  /** Milliseconds that a driver takes to load. */
  readonly driverLoad: number;
}

interface PodFields {
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly { readonly name: string; readonly image?: string }[];
  };
}

/** How a pod goes: a driver's as its version does on that kernel, any other as the work that it is part of. */
export function behaviour(pod: RawObject, surroundings: Surroundings): PodBehaviour {
  return lookUp(pod.metadata.labels, DRIVER_LABEL) === undefined
    ? workload(pod, surroundings)
    : driver(pod, surroundings);
}

function driver(pod: RawObject, surroundings: Surroundings): PodBehaviour {
  const { spec } = pod as PodFields;
  const node = spec?.nodeName ?? '';
  const image = spec?.containers?.find(({ name }) => name === DRIVER_CONTAINER)?.image ?? '';
  const trouble = surroundings.traits.of(image, surroundings.kernelOf(node));
  return {
    pullTime: 300,
    startTime: surroundings.driverLoad,
    stopTime: 700,
    initGate: (signal) => holdDriver(pod, node, surroundings, signal),
    ...(trouble === undefined ? {} : { failure: FAILURES[trouble] }),
  };
}

const FAILURES = {
  'image-missing': 'image-missing',
  'driver-crashes': 'crash-loop',
  'driver-hangs': 'never-ready',
} as const satisfies Record<DriverTrouble, PodBehaviour['failure']>;

/** The init container: the very program that runs in a driver pod. */
async function holdDriver(
  { metadata }: RawObject,
  node: string,
  { api, clock, random }: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const chance = random.fork(`safe-load/${metadata.uid ?? ''}`);
  const outcome = await safeLoad(
    {
      cluster: createMemoryCluster({ api, fieldManager: 'ofed-operator-safe-load' }),
      clock,
      log: SILENT,
      random: () => chance.next(),
      nodeName: node,
      configMap: { name: INIT_CONFIG_MAP, namespace: DEFAULT_NAMESPACE, key: INIT_CONFIG_KEY },
    },
    signal,
  );
  if (outcome === 'stopped') throw new Error('told to end');
}

const SILENT: SafeLoadLog = { info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // Nobody listens.
}

function workload(pod: RawObject, { workloads }: Surroundings): PodBehaviour {
  const name = lookUp(pod.metadata.labels, 'work');
  const plan = workloads.find((each) => each.name === name);
  return {
    pullTime: plan?.pull ?? 50,
    startTime: 200,
    stopTime: plan?.stop ?? 0,
    ...(plan === undefined || plan.run === 0 ? {} : { run: { time: plan.run, exitCode: 0 } }),
  };
}
