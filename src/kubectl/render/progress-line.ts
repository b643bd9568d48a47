import type { StatusReport } from '../report/status-report.ts';

/** The rollout in one line, for logs. */
export function progressLine({ phase, totals, operator }: StatusReport): string {
  const { upToDate, nodes, inProgress, queued, heldBack, failed } = totals;
  return [
    `${phase}: ${upToDate} of ${nodes} nodes up to date`,
    `${inProgress} in progress`,
    `${queued + heldBack} waiting`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(operator.state === 'silent' || operator.state === 'absent' ? ['no operator runs'] : []),
  ].join(', ');
}
