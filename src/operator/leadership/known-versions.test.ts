import { describe, expect, it } from 'vitest';
import { KnownVersions } from './known-versions.ts';

describe('A version of an object', () => {
  it('is proven by what was sent after it had been seen, once that has succeeded', () => {
    const versions = new KnownVersions();
    versions.note('nodes', '99');
    expect(versions.has('nodes', '99')).toBe(false);
    const proven = versions.prove();
    versions.note('nodes', '100');
    expect(versions.has('nodes', '99')).toBe(false);
    proven();
    expect(versions.has('nodes', '99')).toBe(true);
    expect(versions.has('nodes', '7')).toBe(true);
    expect(versions.has('nodes', '100')).toBe(false);
  });

  it('is compared with those of its kind only', () => {
    const versions = new KnownVersions();
    versions.note('nodes', '100');
    versions.prove()();
    expect(versions.has('pods', '1')).toBe(false);
  });

  it('stays proven when an older one is seen', () => {
    const versions = new KnownVersions();
    versions.note('pods', '100');
    versions.note('pods', '99');
    versions.prove()();
    expect(versions.has('pods', '100')).toBe(true);
  });
});
