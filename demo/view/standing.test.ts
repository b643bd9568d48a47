import { expect, it } from 'vitest';
import { standing } from './standing.ts';
import { fleet } from './testing.ts';

const FAILED = { state: 'upgrade-failed', driver: 'loading', cordoned: true } as const;
const REASON = { code: 'failed', message: 'There is no such image' };
const SKIPPED = { state: 'upgrade-required', driver: 'old', skipped: true } as const;

it('says how many nodes are upgraded, and how the others are left', () => {
  expect(standing(fleet(4))).toBe('all 4 nodes are upgraded');
  expect(standing(fleet(4, [SKIPPED, { skipped: true }]))).toBe(
    '3 of 4 nodes upgraded; 1 labelled to be skipped',
  );
});

it('says of failed nodes only what is so', () => {
  const mixed = fleet(4, [{ ...FAILED, reason: REASON }, FAILED, { ...FAILED, cordoned: false }]);
  expect(standing(mixed)).toBe('1 of 4 nodes upgraded; 3 failed: 2 cordoned, 1 saying why');
});
