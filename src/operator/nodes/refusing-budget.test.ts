import { describe, expect, it } from 'vitest';
import { refusingBudget } from './refusing-budget.ts';

const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget";

describe('The budget that refuses an eviction', () => {
  it.each([
    [
      `${VIOLATES}: The disruption budget web needs 2 healthy pods and has 1 currently`,
      { name: 'web', needsHealthy: 2, hasHealthy: 1 },
    ],
    [
      `${VIOLATES}: The disruption budget web.prod-1 does not allow evicting pods currently because it failed sync: x`,
      { name: 'web.prod-1' },
    ],
    [`${VIOLATES}: The disruption budget web is still being processed by the server`, { name: 'web' }],
  ])('is named in the API server’s words: %s', (said, budget) => {
    expect(refusingBudget(said)).toEqual(budget);
  });

  it.each([
    VIOLATES,
    '',
    'The disruption budget $(reboot) needs 1 healthy pods and has 1 currently',
    'The disruption budget -x needs 1 healthy pods and has 1 currently',
    `The disruption budget ${'x'.repeat(300)} needs 1 healthy pods and has 1 currently`,
    'The disruption budget of the year does not allow it',
  ])('is not found in other words, or where the name can be none: %s', (said) => {
    expect(refusingBudget(said)).toBeUndefined();
  });
});
