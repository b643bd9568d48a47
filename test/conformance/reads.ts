import { describe, expect, it } from 'vitest';
import { compareResourceVersions } from '../../src/cluster/resource-version.ts';
import { configMaps, pods, unknownKind } from './types.ts';
import { ref, type Workbench } from './workbench.ts';

export function describeReads(bench: () => Workbench): void {
  describe('get and list', () => {
    it('returns an object as the write that made it did', async () => {
      const made = await bench().addConfigMap({ labels: { a: 'b' } });
      expect(await bench().cluster.get(configMaps, ref(made))).toEqual(made);
    });

    it('says not-found for an object and for a kind that is not there', async () => {
      const { cluster, namespace } = bench();
      const nobody = { name: 'nobody', namespace };
      await expect(cluster.get(configMaps, nobody)).rejects.toMatchObject({ code: 'not-found' });
      await expect(cluster.list(unknownKind, { namespace })).rejects.toMatchObject({ code: 'not-found' });
    });

    it('lists what a label selector matches, with every write that was answered before', async () => {
      const { cluster, namespace } = bench();
      const inside = await bench().addConfigMap({ labels: { color: 'red' } });
      await bench().addConfigMap({ labels: { color: 'green' } });
      const list = await cluster.list(configMaps, { namespace, labelSelector: 'color in (red, blue)' });
      expect(list.items).toEqual([inside]);
      expect(compareResourceVersions(list.resourceVersion, inside.resourceVersion)).toBeGreaterThanOrEqual(0);
    });

    it('lists the pods of one node by its name, over all namespaces', async () => {
      const { cluster, name } = { cluster: bench().cluster, name: bench().name('other') };
      const here = await bench().addRunningPod();
      const elsewhere = await bench().addRunningPod({}, name);
      const { items } = await cluster.list(pods, { fieldSelector: `spec.nodeName=${bench().node}` });
      expect(items.map((pod) => pod.uid)).toContain(here.uid);
      expect(items.map((pod) => pod.uid)).not.toContain(elsewhere.uid);
    });

    it('refuses a selector that is none', async () => {
      const listed = bench().cluster.list(configMaps, { labelSelector: 'a b c' });
      await expect(listed).rejects.toMatchObject({ code: 'invalid' });
    });

    it('gives up as soon as the caller does', async () => {
      const signal = AbortSignal.abort();
      await expect(bench().cluster.list(configMaps, {}, { signal })).rejects.toMatchObject({
        code: 'aborted',
      });
    });
  });
}
