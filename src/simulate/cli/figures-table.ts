import type { Counts, Figures } from '../outcome.ts';

/** What many runs have seen, for people. */
export function figuresTable(figures: Figures, seconds: number): string {
  const hours = figures.virtualMs / 3_600_000;
  return [
    `${number(figures.runs)} runs in ${seconds.toFixed(1)} s: ${hours.toFixed(0)} hours of the cluster's time, ` +
      `${number(figures.changes)} changes judged, ${number(figures.calls)} calls of the operator`,
    '',
    section('Faults', figures.faults),
    section('Incidents', figures.incidents),
    section('Processes killed at a call', figures.kills),
    section('Transitions', figures.transitions),
  ].join('\n');
}

function section(title: string, counts: Counts): string {
  const rows = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return [
    title,
    ...rows.map(([name, count]) => `  ${name.padEnd(width)}  ${number(count).padStart(11)}`),
    '',
  ].join('\n');
}

function number(count: number): string {
  return count.toLocaleString('en');
}
