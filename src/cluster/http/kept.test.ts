import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { Kept } from './kept.ts';

function counting() {
  const clock = new VirtualClock();
  const source = { got: 0, broken: false };
  const kept = new Kept(() => {
    source.got += 1;
    return source.broken ? Promise.reject(new Error('broken')) : Promise.resolve(source.got);
  }, clock);
  return { clock, source, kept };
}

describe('Kept', () => {
  it('is got once a minute, however often it is read', async () => {
    const { clock, kept } = counting();
    expect([await kept.read(false), await kept.read(false)]).toEqual([1, 1]);
    await clock.advance(59_999);
    expect(await kept.read(false)).toBe(1);
    await clock.advance(1);
    expect(await kept.read(false)).toBe(2);
  });

  it('is got at once when it must be fresh, and once for all who ask at the same time', async () => {
    const { kept } = counting();
    await kept.read(false);
    expect(await Promise.all([kept.read(true), kept.read(true), kept.read(true)])).toEqual([2, 2, 2]);
  });

  it('stays what it was when it cannot be got again', async () => {
    const { source, kept } = counting();
    await kept.read(false);
    source.broken = true;
    expect(await kept.read(true)).toBe(1);
    expect(await kept.read(false)).toBe(1);
    expect(source.got).toBe(2);
  });

  it('fails as long as it could never be got', async () => {
    const { source, kept } = counting();
    source.broken = true;
    await expect(kept.read(false)).rejects.toThrow('broken');
    source.broken = false;
    expect(await kept.read(false)).toBe(2);
  });
});
