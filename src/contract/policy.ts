import { z } from 'zod';
import { parseLabelSelector } from '../kubernetes/label-selector-parser.ts';
import { resolveDriver } from './driver-spec.ts';
import type { DriverSpec } from './driver-spec.ts';
import type { NodeAffinity, Toleration } from './pod-schema.ts';
import { describeIssue, explainProblem } from './policy-problem.ts';
import { POLICY_SPEC } from './policy-schema.ts';
import { UPGRADE_POLICY } from './upgrade-policy-schema.ts';
import type { DrainPolicy, UpgradePolicy, WaitForCompletion } from './upgrade-policy.ts';

export type { DriverSpec, Probe } from './driver-spec.ts';
export type { ContainerResources, EnvVar, NodeAffinity, Toleration } from './pod-schema.ts';

/** A NicClusterPolicy with its defaults filled in: what the rest of the operator works with. */
export interface Policy {
  readonly name: string;
  /** Empty on an object that no API server has seen. */
  readonly uid: string;
  readonly generation: number;
  /** undefined: no driver is wanted. */
  readonly driver: DriverSpec | undefined;
  readonly upgrade: UpgradePolicy;
  readonly nodeAffinity: NodeAffinity | undefined;
  readonly tolerations: readonly Toleration[];
}

export type ParsedPolicy =
  | { readonly ok: true; readonly policy: Policy }
  /** `reason` is a sentence for people that names the field and says what to write instead. */
  | { readonly ok: false; readonly reason: string };

const POLICY_OBJECT = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string().default(''),
    generation: z.int().default(0),
  }),
  spec: POLICY_SPEC.prefault({}),
});

/**
 * Reads a whole NicClusterPolicy. Nothing is taken for granted: the object may come from a cluster whose CRD is that of another
 * operator, with other rules and other defaults.
 *
 * @see docs/contract.md, "Resource"
 */
export function parsePolicy(raw: unknown): ParsedPolicy {
  const parsed = POLICY_OBJECT.safeParse(raw, { error: describeIssue });
  if (!parsed.success) return { ok: false, reason: explainProblem(parsed.error) };
  const { metadata, spec } = parsed.data;
  const policy: Policy = {
    name: metadata.name,
    uid: metadata.uid,
    generation: metadata.generation,
    driver: spec.ofedDriver && resolveDriver(spec.ofedDriver, spec.global),
    upgrade: toUpgradePolicy(spec.ofedDriver?.upgradePolicy),
    nodeAffinity: spec.nodeAffinity,
    tolerations: spec.tolerations ?? [],
  };
  return { ok: true, policy };
}

type UpgradeSection = z.output<typeof UPGRADE_POLICY>;

function toUpgradePolicy(section: UpgradeSection = UPGRADE_POLICY.parse({})): UpgradePolicy {
  const { autoUpgrade, paused, maxParallelUpgrades, safeLoad, waitForCompletion, drain } = section;
  return {
    autoUpgrade,
    paused,
    maxParallelUpgrades,
    safeLoad,
    waitForCompletion: toWaitForCompletion(waitForCompletion),
    drain: toDrainPolicy(drain),
  };
}

function toWaitForCompletion(section: UpgradeSection['waitForCompletion']): WaitForCompletion | undefined {
  const selector = parseLabelSelector(section?.podSelector ?? '');
  return section === undefined || selector.length === 0
    ? undefined
    : { selector, timeoutSeconds: section.timeoutSeconds };
}

function toDrainPolicy(section: UpgradeSection['drain']): DrainPolicy | undefined {
  if (section?.enable !== true) return undefined;
  const { podSelector, force, deleteEmptyDir, timeoutSeconds } = section;
  return { selector: parseLabelSelector(podSelector), force, deleteEmptyDir, timeoutSeconds };
}
