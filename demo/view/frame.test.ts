import { describe, expect, it } from 'vitest';
import type { Rollout, ShownNode } from './fleet.ts';
import { frame } from './frame.ts';
import { inColour, plain } from './text.ts';
import { fleet } from './testing.ts';

const ROLLOUT: Rollout = { from: '1.0', to: '2.0', parallel: 4, elapsedMs: 12_400 };
const SHAPE = { width: 79, height: 23, paint: plain };

const BUDGET =
  "Eviction of work/web-1 is refused: Cannot evict pod as it would violate the pod's disruption budget. The " +
  'disruption budget web needs 8 healthy pods and has 8 currently';

const CHANGES: readonly Partial<ShownNode>[] = [
  { held: true, cordoned: true },
  { state: 'upgrade-required', driver: 'old', pods: 3 },
  { state: 'cordon-required', driver: 'old' },
  {
    ...{ state: 'wait-for-jobs-required', driver: 'old', jobs: 1 },
    reason: { code: 'jobs-running', message: 'Waiting for 1 pod(s) to complete: work/training' },
  },
  {
    state: 'drain-required',
    driver: 'old',
    pods: 1,
    leaving: 1,
    reason: { code: 'eviction-blocked', message: BUDGET },
  },
  { state: 'pod-restart-required', driver: 'none', pods: 0 },
  { state: 'uncordon-required', pods: 0 },
  {
    ...{ state: 'upgrade-failed', driver: 'loading', pods: 12 },
    reason: { code: 'failed', message: 'There is no such image' },
  },
];

const MIDWAY = fleet(12, CHANGES);

/** A frame as people read it, with a bar at the end of the screen. */
function shown(lines: readonly string[]): string {
  return `\n${lines.map((line) => `${line.padEnd(79)}|`).join('\n')}\n`;
}

