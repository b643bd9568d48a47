import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { createNodes } from '../control-plane/fixtures.ts';
import { countRequests, eventually, type RequestCount } from '../control-plane/index.ts';
import type { Report } from '../../src/invariants/index.ts';
import { DRAINING, driversReady, NEW, OLD, spreadWorkload } from './fleet.ts';
import { describeOnControlPlane } from './suite.ts';

const NODES = 500;
const PARALLEL = 25;

/** Ten writes, a list, and a watch for each node, and what all of them share. */
const MOST_REQUESTS_PER_NODE = 12;

const MINUTES = 60_000;

describeOnControlPlane(
  'A fleet of 500 nodes with a workload on each',
  { controlPlane: { driverLoadMs: 1000 } },
  (cluster) => {
    let report: Report;
    let requests: RequestCount;
    let seconds: number;

    beforeAll(async () => {
      const { api, controlPlane, operator } = cluster;
      await createNodes(api, { count: NODES, waitMs: 4 * MINUTES });
      const upgradePolicy = { ...DRAINING, maxParallelUpgrades: PARALLEL };
      await cluster.applyPolicy({ version: OLD, upgradePolicy });
      await driversReady(api, NODES, 4 * MINUTES);
      await done();
      await spreadWorkload(api, { replicas: NODES }, 4 * MINUTES);

      report = await cluster.observed(async () => {
        const since = Date.now();
        await cluster.setVersion(NEW);
        await sleep(1000);
        await done();
        seconds = (Date.now() - since) / 1000;
        requests = await countRequests(controlPlane.auditLog, { user: operator.user, since });
        await cluster.rollout({ timeoutMs: MINUTES });
      });
    }, 15 * MINUTES);

    /** Waits until the policy says so: looking at all nodes again and again would slow down what is waited for. */
    async function done(): Promise<void> {
      await eventually(
        async () => {
          const { appliedStates, upgrade } = await cluster.status();
          const ofed = appliedStates?.find(({ name }) => name === 'state-OFED');
          if (ofed?.state !== 'ready') throw new Error(ofed?.message);
          return upgrade?.byState['upgrade-done'] === NODES;
        },
        { what: `${NODES} nodes to be done`, timeoutMs: 8 * MINUTES, intervalMs: 500 },
      );
    }

    it('is upgraded 25 nodes at a time, never more, and with every slot in use', () => {
      const { statistics } = report;
      const { median, most } = statistics.slotGapSeconds;
      console.log(
        [
          `${NODES} nodes, ${PARALLEL} at a time: ${seconds.toFixed(1)} s`,
          `slot empty between two nodes: median ${median.toFixed(3)} s, most ${most.toFixed(2)} s`,
          `cordoned: ${(statistics.totalCordonedSeconds / NODES).toFixed(2)} s per node`,
        ].join('\n'),
      );
      expect(statistics.mostInProgress).toBe(PARALLEL);
      expect(statistics.nodesDone).toBe(NODES);
    });

    it('costs the API server at most 12 requests per node, besides evictions and Events', () => {
      const { total, evictions, events, byVerbAndResource } = requests;
      const perNode = (total - evictions - events) / NODES;
      console.log(
        [
          `${total} requests, ${perNode.toFixed(2)} per node besides ${evictions} evictions and ${events} of Events`,
          ...Object.entries(byVerbAndResource).map(([what, count]) => `  ${what}: ${count}`),
        ].join('\n'),
      );
      expect(evictions).toBeGreaterThanOrEqual(NODES);
      expect(perNode).toBeLessThanOrEqual(MOST_REQUESTS_PER_NODE);
    });
  },
);
