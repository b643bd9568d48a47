import { z } from 'zod';
import { CONTAINER_RESOURCES, ENV_VAR, NODE_AFFINITY, TOLERATION } from './pod-schema.ts';
import { celPattern, ruled } from './rule.ts';
import type { Rule } from './rule.ts';
import { nonNegative, UPGRADE_POLICY } from './upgrade-policy-schema.ts';
import {
  IMAGE_PATTERN,
  IMAGE_PROBLEM,
  REPOSITORY_PATTERN,
  REPOSITORY_PROBLEM,
  VERSION_PATTERN,
  VERSION_PROBLEM,
} from './version.ts';

/**
 * The one schema of a NicClusterPolicy's `spec`: policies are parsed by it, and the CRD is made from it.
 *
 * @see docs/contract.md, "Resource"
 */

/** An image field: its form, and a bound on its length so that the API server can tell what the check may cost. */
function text(description: string, pattern: RegExp, problem: string) {
  return ruled(z.string().max(255, { abort: true }), description, [
    {
      cel: `self == '' || self.matches(${celPattern(pattern)})`,
      test: (value) => value === '' || pattern.test(value),
      message: problem,
    },
  ]);
}

const IMAGE = ruled(
  z.string().max(255, { abort: true }),
  'Name of the driver image, without its registry and tag.',
  [
    {
      cel: `self.matches(${celPattern(IMAGE_PATTERN)})`,
      test: (value) => IMAGE_PATTERN.test(value),
      message: IMAGE_PROBLEM,
    },
  ],
);

const PROBE = z.object({
  initialDelaySeconds: z
    .int32()
    .optional()
    .meta({ description: 'Wait before the first probe; below 1: the default.' }),
  periodSeconds: z.int32().optional().meta({ description: 'Time between two probes; below 1: the default.' }),
  failureThreshold: z
    .int32()
    .optional()
    .meta({ description: 'Failures in a row that count; below 1: the default.' }),
  timeoutSeconds: z
    .int32()
    .optional()
    .meta({ description: 'How long one probe may take; below 1: the default.' }),
});

const CONFIG_MAP_REFERENCE = z.object({
  name: z.string().optional().meta({ description: "Name of a ConfigMap in the operator's namespace." }),
});

const PULL_SECRETS = z.array(z.string()).meta({
  description: "Names of Secrets in the operator's namespace with which to pull images.",
});

export const OFED_DRIVER = z.object({
  image: IMAGE,
  repository: text(
    'Registry and path of the driver image; default: global.repository.',
    REPOSITORY_PATTERN,
    REPOSITORY_PROBLEM,
  ).optional(),
  version: text(
    'Version of the driver, the first part of its image tag; default: global.version.',
    VERSION_PATTERN,
    VERSION_PROBLEM,
  ).optional(),
  imagePullSecrets: PULL_SECRETS.default([]),
  containerResources: z
    .array(CONTAINER_RESOURCES)
    .optional()
    .meta({ description: 'Resources of the driver pod, by container.' }),
  env: z.array(ENV_VAR).optional().meta({ description: 'Environment variables of the driver container.' }),
  startupProbe: PROBE.optional().meta({ description: 'When the driver counts as loaded.' }),
  livenessProbe: PROBE.optional().meta({
    description: 'When the driver counts as broken and its container is restarted.',
  }),
  readinessProbe: PROBE.optional().meta({ description: 'When the driver counts as Ready.' }),
  terminationGracePeriodSeconds: nonNegative(
    'terminationGracePeriodSeconds',
    'no time at all',
    'How long the driver may take to unload.',
  ).default(300),
  forcePrecompiled: z.boolean().default(false).meta({
    description: "Only use images with a driver that was compiled for the node's kernel.",
  }),
  certConfig: CONFIG_MAP_REFERENCE.optional().meta({
    description: 'Certificates that the driver container trusts.',
  }),
  repoConfig: CONFIG_MAP_REFERENCE.optional().meta({
    description: 'Package repositories that the driver container uses.',
  }),
  upgradePolicy: UPGRADE_POLICY.optional(),
});

const GLOBAL = z.looseObject({
  repository: z
    .string()
    .max(255, { abort: true })
    .optional()
    .meta({ description: 'Repository of every component that names none.' }),
  version: z
    .string()
    .max(255, { abort: true })
    .optional()
    .meta({ description: 'Version of every component that names none.' }),
  imagePullSecrets: PULL_SECRETS.optional(),
});

interface WithDriver {
  readonly ofedDriver?:
    { readonly version?: string | undefined; readonly repository?: string | undefined } | undefined;
  readonly global?:
    { readonly version?: string | undefined; readonly repository?: string | undefined } | undefined;
}

/** What may stand in `ofedDriver` or in `global` must stand in one of them, and be of the right form where it counts. */
function sharedFieldRules(
  field: 'version' | 'repository',
  pattern: RegExp,
  problem: string,
): Rule<WithDriver>[] {
  const own = `!has(self.ofedDriver) || (has(self.ofedDriver.${field}) && self.ofedDriver.${field} != '')`;
  const given = `has(self.global) && has(self.global.${field}) && self.global.${field} != ''`;
  return [
    {
      cel: `${own} || (${given})`,
      test: ({ ofedDriver, global }) =>
        ofedDriver === undefined || Boolean(ofedDriver[field]) || Boolean(global?.[field]),
      message: `is missing: write the driver's ${field} into ofedDriver.${field}, or that of all components into global.${field}`,
      path: ['ofedDriver', field],
    },
    {
      cel: `${own} || !(${given}) || self.global.${field}.matches(${celPattern(pattern)})`,
      test: ({ ofedDriver, global }) =>
        ofedDriver === undefined ||
        Boolean(ofedDriver[field]) ||
        !global?.[field] ||
        pattern.test(global[field]),
      message: `${problem}; or give the driver one of its own in ofedDriver.${field}`,
      path: ['global', field],
    },
  ];
}

export const POLICY_SPEC = ruled(
  z.looseObject({
    ofedDriver: OFED_DRIVER.optional().meta({
      description: 'The containerized OFED driver; absent: none is deployed.',
    }),
    global: GLOBAL.optional().meta({
      description: 'What holds for every component that does not say otherwise.',
    }),
    nodeAffinity: NODE_AFFINITY.optional().meta({
      description: 'Which nodes get the driver, beyond having a NIC.',
    }),
    tolerations: z
      .array(TOLERATION)
      .optional()
      .meta({ description: 'Taints that the driver pods tolerate.' }),
  }),
  'What is wanted. Sections for other components are kept and not read.',
  [
    ...sharedFieldRules('version', VERSION_PATTERN, VERSION_PROBLEM),
    ...sharedFieldRules('repository', REPOSITORY_PATTERN, REPOSITORY_PROBLEM),
  ],
);

export type PolicySpec = z.output<typeof POLICY_SPEC>;
