import { stringify } from 'yaml';
import { DEFAULT_NAMESPACE } from '../../src/contract/keys.ts';
import { OPERATOR_LABELS, OPERATOR_NAME } from '../../src/cli/manifests/operator-names.ts';
import type { RuleGroups } from './files.ts';

/**
 * Rules as an object for the Prometheus Operator, in YAML.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRule
 */
export function prometheusRule(rules: RuleGroups): string {
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: OPERATOR_NAME, namespace: DEFAULT_NAMESPACE, labels: OPERATOR_LABELS },
    spec: rules,
  };
  return `# Made from alerts.yaml by \`npm run docs\`.\n${stringify(object, { version: '1.1', lineWidth: 0, singleQuote: true })}`;
}
