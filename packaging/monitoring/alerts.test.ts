import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../src/cluster/errors.ts';
import { NEW, OLD, TestFleet } from '../../src/kubectl/testing/fleet.ts';
import { createMetrics } from '../../src/operator/telemetry/metrics.ts';
import { dashboardExpressions, pathOf, readAlerts } from './files.ts';
import { mentionedIn } from './promql.ts';
import { History, SCRAPE_SECONDS } from './testing/history.ts';
import { hasPromtool, NO_PROMTOOL, promtool } from './testing/promtool.ts';

const BUDGETS = { group: 'policy', plural: 'poddisruptionbudgets' };
const JOBS = { group: 'batch', plural: 'jobs' };
const FINISHED = 'ofed_operator_rollout_finished_timestamp_seconds';
const WANTED = new Set([
  FINISHED,
  ...readAlerts().flatMap(({ expr }) => mentionedIn(expr).selectors.map(({ metric }) => metric)),
]);
const MISSING = !hasPromtool();

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'alerts-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

beforeEach(({ skip }) => {
  skip(MISSING, NO_PROMTOOL);
});

describe('The alerts, to promtool', () => {
  it('are well-formed', () => {
    expect(promtool('check', 'rules', pathOf('alerts.yaml'))).toBe('');
  });

  it('fire on the histories that they are meant for, and on no other', () => {
    expect(promtool('test', 'rules', pathOf('alerts.tests.yaml'))).toBe('');
  });
});

describe('The expressions of the dashboard, to promtool', () => {
  it('are well-formed', () => {
    const rules = dashboardExpressions().map(({ expr }, index) => ({
      record: `panel:${index}`,
      // What Grafana puts in before it asks.
      expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$state', 'drain-required'),
    }));
    const path = join(folder, 'dashboard.yaml');
    writeFileSync(path, stringify({ groups: [{ name: 'dashboard', rules }] }));
    expect(rules.length).toBeGreaterThan(0);
    expect(promtool('check', 'rules', path)).toBe('');
  });
});

