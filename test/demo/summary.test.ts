import { describe, expect, it } from 'vitest';
import type { Finding } from '../observer/findings.ts';
import { shortcomings, summary, type Outcome } from './summary.ts';
import { plain } from './text.ts';

const OUTCOME: Outcome = {
  ...{ nodes: 3, version: '2.0', parallel: 2, evicted: 5, requests: { total: 33, evictions: 6 } },
  ...{ heldNode: 'node-2', heldNodeIsCordoned: true, jobNode: 'node-1', jobSucceeded: true },
  report: {
    violations: [],
    races: [],
    statistics: {
      ...{ durationSeconds: 12.34, nodesDone: 3, mostInProgress: 2, totalCordonedSeconds: 110 },
      slotGapSeconds: { median: 0, most: 0, total: 0 },
      cordonedSeconds: new Map([
        ['node-0', 4],
        ['node-1', 6],
        ['node-2', 100],
      ]),
      transitions: new Map([
        [
          'node-1',
          [
            { rv: 1, time: 1000, from: 'cordon-required', to: 'wait-for-jobs-required' },
            { rv: 2, time: 3500, from: 'wait-for-jobs-required', to: 'drain-required' },
          ],
        ],
      ]),
    },
  },
};

const FINDING: Finding = {
  ...{ invariant: 'within-limits', node: 'node-0', what: 'is the third of two' },
  ...{ rv: 7, time: 0, lately: [] },
};

describe('the summary', () => {
  it('tells what the rollout cost and what the observer says', () => {
    expect(`\n${summary(OUTCOME, plain).join('\n')}\n`).toMatchInlineSnapshot(`
      "
       3 nodes upgraded to 2.0 in 12.3 s
         most nodes in progress      2 (limit 2)
         out of service              5.0 s a node, on average
         pods evicted                5 (1 try refused by the budget)
         requests of the operator    11.0 a node, 33 in all
         the Job                     ran to its end; node-1 waited 2.5 s for it
         the person's cordon         node-2 is upgraded, and cordoned as before

       The observer, which saw every change from outside, says:
         ✓ no-reload-under-load  drivers were replaced on cordoned, empty nodes only
         ✓ within-limits         never were more nodes in progress than allowed
         ✓ human-cordon-kept     what a person cordoned stayed cordoned
         ✓ no-node-left-behind   no node stayed cordoned by the upgrade
         ✓ one-bad-node          every node got to the end of its upgrade
         ✓ pdb-respected         pods left by eviction only, as their budget allowed
         ✓ legal-transitions     every node passed every state, in order
         ✓ done-means-updated    nodes that say upgrade-done run the new driver
      "
    `);
  });

  it('counts what was broken', () => {
    const report = { ...OUTCOME.report, violations: [FINDING] };
    expect(summary({ ...OUTCOME, report }, plain)).toContain('   ✗ within-limits         1 violation');
  });
});

it('names what went otherwise than it should have', () => {
  expect(shortcomings(OUTCOME)).toEqual([]);
  expect(shortcomings({ ...OUTCOME, heldNodeIsCordoned: false, jobSucceeded: false })).toEqual([
    'node-2 was cordoned by a person and no longer is',
    'the Job on node-1 did not run to its end',
  ]);
});
