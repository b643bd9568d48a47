import { describe, expect, it } from 'vitest';

import { eventually } from './eventually.ts';

const QUICK = { timeoutMs: 60, intervalMs: 5 };

describe('eventually', () => {
  it('returns what the check returns once it holds', async () => {
    let calls = 0;
    await expect(eventually(() => (++calls < 3 ? undefined : 'there'), QUICK)).resolves.toBe('there');
    expect(calls).toBe(3);
  });

  it('takes an error for "not yet"', async () => {
    let calls = 0;
    const check = () => {
      if (++calls < 3) throw new Error('not yet');
      return 0;
    };
    await expect(eventually(check, QUICK)).resolves.toBe(0);
  });

  it('fails with what was waited for, how long, and what was wrong at the end', async () => {
    const check = () => Promise.reject(new Error('2 of 3 are Ready'));
    await expect(eventually(check, { ...QUICK, what: 'every node to be Ready' })).rejects.toThrow(
      'waited 0.06 s for every node to be Ready: 2 of 3 are Ready',
    );
  });

  it('fails too if the check just stays false', async () => {
    await expect(eventually(() => false, { ...QUICK, what: 'rain' })).rejects.toThrow(
      'waited 0.06 s for rain: it did not come about',
    );
  });
});
