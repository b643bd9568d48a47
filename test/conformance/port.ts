import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/cluster/port.ts';
import { describeCustomResources } from './custom-resources.ts';
import { describeDeletion } from './deletion.ts';
import { describeLeases } from './leases.ts';
import { describePatch } from './patch.ts';
import { describeReads } from './reads.ts';
import { configMaps } from './types.ts';
import { describeWatch } from './watch.ts';
import { Workbench } from './workbench.ts';
import { describeWrites } from './writes.ts';

/** A cluster to be held to the port's promises. */
export interface Subject {
  readonly cluster: Cluster & { close(): Promise<void> };
  /** Makes every resourceVersion so far too old to watch from, as a restart of the API server does. Absent: not tested. */
  readonly outdate?: () => Promise<void>;
}

/**
 * What `Cluster` promises, as tests. They need a control plane with the disruption controller; kubelets, simulated or not, may be
 * there.
 *
 * @param name what stands behind the port
 */
export function describePort(name: string, makeSubject: () => Promise<Subject>): void {
  describe(`${name} behind the cluster port`, () => {
    let subject: Subject;
    let bench: Workbench;

    beforeAll(async () => {
      subject = await makeSubject();
      bench = new Workbench(subject.cluster);
      await bench.setUp();
    });

    afterAll(async () => {
      await bench.tearDown();
      await subject.cluster.close();
    });

    describeReads(() => bench);
    describeWrites(() => bench);
    describePatch(() => bench);
    describeDeletion(() => bench);
    describeWatch(() => bench);
    describeLeases(() => bench);
    describeCustomResources(() => bench);

    it('says gone to a watch from a resourceVersion that is too old', async ({ skip }) => {
      if (subject.outdate === undefined) return skip('this cluster cannot be made to forget');
      const { resourceVersion } = await bench.addConfigMap();
      await bench.addConfigMap();
      await subject.outdate();
      const watched = bench.watchUntil(
        configMaps,
        { namespace: bench.namespace, resourceVersion },
        () => true,
      );
      await expect(watched).rejects.toMatchObject({ code: 'gone' });
    });
  });
}
