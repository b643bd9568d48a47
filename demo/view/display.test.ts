import { expect, it } from 'vitest';
import { canShowLive } from './display.ts';

const TERMINAL = { isTTY: true, columns: 80, rows: 24, write: () => undefined };
const ENVIRONMENT = { TERM: 'xterm-256color' };

it('shows the live view on a terminal', () => {
  expect(canShowLive(TERMINAL, ENVIRONMENT)).toBe(true);
  expect(canShowLive(TERMINAL, { ...ENVIRONMENT, NO_COLOR: '', CI: '' })).toBe(true);
});

it.each([
  ['a pipe', { ...TERMINAL, isTTY: false }, ENVIRONMENT],
  ['a narrow terminal', { ...TERMINAL, columns: 60 }, ENVIRONMENT],
  ['a low terminal', { ...TERMINAL, rows: 12 }, ENVIRONMENT],
  ['NO_COLOR', TERMINAL, { ...ENVIRONMENT, NO_COLOR: '1' }],
  ['CI', TERMINAL, { ...ENVIRONMENT, CI: 'true' }],
  ['a dumb terminal', TERMINAL, { TERM: 'dumb' }],
])('prints plain lines for %s', (_, stream, environment) => {
  expect(canShowLive(stream, environment)).toBe(false);
});
