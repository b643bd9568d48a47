import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driverFailure } from './driver-failure.ts';
import { formatReason, listNames, parseReason } from './reasons.ts';
import { aDriverPod } from './testing/builders.ts';
import type { DriverFailure } from './view.ts';

describe('a reason', () => {
  it('stands in the annotation as its code and its message', () => {
    expect(formatReason({ code: 'drain-timeout', message: 'Too long' })).toBe('drain-timeout: Too long');
  });

  it('is read back as it was written', () => {
    expect(parseReason('drain-timeout: Too long: web')).toEqual({
      code: 'drain-timeout',
      message: 'Too long: web',
    });
    expect(parseReason('failed: two\nlines')).toEqual({ code: 'failed', message: 'two\nlines' });
  });

  it('is cut to what an annotation can reasonably hold', () => {
    expect(formatReason({ code: 'failed', message: 'x'.repeat(5000) })).toHaveLength(1024);
  });

  it('is not found in what somebody else wrote', () => {
    expect(parseReason(undefined)).toBeUndefined();
    expect(parseReason('')).toBeUndefined();
    expect(parseReason('Some words: and more')).toBeUndefined();
  });

  it('is never misread, whatever the annotation holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = parseReason(text);
        expect(read === undefined ? undefined : `${read.code}: ${read.message}`).toBe(
          read === undefined ? undefined : text,
        );
      }),
    );
  });
});

describe('a list of names', () => {
  it('is whole up to three, and counted beyond', () => {
    expect(listNames(['a'])).toBe('a');
    expect(listNames(['a', 'b', 'c'])).toBe('a, b, c');
    expect(listNames(['a', 'b', 'c', 'd'])).toBe('a, b, c and 1 more');
  });
});

describe('the failure of a driver pod', () => {
  it.each<[DriverFailure['kind'], string, RegExp]>([
    ['image-pull', 'driver-image', /image exists/],
    ['crash-loop', 'driver-crashing', /log/],
    ['init-failed', 'driver-init-failed', /init container/],
    ['config', 'driver-config', /Correct/],
    ['pod-failed', 'driver-pod-failed', /Delete the pod/],
  ])('by %s is told as %s, with the pod, its container and what to do', (kind, code, remedy) => {
    const reason = driverFailure(aDriverPod('failing'), {
      kind,
      container: 'mofed-container',
      message: 'It broke',
    });
    expect(reason.code).toBe(code);
    expect(reason.message).toContain(
      'Driver pod nvidia-network-operator/mofed-1, container mofed-container: It broke. ',
    );
    expect(reason.message).toMatch(remedy);
  });
});
