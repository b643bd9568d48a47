import { expect, it } from 'vitest';
import { reasonsDocument } from './document.ts';

it('docs/reasons.md says what the catalogue says; `npm run docs` brings it up to date', async () => {
  await expect(reasonsDocument()).toMatchFileSnapshot('../../docs/reasons.md');
});
