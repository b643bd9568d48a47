import type { Finding } from './findings.ts';
import type { Report } from './ledger.ts';

/** How many findings are told in full; the rest are counted. */
const TOLD = 12;

/** What went wrong, for people: which invariant, where, when, and what led to it. */
export function story({ violations, races }: Report): string {
  const told = violations.slice(0, TOLD).map(tellOf);
  const counted = violations.length > TOLD ? [`... and ${violations.length - TOLD} more`] : [];
  const excused = races.length === 0 ? [] : [`(${races.length} races that nobody could have avoided)`];
  return [`${violations.length} violations`, ...told, ...counted, ...excused].join('\n\n');
}

/** @throws Error that tells the story, if anything was violated */
export function throwOnViolations(report: Report): void {
  if (report.violations.length > 0) throw new Error(story(report));
}

function tellOf({ invariant, node, rv, time, what, lately }: Finding): string {
  const where = node === undefined ? '' : ` on ${node}`;
  return [
    `${invariant}${where} at resourceVersion ${rv}, ${new Date(time).toISOString()}:`,
    `  ${what}`,
    ...lately.map((line) => `    ${line}`),
  ].join('\n');
}
