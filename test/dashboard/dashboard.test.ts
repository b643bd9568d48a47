import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Verdict } from '../../src/dashboard/server/token-access.ts';
import { exampleOf } from '../../src/reasons/index.ts';
import { launchChromium } from './chromium.ts';
import { rollOut, type RolloutPlan } from './rollout.ts';
import { serveFleet, type ServedFleet, type ServeOptions } from './served-fleet.ts';

const SIXTY: RolloutPlan = { nodes: 60, parallel: 6, until: 30, failing: [8], blocked: 1, skipped: [47] };

describe.skipIf(inject('leftOut') !== undefined)('The dashboard, in a browser', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let served: ServedFleet;
  /** What went wrong in the page. */
  let errors: string[];

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser.close();
  });

  beforeEach(async () => {
    errors = [];
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
  });

  afterEach(async () => {
    await context.close();
    served.close();
  });

  async function open(plan: RolloutPlan, options: ServeOptions = {}): Promise<void> {
    served = await serveFleet(options);
    await rollOut(served, plan);
    await page.goto(served.url);
    await node('gpu')
      .nth(plan.nodes - 1)
      .waitFor({ state: 'attached' });
  }

  const node = (name: string) => page.getByRole('option', { name });
  const shownNodes = () => page.locator('.cell[role=option]:not([hidden])');

  /** What is changed is told, and has come to the page. */
  async function told(): Promise<void> {
    const { version } = served.fleet;
    const mark = `mark-${served.clock.now()}`;
    served.fleet.version = mark;
    served.feed.statusComputed();
    await served.clock.advance(250);
    await page.getByText(mark).waitFor();
    served.fleet.version = version;
  }

  async function violations(): Promise<readonly string[]> {
    await page.evaluate(axe.source);
    const { violations: found } = await page.evaluate(() =>
      (window as unknown as { axe: typeof axe }).axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      }),
    );
    return found.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes
          .map(({ html }) => html)
          .slice(0, 3)
          .join(' ')}`,
    );
  }

  it('shows every node by zone, and how far the rollout is', async () => {
    await open(SIXTY);
    expect(await page.getByRole('group', { name: 'zone-' }).count()).toBe(4);
    expect(await node('gpu').count()).toBe(60);
    expect(await page.getByRole('heading', { level: 2 }).first().textContent()).toMatch(
      /^3\d of 60nodes upgraded$/,
    );
    expect(await node('gpu-09').textContent()).toBe('!');
    expect(await node('gpu-09').getAttribute('aria-label')).toBe(
      'gpu-09 has failed: An image of the driver pod cannot be pulled',
    );
    expect(await page.title()).toMatch(/^3\d of 60 nodes · OFED rollout$/);
    expect(await page.getByRole('status').first().textContent()).toBe('Live');
    expect(errors).toEqual([]);
  });

  it('follows every change as it happens', async () => {
    await open(SIXTY);
    served.fleet.set('gpu-60', {
      state: 'drain-required',
      zone: 'zone-d',
      reason: exampleOf('eviction-blocked'),
      since: 1,
    });
    served.fleet.set('gpu-61', { state: 'upgrade-required', zone: 'zone-e' });
    served.fleet.delete('gpu-01');
    await told();
    expect(await node('gpu-60').textContent()).toBe('D');
    expect(await node('gpu-60').getAttribute('aria-label')).toBe('gpu-60 is drained: An eviction is refused');
    expect(await page.getByRole('group', { name: 'zone-e' }).getByRole('option').count()).toBe(1);
    expect(await node('gpu-01').count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('says that the rollout is paused as long as it is', async () => {
    await open({ ...SIXTY, until: 1 });
    served.fleet.paused = true;
    await told();
    await page.getByText('Paused: no new node starts').waitFor();
    served.fleet.paused = false;
    await told();
    expect(await page.getByText('Paused').count()).toBe(0);
  });

  it('tells a node’s story: what it waits for, what helps, and how long each phase took', async () => {
    await open(SIXTY);
    await node('gpu-09').click();
    const story = page.getByRole('region', { name: 'gpu-09' });
    await story.getByRole('heading', { name: 'An image of the driver pod cannot be pulled' }).waitFor();
    expect(await story.getByRole('listitem').first().textContent()).toContain(
      'kubectl patch nicclusterpolicy',
    );
    expect(await story.getByRole('rowheader').allTextContents()).toEqual([
      'Cordon',
      'Jobs',
      'Drain',
      'Restart',
      'Failed',
    ]);
    await page.keyboard.press('Escape');
    await story.waitFor({ state: 'detached' });
    expect(await node('gpu-09').evaluate((cell) => cell === document.activeElement)).toBe(true);
    expect(errors).toEqual([]);
  });

  it('keeps a story up to date', async () => {
    await open(SIXTY);
    await node('gpu-60').click();
    await page.getByRole('heading', { name: 'The node waits for its turn' }).waitFor();
    served.fleet.set('gpu-60', {
      state: 'drain-required',
      zone: 'zone-d',
      reason: exampleOf('eviction-blocked'),
      since: 1,
    });
    await told();
    await page.getByRole('heading', { name: 'An eviction is refused' }).waitFor();
  });

  it('shows only what is asked for', async () => {
    await open(SIXTY);
    await page.getByRole('button', { name: /^.?Failed/ }).click();
    expect(await shownNodes().count()).toBe(1);
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('combobox', { name: 'Zone' }).selectOption('zone-d');
    expect(await shownNodes().count()).toBe(15);
    await page.keyboard.press('/');
    await page.keyboard.type('gpu-48');
    expect(await shownNodes().count()).toBe(1);
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('combobox', { name: 'Reason' }).selectOption('skipped');
    expect(await shownNodes().allTextContents()).toEqual(['–']);
    served.fleet.set('gpu-02', { state: 'upgrade-required', zone: 'zone-a', reason: exampleOf('skipped') });
    await told();
    expect(await shownNodes().count()).toBe(2);
  });

  it('can be used with the keyboard alone', async () => {
    await open(SIXTY);
    await node('gpu-01').focus();
    const focused = (): Promise<string> =>
      page.evaluate(() => (document.activeElement as HTMLElement).dataset['node'] ?? '');
    const after = async (key: string): Promise<string> => {
      await page.keyboard.press(key);
      return focused();
    };
    expect(await after('ArrowRight')).toBe('gpu-02');
    expect(await after('ArrowDown')).not.toBe('gpu-02');
    expect(await after('ArrowUp')).toBe('gpu-02');
    expect(await after('PageDown')).toBe('gpu-16');
    expect(await after('End')).toBe('gpu-60');
    expect(await after('ArrowRight')).toBe('gpu-60');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'gpu-60' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('gpu-60');
    expect(await page.locator('[role=option][tabindex="0"]').count()).toBe(1);
  });

  it('tells those who do not see it what fails', async () => {
    await page.clock.install();
    await open(SIXTY);
    served.fleet.set('gpu-55', { state: 'upgrade-failed', zone: 'zone-d', reason: exampleOf('failed') });
    await told();
    await page.clock.fastForward(6000);
    await page.getByRole('log').filter({ hasText: 'Failed: gpu-55.' }).waitFor({ state: 'attached' });
  });

  it.each(['light', 'dark'] as const)('has nothing that WCAG AA forbids, %s', async (colorScheme) => {
    await open(SIXTY);
    await page.emulateMedia({ colorScheme });
    expect(await violations()).toEqual([]);
    await node('gpu-09').click();
    await page.getByRole('heading', { name: 'What helps' }).waitFor();
    expect(await violations()).toEqual([]);
  });

  it('takes the colours that are asked for, and keeps to them', async () => {
    await open({ ...SIXTY, until: 1 });
    const scheme = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    const button = page.getByRole('button', { name: /^Colours/ });
    await button.click();
    await button.click();
    expect(await scheme()).toBe('dark');
    await page.reload();
    await node('gpu-01').waitFor();
    expect(await scheme()).toBe('dark');
  });

  it('takes names and words for nothing but text', async () => {
    const hostile = '<img src=x onerror=alert(1)>';
    await open({ ...SIXTY, until: 1 });
    const reason = { code: 'failed', cause: { told: true, code: 'made-up', message: hostile } } as const;
    served.fleet.set(hostile, { state: 'upgrade-failed', zone: `"${hostile}`, reason, since: 1 });
    await told();
    await page.getByRole('option', { name: `${hostile} has failed` }).click();
    await page.getByText(`${hostile}.`).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('goes on by itself when the server has been away, and says so', async () => {
    await open({ ...SIXTY, until: 1 });
    await context.setOffline(true);
    served.feed.standsBy(undefined);
    await page.getByText('Connection lost').waitFor();
    served.feed.leads(served.fleet);
    served.fleet.set('gpu-07', { state: 'upgrade-done', zone: 'zone-z' });
    await context.setOffline(false);
    await page.getByRole('group', { name: 'zone-z' }).waitFor();
    expect(await node('gpu').count()).toBe(1);
  });

  it('says who leads where its own operator does not', async () => {
    await open({ ...SIXTY, until: 1 });
    served.feed.standsBy('operator-1');
    await page.getByRole('heading', { name: 'This operator stands by' }).waitFor();
    expect(await page.getByText('operator-1 leads').count()).toBe(1);
    expect(await violations()).toEqual([]);
  });

  it('asks for a token where one is needed, and keeps it no longer than the window is open', async () => {
    const allowed = 'Bearer good';
    const check = (header: string | undefined): Promise<Verdict> =>
      Promise.resolve(
        header === allowed ? 'allowed' : header === undefined ? 'unauthenticated' : 'forbidden',
      );
    served = await serveFleet({ access: { check, validFor: 60_000 } });
    await rollOut(served, { ...SIXTY, until: 1 });
    await page.goto(served.url);
    const field = page.getByLabel('Token');
    await field.waitFor();
    expect(await violations()).toEqual([]);
    await field.fill('bad');
    await page.getByRole('button', { name: 'Look' }).click();
    await page.getByText('may not get nicclusterpolicies').waitFor();
    await field.fill('good');
    await page.getByRole('button', { name: 'Look' }).click();
    await node('gpu-01').waitFor();
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('good');
  });

  it('touches a handful of elements for one change among 5,000 nodes, and draws only the lanes in sight', async () => {
    await open({ nodes: 5000, parallel: 100, until: 400 });
    expect(await node('gpu').count()).toBe(5000);
    await page.evaluate(() => {
      const seen = { cells: 0, grid: 0, all: 0 };
      const grid = document.querySelector('.grid');
      new MutationObserver((records) => {
        for (const { target } of records) {
          seen.all += 1;
          const element = target instanceof Element ? target : target.parentElement;
          if (grid?.contains(element) === true) seen.grid += 1;
          if (element?.classList.contains('cell') === true && grid?.contains(element) === true)
            seen.cells += 1;
        }
      }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
      Object.assign(window, { seen });
    });
    served.fleet.set('gpu-4711', {
      state: 'upgrade-failed',
      zone: 'zone-d',
      reason: exampleOf('failed'),
      since: 1,
    });
    await told();
    const seen = await page.evaluate(() => (window as unknown as { seen: Record<string, number> }).seen);
    expect(seen['cells']).toBeGreaterThan(0);
    expect(seen['cells']).toBeLessThanOrEqual(4);
    expect(seen['grid']).toBeLessThanOrEqual(6);
    expect(seen['all']).toBeLessThanOrEqual(400);
    expect(await page.locator('.gantt li').count()).toBeLessThanOrEqual(20);
  });
});
