import { describe, expect, it } from 'vitest';
import type { Finding } from '../src/invariants/index.ts';
import { shortcomings, summary, type Outcome } from './summary.ts';
import { fleet, shownNode } from './view/testing.ts';
import { plain } from './view/text.ts';

const OUTCOME: Outcome = {
  ...{ version: '2.0', parallel: 2, driverSeconds: 1.5, changes: 471 },
  snapshot: { ...fleet(4), evicted: 5 },
  usage: { requests: 44, refusedEvictions: 1 },
  held: { node: 'node-2', isCordoned: true },
  jobs: { nodes: ['node-1'], succeeded: 1 },
  report: {
    violations: [],
    races: [],
    statistics: {
      ...{ durationSeconds: 12.34, nodesDone: 3, mostInProgress: 2, totalCordonedSeconds: 140 },
      slotGapSeconds: { median: 0, p99: 0, most: 0, total: 0 },
      cordonedSeconds: new Map([
        ['node-0', 4],
        ['node-1', 6],
        ['node-2', 100],
        ['node-3', 30],
      ]),
      transitions: new Map([
        [
          'node-1',
          [
            { rv: 1, time: 1000, from: 'cordon-required', to: 'wait-for-jobs-required' },
            { rv: 2, time: 3500, from: 'wait-for-jobs-required', to: 'drain-required' },
          ],
        ],
        ['node-3', [{ rv: 3, time: 4000, from: 'pod-restart-required', to: 'upgrade-failed' }]],
      ]),
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
         out of service         4.0 s a node on average (the driver alone: 1.5 s)
         pods evicted           5; 1 try refused by the PodDisruptionBudget
         training jobs          1 of 1 ran to their end; nodes waited up to 2.5 s
         the person's cordon    node-2 is upgraded, and cordoned as before
         failed for a while     node-3; recovered by themselves
         requests               44 to the API server: 11 a node

       Checked after each of the 471 changes in the cluster:
         ✓ no-reload-under-load  drivers were replaced on cordoned, empty nodes only
         ✓ within-limits         never were more nodes in progress than allowed
         ✓ human-cordon-kept     what a person cordoned stayed cordoned
         ✓ no-node-left-behind   no node stayed cordoned by the upgrade
         ✓ one-bad-node          every node got to the end of its upgrade
         ✓ pdb-respected         pods left by eviction only, as their budget allowed
         ✓ no-needless-eviction  pods were evicted only where the policy drains
         ✓ jobs-awaited          no node was drained before its jobs had ended
         ✓ legal-transitions     every node passed every state, in order
         ✓ done-means-updated    nodes that say upgrade-done run the new driver
      "
    `);
  });

  it('counts what was broken', () => {
    const report = { ...OUTCOME.report, violations: [FINDING] };
    expect(summary({ ...OUTCOME, report }, 79, plain)).toContain('   ✗ within-limits         1 violation');
  });
});

it('names what went otherwise than it should have', () => {
  expect(shortcomings(OUTCOME)).toEqual([]);
  const odd: Outcome = {
    ...OUTCOME,
    snapshot: { nodes: [shownNode('node-0', { state: 'upgrade-failed' })], evicted: 0 },
    held: { node: 'node-2', isCordoned: false },
    jobs: { nodes: ['node-1', 'node-3'], succeeded: 1 },
  };
  expect(shortcomings(odd)).toEqual([
    'not upgraded: node-0',
    'node-2 was cordoned by a person and no longer is',
    'only 1 of 2 jobs ran to their end',
  ]);
});
