import type { TestProject } from 'vitest/node';
import { findChromium } from './chromium.ts';

/** The tests in a browser are left out, and say so, where there is none. */
export function setup(project: TestProject): void {
  if (findChromium() === undefined)
    project.provide('leftOut', 'there is no chromium: install it, or set CHROMIUM to the path of one');
}