// Hours of history each: a limit against hanging, not a measure.
describe('On what the operator exports in a rollout', { timeout: 120_000 }, () => {
  let standby: string;
  let fleet: TestFleet;
  let history: History;
  let ended: boolean;
  /** What is to fire when, as promtool has it. */
  let expectations: object[];

  beforeEach(async () => {
    standby = await createMetrics().render();
    fleet = new TestFleet();
    history = new History(fleet.clock.now(), WANTED);
    ended = false;
    expectations = [];
  });

  afterEach(async () => {
    if (!ended) await fleet.end();
  });

  /** Time passes, and Prometheus scrapes the operator and one that stands by. */
  async function pass(minutes: number): Promise<void> {
    for (let second = 0; second < minutes * 60; second += SCRAPE_SECONDS) {
      history.scrape({ standby, ...(ended ? {} : { operator: await fleet.metrics.render() }) });
      await fleet.clock.advance(SCRAPE_SECONDS * 1000);
    }
  }

  /** Ten nodes with the old driver, and a rollout of the new one that is about to begin. */
  async function tenNodes(upgradePolicy: object = {}): Promise<void> {
    for (let number = 0; number < 10; number += 1) fleet.addNode(`gpu-${number}`);
    fleet.install({ maxParallelUpgrades: 2, ...upgradePolicy });
    await pass(5);
  }

  const everyNode = (): readonly string[] => Array.from({ length: 10 }, (_, number) => `gpu-${number}`);

  /** By now exactly these fire. */
  function fires(...alerts: readonly Readonly<Record<string, string>>[]): void {
    const severityOf = (name: string | undefined) =>
      readAlerts().find(({ alert }) => alert === name)?.labels.severity;
    expectations.push({
      expr: 'sum by (alertname, severity, reason) (ALERTS{alertstate="firing"})',
      eval_time: history.end,
      exp_samples: alerts.map((labels) => {
        const all = { ...labels, severity: severityOf(labels['alertname']) };
        const text = Object.entries(all).map(([label, value]) => `${label}="${value ?? ''}"`);
        return { labels: `{${text.join(',')}}`, value: 1 };
      }),
    });
  }

  /** By now none of them has ever fired. */
  function nothingHasFired(): void {
    expectations.push({
      expr: 'count_over_time(ALERTS{alertstate="firing"}[1d])',
      eval_time: history.end,
      exp_samples: [],
    });
  }

  /** By now every node has the driver that is wanted. */
  function isDone(): void {
    const done = 'max(ofed_operator_rollout_nodes{is="done"})';
    expectations.push({ expr: done, eval_time: history.end, exp_samples: [{ labels: '{}', value: 10 }] });
    const over = `max(${FINISHED}) > bool 0`;
    expectations.push({ expr: over, eval_time: history.end, exp_samples: [{ labels: '{}', value: 1 }] });
  }

  /** What promtool says of all that was expected. */
  function verdict(): string {
    const test = {
      interval: `${SCRAPE_SECONDS}s`,
      input_series: history.inputSeries(),
      promql_expr_test: expectations,
    };
    const path = join(folder, 'rollout.yaml');
    const file = { rule_files: [pathOf('alerts.yaml')], evaluation_interval: '1m', tests: [test] };
    writeFileSync(path, stringify(file, { lineWidth: 0 }));
    return promtool('test', 'rules', path);
  }

  it('none fires when all goes well', async () => {
    await tenNodes();
    fleet.change({ version: NEW });
    await pass(120);
    nothingHasFired();
    isDone();
    expect(verdict()).toBe('');
  });

  it('those fire that tell of a missing image and of a budget, until somebody does what they say', async () => {
    await tenNodes({
      waitForCompletion: { podSelector: 'app=training' },
      drain: { enable: true, timeoutSeconds: 0 },
    });
    fleet.withoutImage.add('gpu-0');
    fleet.protect('gpu-1', 'database');
    fleet.train('gpu-2', 'training');
    await fleet.clock.advance(SCRAPE_SECONDS * 1000);
    fleet.change({ version: NEW });
    await pass(20);
    fires({ alertname: 'OfedNodesFailed' });
    await pass(25);
    fires({ alertname: 'OfedNodesFailed' }, { alertname: 'OfedNodeHeldUp', reason: 'eviction-blocked' });
    await pass(90);
    fires(
      { alertname: 'OfedNodesFailed' },
      { alertname: 'OfedNodeHeldUp', reason: 'eviction-blocked' },
      { alertname: 'OfedRolloutStalled' },
    );
    fleet.withoutImage.clear();
    fleet.cluster.remove(BUDGETS, { namespace: 'default', name: 'database' });
    fleet.cluster.remove(JOBS, { namespace: 'default', name: 'training' });
    await fleet.kubectlOfed('retry --failed');
    await pass(10);
    fires();
    isDone();
    expect(verdict()).toBe('');
  });

  it('one fires in minutes when a driver works nowhere, until it is rolled back', async () => {
    await tenNodes();
    for (const name of everyNode()) fleet.withoutImage.add(name);
    fleet.change({ version: NEW });
    await pass(10);
    fires({ alertname: 'OfedManyNodesFailed' }, { alertname: 'OfedNodesFailed' });
    await fleet.kubectlOfed(`rollback --to ${OLD} --yes`);
    await pass(10);
    fires();
    isDone();
    expect(verdict()).toBe('');
  });

  it('one fires when a rollout stays paused, until it is resumed', async () => {
    await tenNodes();
    fleet.change({ version: NEW });
    await fleet.clock.advance(5000);
    await fleet.kubectlOfed('pause');
    await pass(230);
    nothingHasFired();
    await pass(20);
    fires({ alertname: 'OfedRolloutPaused' });
    await fleet.kubectlOfed('resume');
    await pass(10);
    fires();
    isDone();
    expect(verdict()).toBe('');
  });

  it('one fires when upgrades are switched off in the middle', async () => {
    await tenNodes();
    fleet.change({ version: NEW });
    await fleet.clock.advance(10_000);
    fleet.change({ upgradePolicy: { autoUpgrade: false } });
    await pass(250);
    fires({ alertname: 'OfedUpgradesOff' });
    fleet.change({ upgradePolicy: { autoUpgrade: true } });
    await pass(10);
    fires();
    isDone();
    expect(verdict()).toBe('');
  });

  it('one fires when the driver’s objects cannot be written', async () => {
    await tenNodes();
    fleet.cluster.wire.before = ({ verb, resource }) =>
      resource === 'daemonsets' && verb !== 'watch'
        ? Promise.reject(new ApiError('forbidden', 'daemonsets is forbidden'))
        : undefined;
    fleet.change({ version: NEW });
    await pass(20);
    fires({ alertname: 'OfedPolicyError' });
    expect(verdict()).toBe('');
  });

  it('one fires when no operator leads, but not within five minutes', async () => {
    await tenNodes();
    fleet.freezeOperator();
    await pass(4);
    nothingHasFired();
    await pass(6);
    fires({ alertname: 'OfedOperatorDown' });
    expect(verdict()).toBe('');
  });

  it('one fires when the operators are gone', async () => {
    await tenNodes();
    await fleet.end();
    ended = true;
    await pass(10);
    fires({ alertname: 'OfedOperatorDown' });
    expect(verdict()).toBe('');
  });
});
