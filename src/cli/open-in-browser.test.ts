import { expect, it } from 'vitest';
import { openerFor } from './open-in-browser.ts';

it('opens a browser only where one could be seen', () => {
  expect(openerFor('darwin', {})).toBe('open');
  expect(openerFor('linux', { DISPLAY: ':0' })).toBe('xdg-open');
  expect(openerFor('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBe('xdg-open');
  expect(openerFor('linux', { DISPLAY: '' })).toBeUndefined();
  expect(openerFor('linux', {})).toBeUndefined();
});
