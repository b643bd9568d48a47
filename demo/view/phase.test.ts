import { expect, it } from 'vitest';
import { phaseOf } from './phase.ts';
import { shownNode } from './testing.ts';

it('calls a node upgraded only when it has the new driver', () => {
  expect(phaseOf(shownNode('a'))).toBe('upgraded');
  expect(phaseOf(shownNode('a', { driver: 'old' }))).toBe('old driver');
});

it('calls a node without a state by its driver', () => {
  expect(phaseOf(shownNode('a', { state: 'none', driver: 'loading' }))).toBe('no driver');
  expect(phaseOf(shownNode('a', { state: 'none', driver: 'old' }))).toBe('old driver');
});

it('says that a job runs only where one does', () => {
  expect(phaseOf(shownNode('a', { state: 'wait-for-jobs-required', jobs: 1 }))).toBe('job runs');
  expect(phaseOf(shownNode('a', { state: 'wait-for-jobs-required' }))).toBe('draining');
});

it('calls a node that waits for its turn skipped if its turn never comes', () => {
  expect(phaseOf(shownNode('a', { state: 'upgrade-required' }))).toBe('queued');
  expect(phaseOf(shownNode('a', { state: 'upgrade-required', skipped: true }))).toBe('skipped');
});
