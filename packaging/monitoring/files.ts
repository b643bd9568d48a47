import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** @see https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string };
}

export interface RuleGroups {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Alert[] }[];
}

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

/** Where a file beside this one is. */
export function pathOf(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

export function readRules(): RuleGroups {
  return parse(readFileSync(pathOf('alerts.yaml'), 'utf8')) as RuleGroups;
}

export function readAlerts(): readonly Alert[] {
  return readRules().groups.flatMap(({ rules }) => rules);
}

/** The expressions of the Grafana dashboard, with the title of the panel that shows each. */
export function dashboardExpressions(): readonly { readonly title: string; readonly expr: string }[] {
  const { panels } = JSON.parse(readFileSync(pathOf('grafana-dashboard.json'), 'utf8')) as {
    readonly panels: readonly Panel[];
  };
  return panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));
}
