import type { z } from 'zod';
import type { ContainerResources, EnvVar } from './pod-schema.ts';
import type { OFED_DRIVER, PolicySpec } from './policy-schema.ts';

/** `spec.ofedDriver` with what `spec.global` says and every default filled in. */
export interface DriverSpec {
  readonly image: string;
  readonly repository: string;
  readonly version: string;
  readonly imagePullSecrets: readonly string[];
  readonly env: readonly EnvVar[];
  readonly containerResources: readonly ContainerResources[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly terminationGracePeriodSeconds: number;
  readonly forcePrecompiled: boolean;
  /** Name of a ConfigMap with certificates. */
  readonly certConfig: string | undefined;
  /** Name of a ConfigMap with package repositories. */
  readonly repoConfig: string | undefined;
}

export interface Probe {
  readonly initialDelaySeconds: number;
  readonly periodSeconds: number;
  readonly failureThreshold: number;
  readonly timeoutSeconds: number;
}

/** A driver is compiled before it is loaded, so its first start may take 20 minutes. */
const STARTUP_PROBE: Probe = {
  initialDelaySeconds: 30,
  periodSeconds: 10,
  failureThreshold: 120,
  timeoutSeconds: 10,
};
const RUNNING_PROBE: Probe = {
  initialDelaySeconds: 10,
  periodSeconds: 30,
  failureThreshold: 1,
  timeoutSeconds: 10,
};

type DriverSection = z.output<typeof OFED_DRIVER>;

/** A component's own settings come before those of `spec.global`; an empty one counts as none. */
export function resolveDriver(section: DriverSection, global: PolicySpec['global']): DriverSpec {
  return {
    image: section.image,
    repository: firstGiven(section.repository, global?.repository),
    version: firstGiven(section.version, global?.version),
    imagePullSecrets:
      section.imagePullSecrets.length > 0 ? section.imagePullSecrets : (global?.imagePullSecrets ?? []),
    env: section.env ?? [],
    containerResources: section.containerResources ?? [],
    startupProbe: fillProbe(section.startupProbe, STARTUP_PROBE),
    livenessProbe: fillProbe(section.livenessProbe, RUNNING_PROBE),
    readinessProbe: fillProbe(section.readinessProbe, RUNNING_PROBE),
    terminationGracePeriodSeconds: section.terminationGracePeriodSeconds,
    forcePrecompiled: section.forcePrecompiled,
    certConfig: nameOf(section.certConfig),
    repoConfig: nameOf(section.repoConfig),
  };
}

function firstGiven(...values: readonly (string | undefined)[]): string {
  return values.find((value) => value !== undefined && value !== '') ?? '';
}

function nameOf(reference: DriverSection['certConfig']): string | undefined {
  return reference?.name === '' ? undefined : reference?.name;
}

/** Below 1 counts as not given: an absent number and zero look the same in manifests that Go programs wrote. */
function fillProbe(section: DriverSection['startupProbe'], defaults: Probe): Probe {
  const fill = (field: keyof Probe) => {
    const value = section?.[field];
    return value === undefined || value < 1 ? defaults[field] : value;
  };
  return {
    initialDelaySeconds: fill('initialDelaySeconds'),
    periodSeconds: fill('periodSeconds'),
    failureThreshold: fill('failureThreshold'),
    timeoutSeconds: fill('timeoutSeconds'),
  };
}
