import { POLICY_NAME } from '../../contract/keys.ts';
import type { Policy } from '../../contract/policy.ts';
import type { Condition } from '../../contract/status.ts';
import { Refusal } from '../refusal.ts';
import type { Assessment } from '../assess/assess.ts';
import { present } from './node-report.ts';
import { statusReport, type Phase, type Totals } from './status-report.ts';

/** What the policy asks for, and how it stands. */
export interface PolicyStory {
  readonly name: string;
  readonly phase: Phase;
  readonly problems: readonly string[];
  readonly driver?: { readonly version: string; readonly image: string; readonly pools: readonly string[] };
  readonly upgrade?: Policy['upgrade'];
  readonly totals: Totals;
  readonly conditions: readonly Condition[];
  /** Policies of another name, which count for nothing. */
  readonly ignored: readonly string[];
}

/** @throws Refusal if there is none */
export function policyReport(assessment: Assessment): PolicyStory {
  const { object, policy, invalid, status, scene } = assessment;
  const ignored = scene.policies.map(({ name }) => name).filter((name) => name !== POLICY_NAME);
  if (object === undefined) {
    const others = ignored.length === 0 ? '' : `; ${ignored.join(', ')} does not count`;
    throw new Refusal(`there is no NicClusterPolicy named ${POLICY_NAME}${others}`);
  }
  const { phase, totals } = statusReport(assessment);
  return {
    name: object.name,
    phase,
    problems: [...new Set([invalid, status?.state === 'error' ? status.reason : undefined])].filter(
      (problem) => problem !== undefined,
    ),
    ...present({ driver: driverOf(assessment), upgrade: policy?.upgrade }),
    totals,
    conditions: status?.conditions ?? [],
    ignored,
  };
}

function driverOf({ policy, scene }: Assessment): PolicyStory['driver'] {
  const driver = policy?.driver;
  if (driver === undefined) return undefined;
  const { version, repository, image } = driver;
  return { version, image: `${repository}/${image}`, pools: scene.daemonSets.map(({ name }) => name).sort() };
}