describe('the live view', () => {
  it('shows every node in its zone with a word and its pods, and what holds nodes up', () => {
    expect(shown(frame(MIDWAY, ROLLOUT, SHAPE))).toMatchInlineSnapshot(`
      "
       Upgrading 12 nodes: 1.0 -> 2.0                                                |
                                                                                     |
       zone-a                     zone-b                     zone-c                  |
      *node-00  upgraded   ●●     node-04  draining   ●○     node-08  upgraded   ●●  |
       node-01  queued     ●●●    node-05  reloading         node-09  upgraded   ●●  |
       node-02  cordoning  ●●     node-06  uncordon          node-10  upgraded   ●●  |
       node-03  job runs   ◆●●    node-07  failed     12●    node-11  upgraded   ●●  |
                                                                                     |
       ██████████████████████▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒░░░░░    5/12 upgraded, 12 s |
        1 failed   1 queued   1 cordoning   1 job runs   1 draining   1 reloading    |
        1 uncordon   5 upgraded                                                      |
       5 in progress (limit 4), 0 pods evicted                                       |
       ● pod  ○ leaving  ◆ job  5● five, of any kind  * cordoned by a person         |
                                                                                     |
       failed: node-07                                                               |
         There is no such image                                                      |
       jobs-running: node-03                                                         |
         Waiting for 1 pod(s) to complete: work/training                             |
       eviction-blocked: node-04                                                     |
         Eviction of work/web-1 is refused: The disruption budget web needs 8 healthy|
         pods and has 8 currently                                                    |
                                                                                     |
                                                                                     |
      "
    `);
  });

  it('has a number and a letter for each node of a larger fleet', () => {
    expect(shown(frame(fleet(60, CHANGES), ROLLOUT, SHAPE))).toMatchInlineSnapshot(`
      "
       Upgrading 60 nodes: 1.0 -> 2.0                                                |
                                                                                     |
       zone-a 00* 01q 02c 03j 04d 05r 06u 07F 08+ 09+ 10+ 11+ 12+ 13+ 14+ 15+ 16+    |
              17+ 18+ 19+                                                            |
       zone-b 20+ 21+ 22+ 23+ 24+ 25+ 26+ 27+ 28+ 29+ 30+ 31+ 32+ 33+ 34+ 35+ 36+    |
              37+ 38+ 39+                                                            |
       zone-c 40+ 41+ 42+ 43+ 44+ 45+ 46+ 47+ 48+ 49+ 50+ 51+ 52+ 53+ 54+ 55+ 56+    |
              57+ 58+ 59+                                                            |
                                                                                     |
       ███████████████████████████████████████████████▒▒▒▒▒▒░   53/60 upgraded, 12 s |
        F 1 failed   q 1 queued   c 1 cordoning   j 1 job runs   d 1 draining        |
        r 1 reloading   u 1 uncordon   + 53 upgraded                                 |
       5 in progress (limit 4), 0 pods evicted                                       |
       * cordoned by a person                                                        |
                                                                                     |
       failed: node-07                                                               |
         There is no such image                                                      |
       jobs-running: node-03                                                         |
         Waiting for 1 pod(s) to complete: work/training                             |
       eviction-blocked: node-04                                                     |
         Eviction of work/web-1 is refused: The disruption budget web needs 8 healthy|
         pods and has 8 currently                                                    |
                                                                                     |
      "
    `);
  });

  it('has a letter for each node of a very large fleet', () => {
    const lines = frame(fleet(300, CHANGES), ROLLOUT, SHAPE);
    expect(shown(lines.slice(2, 10))).toMatchInlineSnapshot(`
      "
       zone-a *qcjdruF+++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++|
              +++++++++++++++++++++++++++++                                          |
       zone-b +++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++|
              +++++++++++++++++++++++++++++                                          |
       zone-c +++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++|
              +++++++++++++++++++++++++++++                                          |
                                                                                     |
       ████████████████████████████████████████████████████▒░ 293/300 upgraded, 12 s |
      "
    `);
  });

  it('leaves no room below once there is nothing more to do', () => {
    expect(shown(frame(fleet(6), { ...ROLLOUT, parallel: 0 }, SHAPE))).toMatchInlineSnapshot(`
      "
       Upgrading 6 nodes: 1.0 -> 2.0                                                 |
                                                                                     |
       zone-a                     zone-b                     zone-c                  |
       node-0  upgraded   ●●      node-2  upgraded   ●●      node-4  upgraded   ●●   |
       node-1  upgraded   ●●      node-3  upgraded   ●●      node-5  upgraded   ●●   |
                                                                                     |
       ██████████████████████████████████████████████████████     6/6 upgraded, 12 s |
        6 upgraded                                                                   |
       0 in progress (no limit), 0 pods evicted                                      |
       ● pod  ○ leaving  ◆ job  5● five, of any kind  * cordoned by a person         |
      "
    `);
  });

  it.each([6, 24, 30, 31, 60, 100, 150, 300])('fits 79 columns and 23 lines with %i nodes', (count) => {
    const lines = frame(fleet(count, CHANGES), ROLLOUT, SHAPE);
    expect(lines.length).toBeLessThanOrEqual(23);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(79);
  });

  it('is as tall with nodes that wait as without', () => {
    const calm = fleet(12, [{ state: 'upgrade-required', driver: 'old' }]);
    expect(frame(calm, ROLLOUT, SHAPE)).toHaveLength(frame(MIDWAY, ROLLOUT, SHAPE).length);
  });

  it('says the same in colour', () => {
    const coloured = frame(MIDWAY, ROLLOUT, { ...SHAPE, paint: inColour });
    const uncoloured = coloured.map((line) => line.replaceAll(/\u001b\[[\d;]*m/g, '').trimEnd());
    expect(uncoloured).toEqual(frame(MIDWAY, ROLLOUT, SHAPE).map((line) => line.trimEnd()));
    expect(coloured.join('')).toContain('\u001b[97;41m failed    \u001b[0m');
  });
});
