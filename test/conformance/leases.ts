import { describe, expect, it } from 'vitest';
import type { ApiObject } from '../../src/kubernetes/objects.ts';
import { leases, type Seen } from './types.ts';
import { ref, type Workbench } from './workbench.ts';

export function describeLeases(bench: () => Workbench): void {
  function lease(renewTime: string): ApiObject {
    const metadata = { name: bench().name('lease'), namespace: bench().namespace };
    const spec = { holderIdentity: 'one', leaseDurationSeconds: 15, renewTime };
    return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, ...{ spec } };
  }

  async function take(held: Seen, holder: string): Promise<Seen> {
    return await bench().cluster.patch(leases, ref(held), [
      { op: 'test', path: '/metadata/resourceVersion', value: held.resourceVersion },
      { op: 'replace', path: '/spec/holderIdentity', value: holder },
      { op: 'replace', path: '/spec/renewTime', value: '2026-01-02T03:04:06.000000Z' },
    ]);
  }

  describe('a Lease', () => {
    it('keeps its times as they are written, to the microsecond', async () => {
      const made = await bench().cluster.create(leases, lease('2026-01-02T03:04:05.000006Z'));
      expect(made.raw.spec).toEqual({
        holderIdentity: 'one',
        leaseDurationSeconds: 15,
        renewTime: '2026-01-02T03:04:05.000006Z',
      });
    });

    it('goes to one of two who want it at once', async () => {
      const free = await bench().cluster.create(leases, lease('2026-01-02T03:04:05.000000Z'));
      expect((await take(free, 'two')).raw.spec).toMatchObject({ holderIdentity: 'two' });
      await expect(take(free, 'three')).rejects.toMatchObject({ code: 'precondition-failed' });
    });

    it('can be given back by an empty holder', async () => {
      const held = await bench().cluster.create(leases, lease('2026-01-02T03:04:05.000000Z'));
      expect((await take(held, '')).raw.spec).toMatchObject({ holderIdentity: '' });
    });

    it('takes no time with another number of digits than six', async () => {
      const made = bench().cluster.create(leases, lease('2026-01-02T03:04:05.123Z'));
      await expect(made).rejects.toMatchObject({ code: 'invalid' });
    });

    it('takes no duration of nothing', async () => {
      const made = await bench().cluster.create(leases, lease('2026-01-02T03:04:05.000000Z'));
      const patched = bench().cluster.patch(leases, ref(made), [
        { op: 'replace', path: '/spec/leaseDurationSeconds', value: 0 },
      ]);
      await expect(patched).rejects.toMatchObject({ code: 'invalid' });
    });
  });
}
