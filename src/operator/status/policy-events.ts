import type { Condition, PolicyStatus } from '../../contract/status.ts';
import type { Announcement } from '../../upgrade/actions.ts';

/** What people are told of a policy when its status goes from one to another: the beginning and the end of a rollout, and trouble. */
export function policyEvents(before: PolicyStatus | undefined, after: PolicyStatus): readonly Announcement[] {
  return [rolloutEvent(before, after), troubleEvent(before, after)].filter((event) => event !== undefined);
}

function rolloutEvent(before: PolicyStatus | undefined, after: PolicyStatus): Announcement | undefined {
  const progressing = conditionOf(after, 'Progressing');
  const version = after.upgrade?.targetVersion ?? '';
  if (progressing === undefined || !turned(before, progressing)) return undefined;
  if (progressing.status === 'True') {
    return { type: 'Normal', reason: 'RolloutStarted', message: `Rollout of driver ${version} has begun` };
  }
  return progressing.reason === 'RolloutComplete' && isProgressing(before)
    ? { type: 'Normal', reason: 'RolloutFinished', message: `No node waits for driver ${version} any more` }
    : undefined;
}

function troubleEvent(before: PolicyStatus | undefined, after: PolicyStatus): Announcement | undefined {
  const degraded = conditionOf(after, 'Degraded');
  if (degraded?.status !== 'True' || !turned(before, degraded)) return undefined;
  return { type: 'Warning', reason: degraded.reason, message: degraded.message };
}

function isProgressing(status: PolicyStatus | undefined): boolean {
  return conditionOf(status, 'Progressing')?.status === 'True';
}

function conditionOf(status: PolicyStatus | undefined, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** The condition has another reason than it had. */
function turned(before: PolicyStatus | undefined, condition: Condition): boolean {
  return conditionOf(before, condition.type)?.reason !== condition.reason;
}
