import { describe, expect, it } from 'vitest';
import type { Condition, PolicyStatus } from '../../contract/status.ts';
import { policyEvents } from './policy-events.ts';

const condition = (type: string, status: 'True' | 'False', reason: string): Condition => ({
  type,
  status,
  reason,
  message: `${reason} in words`,
  lastTransitionTime: '2026-01-01T12:00:00Z',
});
const statusWith = (...conditions: Condition[]): PolicyStatus => ({
  conditions,
  upgrade: {
    progress: '0/3',
    total: 3,
    done: 0,
    required: 3,
    inProgress: 0,
    failed: 0,
    byState: {},
    targetVersion: '24.01-0.3.3.1-0',
    blocked: [],
  },
});
const rolling = condition('Progressing', 'True', 'RolloutInProgress');
const rolledOut = condition('Progressing', 'False', 'RolloutComplete');

describe('What is told of a policy', () => {
  it('is that a rollout begins, once', () => {
    expect(policyEvents(statusWith(rolledOut), statusWith(rolling))).toEqual([
      { type: 'Normal', reason: 'RolloutStarted', message: 'Rollout of driver 24.01-0.3.3.1-0 has begun' },
    ]);
    expect(policyEvents(statusWith(rolling), statusWith(rolling))).toEqual([]);
  });

  it('is that a rollout ends, but not that there was none to begin with', () => {
    expect(policyEvents(statusWith(rolling), statusWith(rolledOut))).toMatchObject([
      { reason: 'RolloutFinished' },
    ]);
    expect(policyEvents(undefined, statusWith(rolledOut))).toEqual([]);
  });

  it('is trouble, as a warning, in the words of the condition, and each kind of it once', () => {
    const failed = condition('Degraded', 'True', 'NodesFailed');
    const invalid = condition('Degraded', 'True', 'PolicyNotApplied');
    expect(policyEvents(undefined, statusWith(failed))).toEqual([
      { type: 'Warning', reason: 'NodesFailed', message: 'NodesFailed in words' },
    ]);
    expect(policyEvents(statusWith(failed), statusWith(failed))).toEqual([]);
    expect(policyEvents(statusWith(failed), statusWith(invalid))).toHaveLength(1);
    expect(
      policyEvents(statusWith(failed), statusWith(condition('Degraded', 'False', 'AsExpected'))),
    ).toEqual([]);
  });
});
