import type { TestModule } from 'vitest/node';
import { describe, expect, it } from 'vitest';

import { summarize, summaryLines } from '../summary-reporter.ts';

interface Item {
  readonly type: 'test' | 'suite';
  readonly fullName: string;
}

const testCase = (fullName: string, state: string, note?: string, retryCount = 0) => ({
  type: 'test',
  fullName,
  module: { relativeModuleId: 'a.test.ts' },
  result: () => ({ state, note, errors: [new Error(`not as it should be\nbut otherwise`)] }),
  diagnostic: () => ({ retryCount }),
});

function suite(fullName: string, children: readonly Item[], errors: readonly unknown[] = []) {
  const all = (type: string): Item[] =>
    children.flatMap((child) => [
      ...(child.type === type ? [child] : []),
      ...('children' in child ? (child as ReturnType<typeof suite>).children.all(type) : []),
    ]);
  return {
    type: 'suite' as const,
    fullName,
    module: { relativeModuleId: 'a.test.ts' },
    errors: () => errors,
    project: { getProvidedContext: () => ({ leftOut: 'no Go' }) },
    children: Object.assign([...children], {
      all,
      allTests: () => all('test'),
      allSuites: () => all('suite'),
    }),
  };
}

const summary = (modules: readonly unknown[], otherErrors: readonly unknown[] = []) =>
  summarize(modules as readonly TestModule[], otherErrors);

describe('the summary of a run', () => {
  it('counts what passed and what failed', () => {
    const module = suite('a.test.ts', [
      suite('a', [testCase('a > 1', 'passed') as Item, testCase('a > 2', 'failed') as Item]),
    ]);
    expect(summaryLines(summary([module])).at(-1)).toBe('1 passed, 1 failed');
  });

  it('names each test that passed only when it was tried again', () => {
    const tests = [
      testCase('a', 'passed', undefined, 1),
      testCase('b', 'passed'),
      testCase('c', 'failed', undefined, 1),
    ];
    expect(summaryLines(summary([suite('a.test.ts', tests as Item[])]))).toEqual([
      '',
      'passed only when tried again: a',
      'failed: a.test.ts > c: not as it should be',
      '2 passed, 1 failed',
    ]);
  });

  it('counts a file that cannot be loaded, a hook that throws and a stray error as failures', () => {
    const modules = [
      suite('broken.test.ts', [], [new Error('syntax')]),
      suite('b.test.ts', [suite('b', [testCase('b > 1', 'skipped') as Item], [new Error('beforeAll')])]),
    ];
    expect(summary(modules, ['stray'])).toMatchObject({
      passed: 0,
      failed: 3,
      failures: [
        'a.test.ts > broken.test.ts: syntax',
        'a.test.ts > b: beforeAll',
        'outside of any test: stray',
      ],
    });
  });

  it('names each suite that was left out, once, with the reason of its project or of its tests', () => {
    const modules = [
      suite('e2e.test.ts', [
        suite('upgrade', [suite('upgrade > drain', [testCase('x', 'skipped') as Item])]),
      ]),
      suite('other.test.ts', [
        suite('mixed', [
          testCase('mixed > 1', 'passed') as Item,
          testCase('mixed > 2', 'skipped', 'no IPv6') as Item,
        ]),
      ]),
    ];
    expect(summaryLines(summary(modules))).toEqual([
      '',
      'left out: upgrade: no Go',
      'left out: mixed > 2: no IPv6',
      '1 passed, 0 failed, 2 skipped',
    ]);
  });
});
