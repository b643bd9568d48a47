import { expect, it } from 'vitest';
import { NIC_LABELS } from '../../operator/testing/builders.ts';
import { shortVersion, versionOfImage } from './versions.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

it.each([
  ['nvcr.io/mellanox/mofed:24.01-0.3.3.1-0-ubuntu22.04-amd64', '24.01-0.3.3.1-0'],
  ['localhost:5000/mofed:24.01-0.3.3.1-0-5.15.0-78-generic-ubuntu22.04-amd64', '24.01-0.3.3.1-0'],
  [`nvcr.io/mellanox/mofed@${DIGEST}`, DIGEST],
  ['mofed:of-somebody-else', 'of-somebody-else'],
  ['localhost:5000/mofed', undefined],
  [undefined, undefined],
])('the version of %s is %s', (image, version) => {
  expect(versionOfImage(image, NIC_LABELS)).toBe(version);
});

it('a digest is shown by its first digits, a version as it is', () => {
  expect(shortVersion(DIGEST)).toBe('sha256:0123456789ab');
  expect(shortVersion('24.01-0.3.3.1-0')).toBe('24.01-0.3.3.1-0');
});
