import { describe, expect, it } from 'vitest';
import { configPause, nodePause } from './pace.ts';

const MIDDLE = 0.5;

describe('the node', () => {
  it('is looked at every two seconds while its upgrade is under way, however long it has waited', () => {
    expect(nodePause(0, true, MIDDLE)).toBe(2_000);
    expect(nodePause(3_600_000, true, MIDDLE)).toBe(2_000);
  });

  it('is looked at ever less often, down to every ten seconds, while it waits for its turn', () => {
    expect([0, 20_000, 50_000, 100_000, 3_600_000].map((waited) => nodePause(waited, false, MIDDLE))).toEqual(
      [2_000, 2_000, 5_000, 10_000, 10_000],
    );
  });

  it('is not looked at in step with others', () => {
    expect(nodePause(0, true, 0)).toBe(1_600);
    expect(nodePause(0, true, 1)).toBe(2_400);
  });
});

describe('the configuration', () => {
  it('is read again after 15 seconds, and ever less often, down to once a minute', () => {
    expect([0, 300_000, 3_600_000].map(configPause)).toEqual([15_000, 30_000, 60_000]);
  });
});
