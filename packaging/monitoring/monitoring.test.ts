import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/operator/telemetry/metrics.ts';
import { operatorDeployment } from '../../src/cli/manifests/deployment.ts';
import { DEFAULT_NAMESPACE } from '../../src/contract/keys.ts';
import { TestFleet } from '../../src/kubectl/testing/fleet.ts';
import { monitoringDocument } from './document.ts';
import { dashboardExpressions, pathOf, readAlerts, readRules } from './files.ts';
import { prometheusRule } from './prometheus-rule.ts';
import { mentionedIn, type Selector } from './promql.ts';

const METRICS = createMetrics().describe();
const PAGE = await createMetrics().render();
/** What Prometheus sets itself. */
const TARGET_LABELS = ['job', 'instance'];

/** The labels of a series name, for a histogram those of its buckets too; undefined: nobody exports it. */
function labelsOf(series: string): readonly string[] | undefined {
  const plain = METRICS.find(({ name, type }) => name === series && type !== 'histogram');
  const base = /^(.+)_(bucket|sum|count)$/.exec(series);
  const histogram = METRICS.find(({ name, type }) => name === base?.[1] && type === 'histogram');
  if (histogram === undefined) return plain?.labels;
  return base?.[2] === 'bucket' ? [...histogram.labels, 'le'] : histogram.labels;
}

/** What a label can be, of a metric all of whose series are there from the start; empty: that is not known. */
function valuesOf(metric: string, label: string): readonly string[] {
  const series = new RegExp(`^${metric}\\{.*?\\b${label}="([^"]*)"`, 'gm');
  return [...PAGE.matchAll(series)].map(([, value = '']) => value);
}

function wrongIn({ metric, matchers }: Selector): readonly string[] {
  const labels = labelsOf(metric);
  if (labels === undefined) return [`${metric} is not exported`];
  return matchers.flatMap(({ label, values }) => {
    if (!labels.includes(label)) return [`${metric} has no label ${label}`];
    const known = valuesOf(metric, label);
    const unknown = values.filter(
      (value) => known.length > 0 && !value.startsWith('$') && !known.includes(value),
    );
    return unknown.map((value) => `${label} of ${metric} is never ${value}`);
  });
}

/** What is named in an expression and is not there. */
function wrongNames(expr: string): readonly string[] {
  const { selectors, groupings } = mentionedIn(expr);
  const known = [...TARGET_LABELS, ...selectors.flatMap(({ metric }) => labelsOf(metric) ?? [])];
  const foreign = groupings.filter((label) => !known.includes(label)).map((label) => `no label ${label}`);
  return [...(selectors.length === 0 ? ['no metric'] : []), ...selectors.flatMap(wrongIn), ...foreign];
}

describe('What Prometheus is asked for', () => {
  it.each(readAlerts().map(({ alert, expr }) => [alert, expr] as const))(
    'is something that the operator exports: alert %s',
    (_, expr) => {
      expect(wrongNames(expr)).toEqual([]);
    },
  );

  it.each(dashboardExpressions().map(({ title, expr }) => [title, expr] as const))(
    'is something that the operator exports: panel "%s"',
    (_, expr) => {
      expect(wrongNames(expr)).toEqual([]);
    },
  );

  it.each([
    ['ofed_operator_node > 0', 'ofed_operator_node is not exported'],
    ['max(ofed_operator_nodes{phase="x"})', 'ofed_operator_nodes has no label phase'],
    [
      'ofed_operator_nodes{state=~"none|upgrade-faild"}',
      'state of ofed_operator_nodes is never upgrade-faild',
    ],
    ['sum by (node) (ofed_operator_leader)', 'no label node'],
    ['ofed_operator_leader and on (pot) ofed_operator_nodes', 'no label pot'],
    [
      'rate(ofed_operator_api_request_duration_seconds[5m])',
      'ofed_operator_api_request_duration_seconds is not exported',
    ],
    ['time() > 0', 'no metric'],
  ])('is looked at closely enough to find what is wrong in %s', (expr, wrong) => {
    expect(wrongNames(expr)).toEqual([wrong]);
  });

  it('is shown in panels that do not overlap', () => {
    const { panels } = JSON.parse(readFileSync(pathOf('grafana-dashboard.json'), 'utf8')) as {
      panels: { gridPos: { x: number; y: number; w: number; h: number } }[];
    };
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });
});

describe('The alerts', () => {
  it('are the same in the PrometheusRule; `npm run docs` brings it up to date', async () => {
    await expect(prometheusRule(readRules())).toMatchFileSnapshot('prometheus-rule.yaml');
  });

  it('each lead to what the documentation says about it', () => {
    const headings = [...readFileSync('docs/monitoring.md', 'utf8').matchAll(/^### `?(\w+)`?$/gm)];
    expect(headings.map(([, heading]) => heading)).toEqual(readAlerts().map(({ alert }) => alert));
    for (const { alert, annotations } of readAlerts())
      expect(annotations.runbook).toBe(`docs/monitoring.md#${alert.toLowerCase()}`);
  });

  it('name only commands that the kubectl plugin has', async () => {
    const texts = [
      ...readAlerts().map(({ annotations }) => annotations.description),
      readFileSync('docs/monitoring.md', 'utf8'),
    ];
    const commands = texts.flatMap((text) =>
      [...text.matchAll(/kubectl ofed ([^`\n]+)/g)].map(([, line = '']) => line),
    );
    const fleet = new TestFleet();
    fleet.addNode('gpu-1');
    await fleet.begin();
    for (const line of new Set(commands)) {
      const command = line
        .replace('{{ $labels.reason }}', 'slot')
        .replace('NODE', 'gpu-1')
        .replace('rollback', 'rollback --yes');
      expect(await fleet.kubectlOfed(command), line).not.toMatchObject({ status: 2 });
    }
    expect(await fleet.kubectlOfed('resme')).toMatchObject({ status: 2 });
    await fleet.end();
  });
});

describe('The PodMonitor', () => {
  it('finds the pods of the Deployment that is printed, and their port', () => {
    const monitor = parse(readFileSync(pathOf('pod-monitor.yaml'), 'utf8')) as {
      readonly metadata: { readonly namespace: string };
      readonly spec: {
        readonly selector: { readonly matchLabels: object };
        readonly podMetricsEndpoints: readonly { readonly port: string }[];
      };
    };
    const deployment = operatorDeployment({
      namespace: DEFAULT_NAMESPACE,
      image: 'x',
      dashboardAddress: undefined,
    });
    expect(deployment).toMatchObject({
      metadata: { namespace: monitor.metadata.namespace },
      spec: {
        template: {
          metadata: { labels: monitor.spec.selector.matchLabels },
          spec: { containers: [{ ports: [{ name: monitor.spec.podMetricsEndpoints[0]?.port }] }] },
        },
      },
    });
  });
});

describe('docs/monitoring.md', () => {
  it('says what every metric is; `npm run docs` brings it up to date', async () => {
    const written = readFileSync('docs/monitoring.md', 'utf8');
    await expect(await monitoringDocument(written, METRICS)).toMatchFileSnapshot('../../docs/monitoring.md');
  });
});
