import { describe, expect, it } from 'vitest';
import type { Finding } from '../src/invariants/index.ts';
import { shortcomings, shortSummary, summary, type Outcome } from './summary.ts';
import { fleet, shownNode } from './view/testing.ts';
import { plain } from './view/text.ts';
import type { Wait } from './view/fleet.ts';

const WAITS: readonly Wait[] = [
  { node: 'node-1', state: 'wait-for-jobs-required', next: 'drain-required', cause: 'for its job', ms: 2500 },
  {
    ...{ node: 'node-3', state: 'drain-required', next: 'pod-restart-required' },
    ...{ cause: 'for the budget "db"', ms: 4200 },
  },
];

const OUTCOME: Outcome = {
  ...{ driverSeconds: 1.5, changes: 471, rollout: { to: '2.0', parallel: 2 } },
  snapshot: { ...fleet(4), evicted: 5, waits: WAITS },
  log: {
    ...{ duration: 12_340, mostInProgress: 2, failed: [] },
    mostCordoned: { all: 3, inProgress: 2, failed: 0, person: 1 },
    outOfService: new Map([
      ['node-0', 2000],
      ['node-1', 5000],
      ['node-2', 2000],
      ['node-3', 7000],
    ]),
  },
  usage: { requests: 88, evictions: 12, events: 36, refusedEvictions: 1 },
  obstacles: { held: { node: 'node-2', isCordoned: true }, jobs: { count: 1, succeeded: 1 } },
  report: {
    violations: [],
    races: [],
    statistics: {
      ...{ durationSeconds: 0, nodesDone: 0, mostInProgress: 0, totalCordonedSeconds: 0 },
      slotGapSeconds: { median: 0, p99: 0, most: 0, total: 0 },
      ...{ cordonedSeconds: new Map(), transitions: new Map() },
    },
  },
};

const FINDING: Finding = {
  ...{ invariant: 'within-limits', node: 'node-0', what: 'is the third of two' },
  ...{ rv: 7, time: 0, lately: [] },
};

describe('the summary', () => {
  it('tells what the rollout cost and whether the promises were kept', () => {
    expect(`\n${summary(OUTCOME, 79, plain).join('\n')}\n`).toMatchInlineSnapshot(`
      "
       4 of 4 nodes upgraded to 2.0 in 12 s
         most nodes in progress 2 (limit 2)
         most nodes cordoned    3 at once: 2 in progress, 1 by a person
         out of service         4.0 s a node on average (driver alone about 1.5 s)
                                longest node-3, 7.0 s (4.2 s for the budget "db")
         longest waits          node-3, 4.2 s for the budget "db"
                                node-1, 2.5 s for its job
         pods evicted           5; 1 try refused by a PodDisruptionBudget
         training jobs          1 of 1 ran to their end
         the person's cordon    node-2 is still cordoned
         failed                 no node
         requests               88 to the API server, 22 a node: 3 for evictions, 9
                                for Events, 10 for all the rest

       Checked by this demo, not by the operator, after each of 471 changes in the
       cluster: none broke a promise, 0 excused as unavoidable
         ✓ drivers were replaced on cordoned, empty nodes only  no-reload-under-load
         ✓ never were more nodes in progress than allowed       within-limits
         ✓ what a person cordoned stayed cordoned               human-cordon-kept
         ✓ every cordon the upgrade set was taken away again    no-node-left-behind
         ✓ every node got to the end of its upgrade             one-bad-node
         ✓ pods left by eviction only, as their budget allowed  pdb-respected
         ✓ pods were evicted only where the policy drains       no-needless-eviction
         ✓ no driver was replaced that was up to date           no-needless-reload
         ✓ no node was drained before its jobs had ended        jobs-awaited
         ✓ no node skipped a step that applied to it            legal-transitions
         ✓ nodes that say upgrade-done run the new driver       done-means-updated
      "
    `);
  });

  it('counts what was broken', () => {
    const report = { ...OUTCOME.report, violations: [FINDING] };
    const told = summary({ ...OUTCOME, report }, 79, plain).join('\n');
    expect(told).toMatch(/✗ 1 violation +within-limits/);
    expect(told).toMatch(/in the\s+cluster: 1 violation, 0 excused/);
    expect(shortSummary({ ...OUTCOME, report }, 79, plain).join('\n')).toMatch(
      /✗ 1 violation +within-limits/,
    );
  });

  it('counts what was excused', () => {
    const report = { ...OUTCOME.report, races: [FINDING] };
    expect(summary({ ...OUTCOME, report }, 79, plain).join(' ')).toMatch(/none broke a\s+promise, 1 excused/);
  });

  it('tells of nodes that failed for how long, and whether they still are', () => {
    const failure: Wait = { ...WAITS[0]!, node: 'node-0', state: 'upgrade-failed', ms: 5600 };
    const log = { ...OUTCOME.log, failed: ['node-0', 'node-1'] };
    const mended = { ...OUTCOME, log, snapshot: { ...OUTCOME.snapshot, waits: [failure] } };
    expect(summary(mended, 99, plain).join('\n')).toMatch(
      /failed +node-0, node-1; for up to 5.6 s, upgraded since/,
    );
    expect(summary(mended, 99, plain).join('\n')).toContain('the failed nodes held up no other');
    const failed = fleet(4, [{ state: 'upgrade-failed' }]);
    const still = summary({ ...OUTCOME, log, snapshot: failed }, 99, plain).join('\n');
    expect(still).toMatch(/node-0, node-1; still so: node-0/);
    expect(still).toContain('no node is left cordoned without saying why');
  });

  it('is short for an upgrade that somebody else has started', () => {
    const { obstacles: _, ...other } = OUTCOME;
    const lines = shortSummary(other, 79, plain);
    expect(lines.join('\n')).toMatch(/promises +Checked by this demo/);
    expect(lines.join('\n')).not.toMatch(/person's|jobs|✓/);
  });
});

it('names what went otherwise than it should have', () => {
  expect(shortcomings(OUTCOME)).toEqual([]);
  const odd: Outcome = {
    ...OUTCOME,
    snapshot: { nodes: [shownNode('node-0', { state: 'upgrade-failed' })], evicted: 0, waits: [] },
    obstacles: { held: { node: 'node-2', isCordoned: false }, jobs: { count: 2, succeeded: 1 } },
  };
  expect(shortcomings(odd)).toEqual([
    'not upgraded: node-0',
    'node-2 was cordoned by a person and no longer is',
    'only 1 of 2 jobs ran to their end',
  ]);
});
