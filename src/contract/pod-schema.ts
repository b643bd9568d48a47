import { z } from 'zod';

/**
 * Parts of Kubernetes' own pod API that a policy hands on to the driver's pods. What is in them is for the API server to judge;
 * only what this operator must find is said here, and everything else is kept.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
 */

export const ENV_VAR = z.object({
  name: z.string().min(1).meta({ description: 'Name of the environment variable.' }),
  value: z.string().optional().meta({ description: 'Its value.' }),
  valueFrom: z.looseObject({}).optional().meta({ description: 'Where its value is taken from instead.' }),
});
export type EnvVar = Readonly<z.output<typeof ENV_VAR>>;

export const TOLERATION = z.object({
  key: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
  effect: z.string().optional(),
  tolerationSeconds: z.int().optional(),
});
export type Toleration = Readonly<z.output<typeof TOLERATION>>;

const NODE_SELECTOR_REQUIREMENT = z.object({
  key: z.string(),
  operator: z.string(),
  values: z.array(z.string()).optional(),
});

const NODE_SELECTOR_TERM = z.object({
  matchExpressions: z.array(NODE_SELECTOR_REQUIREMENT).optional(),
  matchFields: z.array(NODE_SELECTOR_REQUIREMENT).optional(),
});

export const NODE_AFFINITY = z.object({
  requiredDuringSchedulingIgnoredDuringExecution: z
    .object({ nodeSelectorTerms: z.array(NODE_SELECTOR_TERM) })
    .optional(),
  preferredDuringSchedulingIgnoredDuringExecution: z
    .array(z.object({ weight: z.int(), preference: NODE_SELECTOR_TERM }))
    .optional(),
});
export type NodeAffinity = Readonly<z.output<typeof NODE_AFFINITY>>;

const QUANTITY = z.union([z.int(), z.string()]).meta({ 'x-kubernetes-int-or-string': true });

const RESOURCE_LIST = z.record(z.string(), QUANTITY);

export const CONTAINER_RESOURCES = z.object({
  name: z
    .string()
    .meta({ description: 'Name of the container that these resources are for: mofed-container.' }),
  requests: RESOURCE_LIST.optional().meta({
    description: 'What the scheduler sets aside for the container.',
  }),
  limits: RESOURCE_LIST.optional().meta({ description: 'What the container may not exceed.' }),
});
export type ContainerResources = Readonly<z.output<typeof CONTAINER_RESOURCES>>;
