import { format } from 'prettier';
import type { MetricDescription } from '../../src/operator/telemetry/metrics.ts';

const TABLE = /(<!-- The metrics: .* -->\n)[^]*(<!-- The end of the metrics -->)/;

/** The page of documentation with the table of metrics as it should be, and all else as it is written. */
export function monitoringDocument(written: string, metrics: readonly MetricDescription[]): Promise<string> {
  const own = metrics.filter(isOwn);
  const rows = [...own, ...metrics.filter((metric) => !isOwn(metric))].map(row);
  const table = ['| metric | type | |', '| --- | --- | --- |', ...rows].join('\n');
  const text = written.replace(TABLE, (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`);
  return format(text, { parser: 'markdown', printWidth: 110, singleQuote: true });
}

/** And none that every process has. */
function isOwn({ name }: MetricDescription): boolean {
  return name.startsWith('ofed_operator_');
}

function row({ name, type, help, labels }: MetricDescription): string {
  const series = labels.length === 0 ? name : `${name}{${labels.join(',')}}`;
  return `| \`${series}\` | ${type} | ${help} |`;
}
