import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * Why suites of this project are left out on this machine. A global setup provides it; suites skip themselves by
     * `describe.skipIf(inject('leftOut') !== undefined)`.
     */
    leftOut?: string;
  }
}

/** What a run came to. */
export interface Summary {
  readonly passed: number;
  readonly failed: number;
  /** Name of what failed, and in a line of what: a long run has scrolled away by its end. */
  readonly failures: readonly string[];
  readonly skipped: number;
  /** Name and reason of what was skipped as a whole. */
  readonly leftOut: readonly string[];
  /** What passed only when it was tried again: each is a fault of the test, or of the program, to be looked into. */
  readonly triedAgain: readonly string[];
}

/**
 * Ends a run with a line `N passed, N failed` of its own, for people in a hurry and for scripts; before it, each suite that was left
 * out, and why, and each test that passed only when it was tried again.
 */
// eslint-disable-next-line no-restricted-syntax -- vitest takes a reporter's default export
export default class SummaryReporter implements Reporter {
  #lines: readonly string[] = [];
  #printsAtExit = false;

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    this.#lines = summaryLines(summarize(modules, unhandledErrors));
    if (this.#printsAtExit) return;
    this.#printsAtExit = true;
    // Not now: other reporters and global teardowns have more to say, and this is to be the last line.
    process.once('exit', () => process.stdout.write(`${this.#lines.join('\n')}\n`));
  }
}

export function summaryLines({
  passed,
  failed,
  failures,
  skipped,
  leftOut,
  triedAgain,
}: Summary): readonly string[] {
  const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return [
    '',
    ...leftOut.map((line) => `left out: ${line}`),
    ...triedAgain.map((name) => `passed only when tried again: ${name}`),
    ...failures.map((line) => `failed: ${line}`),
    counts,
  ];
}

/** @param otherErrors what was thrown outside of any test; each counts as a failure */
export function summarize(modules: readonly TestModule[], otherErrors: readonly unknown[]): Summary {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const count = (state: string) => tests.filter((test) => test.result().state === state).length;
  const failedTests = tests.filter((test) => test.result().state === 'failed');
  // A file that cannot be loaded, or a hook that throws, has no failed test to show for it.
  const brokenSuites = modules
    .flatMap((module) => [module, ...module.children.allSuites()])
    .filter((each) => each.errors().length > 0);
  const failures = [
    ...failedTests.map((test) => `${nameOf(test)}: ${firstLine(test.result().errors?.[0])}`),
    ...brokenSuites.map((suite) => `${nameOf(suite)}: ${firstLine(suite.errors()[0])}`),
    ...otherErrors.map((error) => `outside of any test: ${firstLine(error)}`),
  ];
  return {
    passed: count('passed'),
    failed: failures.length,
    failures,
    skipped: count('skipped') + count('pending'),
    triedAgain: tests
      .filter((test) => test.result().state === 'passed' && (test.diagnostic()?.retryCount ?? 0) > 0)
      .map(({ fullName }) => fullName),
    leftOut: modules.flatMap((module) => skippedIn(module, module.project.getProvidedContext().leftOut)),
  };
}

function nameOf(part: TestCase | TestSuite | TestModule): string {
  return part.type === 'module'
    ? part.relativeModuleId
    : `${part.module.relativeModuleId} > ${part.fullName}`;
}

function firstLine(error: unknown): string {
  const { message } = error as { readonly message?: unknown };
  return String(message ?? error).split('\n')[0] ?? '';
}

/** The largest parts that were skipped as a whole. */
function skippedIn(parent: TestModule | TestSuite, projectReason: string | undefined): readonly string[] {
  return [...parent.children].flatMap((child) => {
    const tests = child.type === 'test' ? [child] : [...child.children.allTests()];
    if (tests.length > 0 && tests.every(isSkipped)) {
      const reason = tests.map(noteOf).find((note) => note !== undefined) ?? projectReason;
      return [`${child.fullName}: ${reason ?? 'skipped in its source'}`];
    }
    return child.type === 'test' ? [] : skippedIn(child, projectReason);
  });
}

function isSkipped(test: TestCase): boolean {
  return test.result().state === 'skipped';
}

/** What a test said when it skipped itself: `context.skip('reason')`. */
function noteOf(test: TestCase): string | undefined {
  const result = test.result();
  return result.state === 'skipped' ? result.note : undefined;
}
