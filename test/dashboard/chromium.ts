import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const USUAL = '/usr/bin/chromium';

/** Where a browser for the tests is: what CHROMIUM names, or Debian's; undefined: there is none. */
export function findChromium(): string | undefined {
  const path = process.env['CHROMIUM'] ?? USUAL;
  return existsSync(path) ? path : undefined;
}

/** @throws Error if there is none */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('there is no chromium: set CHROMIUM to the path of one');
  // The page comes from this very process: there is nothing to be protected from, and containers often lack what the sandbox needs.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--font-render-hinting=none'] });
}
