/** `npm run screenshots`: the pictures in docs/images, taken of a rollout that is the same every time. */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { rollOut, type RolloutPlan } from './rollout.ts';
import { serveFleet } from './served-fleet.ts';

const FOLDER = fileURLToPath(new URL('../../docs/images', import.meta.url));

const SIXTY: RolloutPlan = { nodes: 60, parallel: 6, until: 34, failing: [8, 19], blocked: 2, skipped: [47] };
const FIVE_THOUSAND: RolloutPlan = {
  ...{ nodes: 5000, parallel: 100, until: 2870, blocked: 4 },
  failing: [37, 412, 1290, 1291, 1292, 2044, 2500],
  skipped: [3100, 4001, 4002],
};

interface Shot {
  readonly plan: RolloutPlan;
  readonly theme: 'light' | 'dark';
  readonly file: string;
  readonly height?: number;
  readonly open?: string;
  readonly width?: number;
}

const SHOTS: readonly Shot[] = [
  { plan: SIXTY, theme: 'light', file: 'dashboard-light.png' },
  { plan: SIXTY, theme: 'dark', file: 'dashboard-dark.png' },
  { plan: SIXTY, theme: 'light', file: 'dashboard-story.png', open: 'gpu-09' },
  { plan: FIVE_THOUSAND, theme: 'light', file: 'dashboard-5000-nodes.png' },
];

async function shoot(browser: Browser, { plan, theme, file, open, width = 1440 }: Shot): Promise<void> {
  const served = await serveFleet();
  try {
    await rollOut(served, plan);
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: theme,
      timezoneId: 'UTC',
      locale: 'en-GB',
    });
    const page = await context.newPage();
    await look(page, served.url, plan);
    if (open !== undefined) await page.getByRole('option', { name: open }).click();
    await page.mouse.move(0, 0);
    await page.waitForTimeout(600);
    await page.screenshot({ path: `${FOLDER}/${file}`, fullPage: true });
    await context.close();
  } finally {
    served.close();
  }
}

async function look(page: Page, url: string, { nodes }: RolloutPlan): Promise<void> {
  page.on('console', (message) => {
    if (message.type() === 'error') process.stderr.write(`${message.text()}\n`);
  });
  page.on('pageerror', (error) => process.stderr.write(`${String(error)}\n`));
  await page.clock.setFixedTime(new Date('2026-01-01T12:00:00Z'));
  await page.goto(url);
  await page
    .getByRole('option')
    .nth(nodes - 1)
    .waitFor({ state: 'attached' });
}

const wanted = process.argv.slice(2);
const browser = await launchChromium();
for (const shot of SHOTS) {
  if (wanted.length > 0 && !wanted.some((word) => shot.file.includes(word))) continue;
  await shoot(browser, shot);
  process.stdout.write(`${shot.file}\n`);
}
await browser.close();
