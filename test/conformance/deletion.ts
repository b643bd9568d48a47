import { describe, expect, it } from 'vitest';
import { configMaps, pods } from './types.ts';
import { ref, type Workbench } from './workbench.ts';

export function describeDeletion(bench: () => Workbench): void {
  describe('delete', () => {
    it('removes an object', async () => {
      const object = await bench().addConfigMap();
      await bench().cluster.delete(configMaps, ref(object), { uid: object.uid });
      const got = bench().cluster.get(configMaps, ref(object));
      await expect(got).rejects.toMatchObject({ code: 'not-found' });
    });

    it('says conflict, and removes nothing, when the UID is another', async () => {
      const object = await bench().addConfigMap();
      const deleted = bench().cluster.delete(configMaps, ref(object), { uid: 'another' });
      await expect(deleted).rejects.toMatchObject({ code: 'conflict' });
      expect(await bench().cluster.get(configMaps, ref(object))).toEqual(object);
    });

    it('says not-found where there is no object', async () => {
      const deleted = bench().cluster.delete(configMaps, { name: 'nobody', namespace: bench().namespace });
      await expect(deleted).rejects.toMatchObject({ code: 'not-found' });
    });

    it('lets a running pod terminate first: it is seen with a deletion time before it is gone', async () => {
      const pod = await bench().addRunningPod();
      const from = { namespace: bench().namespace, resourceVersion: pod.resourceVersion };
      await bench().cluster.delete(pods, ref(pod), { uid: pod.uid, propagation: 'Background' });
      const events = await bench().watchUntil(
        pods,
        { ...from, fieldSelector: `metadata.name=${pod.name}` },
        (event) =>
          event.type === 'deleted' ||
          (event.type === 'modified' && event.object.deletionTimestamp !== undefined),
      );
      expect(events.at(-1)?.type).toBe('modified');
    });
  });

  describe('evict', () => {
    it('lets a pod terminate that no budget protects', async () => {
      const pod = await bench().addRunningPod();
      const from = { namespace: bench().namespace, resourceVersion: pod.resourceVersion };
      await bench().cluster.evict(ref(pod), pod.uid);
      const events = await bench().watchUntil(
        pods,
        { ...from, fieldSelector: `metadata.name=${pod.name}` },
        (event) => event.type !== 'bookmark' && event.object.deletionTimestamp !== undefined,
      );
      expect(events.at(-1)).toMatchObject({ object: { uid: pod.uid } });
    });

    it('says too-many-requests with the cause DisruptionBudget where a budget stands in the way', async () => {
      const labels = { app: bench().name('protected') };
      await bench().forbidDisruption(labels);
      const pod = await bench().addRunningPod(labels);
      const evicted = bench().cluster.evict(ref(pod), pod.uid);
      await expect(evicted).rejects.toMatchObject({
        code: 'too-many-requests',
        details: { causes: ['DisruptionBudget'], maybeApplied: false },
      });
      expect((await bench().cluster.get(pods, ref(pod))).deletionTimestamp).toBeUndefined();
    });

    it('says conflict when the pod of that name is another one', async () => {
      const pod = await bench().addRunningPod();
      const evicted = bench().cluster.evict(ref(pod), '00000000-0000-0000-0000-000000000000');
      await expect(evicted).rejects.toMatchObject({ code: 'conflict' });
      expect((await bench().cluster.get(pods, ref(pod))).deletionTimestamp).toBeUndefined();
    });

    it('says not-found where there is no pod', async () => {
      const evicted = bench().cluster.evict({ name: 'nobody', namespace: bench().namespace }, 'any');
      await expect(evicted).rejects.toMatchObject({ code: 'not-found' });
    });
  });
}
