import type { ControlPlane } from '../control-plane/index.ts';
import { story, throwOnViolations } from '../../src/invariants/index.ts';
import { startObserver } from '../observer/index.ts';
import type { Expectation, Report, Tolerance } from '../../src/invariants/index.ts';
import type { Observer } from '../observer/index.ts';

export interface ObservedOptions {
  readonly expect?: Expectation;
  readonly tolerance?: Partial<Tolerance>;
  /** Whose requests the audit log is searched for; see `OperatorProcess.user`. Absent: it is not searched. */
  readonly user?: string;
}

/**
 * Runs a scenario under the eyes of an observer.
 *
 * @returns what was observed
 * @throws Error that tells the story if an invariant was broken, or the scenario's own error, with the story if there is one
 * @example
 * const { statistics } = await observedRollout(controlPlane, { user: operator.user }, async (observer) => {
 *   await setVersion(controlPlane, '24.01-0.3.3.1-0');
 *   await waitForRollout(controlPlane, { operator });
 * });
 */
export async function observedRollout(
  controlPlane: ControlPlane,
  options: ObservedOptions,
  scenario: (observer: Observer) => Promise<void>,
): Promise<Report> {
  const { server, ca, adminToken } = controlPlane;
  const observer = await startObserver({ server, ca, token: adminToken });
  try {
    await scenario(observer);
  } catch (error) {
    throw await withStory(error, observer, options);
  }
  const report = await observer.finish(finishOptions(controlPlane, options));
  throwOnViolations(report);
  return report;
}

/** The scenario failed; what was broken until then may be why. */
async function withStory(
  error: unknown,
  observer: Observer,
  { tolerance = {} }: ObservedOptions,
): Promise<Error> {
  const reason = error instanceof Error ? error : new Error(String(error));
  const report = await observer.finish({ expect: { end: 'any' }, tolerance }).catch(() => undefined);
  if (report === undefined || report.violations.length === 0) return reason;
  return new Error(`${reason.message}\n\nuntil then: ${story(report)}`, { cause: reason });
}

function finishOptions({ auditLog }: ControlPlane, { expect = {}, tolerance = {}, user }: ObservedOptions) {
  return { expect, tolerance, ...(user === undefined ? {} : { audit: { file: auditLog, user } }) };
}
