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

    it('says conflict, and removes nothing, when the object was written since', async () => {
      const object = await bench().addConfigMap();
      const { resourceVersion } = object;
      const written = await bench().cluster.patch(configMaps, ref(object), [
        { op: 'add', path: '/data', value: { a: '1' } },
      ]);
      const late = bench().cluster.delete(configMaps, ref(object), { uid: object.uid, resourceVersion });
      await expect(late).rejects.toMatchObject({ code: 'conflict', details: { maybeApplied: false } });
      await bench().cluster.delete(configMaps, ref(object), { resourceVersion: written.resourceVersion });
      const got = bench().cluster.get(configMaps, ref(object));
      await expect(got).rejects.toMatchObject({ code: 'not-found' });
    });

    it('marks an object that has finalizers; it goes when the last of them is removed', async () => {
      const { cluster } = bench();
      const object = await bench().addConfigMap({ finalizers: ['example.com/hold'] });
      await cluster.delete(configMaps, ref(object));
      const marked = await cluster.get(configMaps, ref(object));
      expect(marked.deletionTimestamp).toBeDefined();
      const added = cluster.patch(configMaps, ref(object), [
        { op: 'add', path: '/metadata/finalizers/-', value: 'example.com/another' },
      ]);
      await expect(added).rejects.toMatchObject({ code: 'invalid' });
      await cluster.patch(configMaps, ref(object), [{ op: 'remove', path: '/metadata/finalizers' }]);
      const got = cluster.get(configMaps, ref(object));
      await expect(got).rejects.toMatchObject({ code: 'not-found' });
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

  describe('delete of a pod that no kubelet runs', () => {
    it('removes one at once that is on no node', async () => {
      const pod = await bench().addUnassignedPod();
      await bench().cluster.delete(pods, ref(pod), { uid: pod.uid });
      const got = bench().cluster.get(pods, ref(pod));
      await expect(got).rejects.toMatchObject({ code: 'not-found' });
    });

    it('removes one at once that has finished', async () => {
      const { cluster } = bench();
      const pod = await bench().addRunningPod();
      await cluster.patch(pods, { ...ref(pod), subresource: 'status' }, [
        { op: 'replace', path: '/status/phase', value: 'Succeeded' },
      ]);
      await cluster.delete(pods, ref(pod), { uid: pod.uid });
      await expect(cluster.get(pods, ref(pod))).rejects.toMatchObject({ code: 'not-found' });
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

    it('lets as many pods go as the budget allows, and says too-many-requests to the next', async () => {
      const labels = { app: bench().name('protected') };
      const first = await bench().addRunningPod(labels);
      const second = await bench().addRunningPod(labels);
      const budget = await bench().addBudget({ minAvailable: 1, selector: { matchLabels: labels } });
      await bench().allowDisruptions(budget, { allowed: 1, healthy: 2, desired: 1 });
      await bench().cluster.evict(ref(first), first.uid);
      const evicted = bench().cluster.evict(ref(second), second.uid);
      await expect(evicted).rejects.toMatchObject({
        code: 'too-many-requests',
        details: { causes: ['DisruptionBudget'] },
      });
    });

    it('answers as it would be and lets nothing go where it is a dry run', async () => {
      const labels = { app: bench().name('protected') };
      const free = await bench().addRunningPod();
      await bench().cluster.evict(ref(free), free.uid, { dryRun: true });
      expect((await bench().cluster.get(pods, ref(free))).deletionTimestamp).toBeUndefined();
      await bench().forbidDisruption(labels);
      const held = await bench().addRunningPod(labels);
      await expect(bench().cluster.evict(ref(held), held.uid, { dryRun: true })).rejects.toMatchObject({
        code: 'too-many-requests',
        details: { causes: ['DisruptionBudget'] },
      });
    });

    it('asks no budget about a pod that has not begun', async () => {
      const labels = { app: bench().name('protected') };
      await bench().forbidDisruption(labels);
      const pod = await bench().addUnassignedPod(labels);
      await bench().cluster.evict(ref(pod), pod.uid);
      const got = bench().cluster.get(pods, ref(pod));
      await expect(got).rejects.toMatchObject({ code: 'not-found' });
    });

    it('is granted again for a pod that terminates already', async () => {
      const labels = { app: bench().name('protected') };
      const pod = await bench().addRunningPod(labels, 'a-node-without-kubelet');
      await bench().cluster.evict(ref(pod), pod.uid);
      const { deletionTimestamp } = await bench().cluster.get(pods, ref(pod));
      await bench().forbidDisruption(labels);
      await bench().cluster.evict(ref(pod), pod.uid);
      const again = await bench().cluster.get(pods, ref(pod));
      expect(again.deletionTimestamp).toBe(deletionTimestamp);
      expect(deletionTimestamp).toBeDefined();
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
