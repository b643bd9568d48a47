import { describe, expect, it } from 'vitest';
import type { JsonPatchOperation } from '../../src/cluster/port.ts';
import { configMaps, nodes, type Seen } from './types.ts';
import { ref, type Workbench } from './workbench.ts';

export function describePatch(bench: () => Workbench): void {
  async function patch(object: Seen, ...operations: JsonPatchOperation[]): Promise<Seen> {
    return await bench().cluster.patch(configMaps, ref(object), operations);
  }

  describe('patch', () => {
    it('changes the object and returns it, when every test holds', async () => {
      const object = await bench().addConfigMap({ labels: { state: 'old' } });
      const patched = await patch(
        object,
        { op: 'test', path: '/metadata/labels/state', value: 'old' },
        { op: 'replace', path: '/metadata/labels/state', value: 'new' },
      );
      expect(patched.labels).toEqual({ state: 'new' });
      expect(patched.resourceVersion).not.toBe(object.resourceVersion);
    });

    it('changes nothing when a test fails, and says precondition-failed', async () => {
      const object = await bench().addConfigMap({ labels: { state: 'other' } });
      const patched = patch(
        object,
        { op: 'add', path: '/metadata/labels/more', value: 'x' },
        { op: 'test', path: '/metadata/labels/state', value: 'old' },
      );
      await expect(patched).rejects.toMatchObject({
        code: 'precondition-failed',
        details: { maybeApplied: false },
      });
      expect(await bench().cluster.get(configMaps, ref(object))).toEqual(object);
    });

    it('tests that the object is still the one of that name, and unchanged', async () => {
      const object = await bench().addConfigMap();
      const holds = patch(
        object,
        { op: 'test', path: '/metadata/uid', value: object.uid },
        { op: 'test', path: '/metadata/resourceVersion', value: object.resourceVersion },
        { op: 'add', path: '/metadata/annotations', value: { a: '1' } },
      );
      await expect(holds).resolves.toMatchObject({ annotations: { a: '1' } });
      const late = patch(object, {
        op: 'test',
        path: '/metadata/resourceVersion',
        value: object.resourceVersion,
      });
      await expect(late).rejects.toMatchObject({ code: 'precondition-failed' });
    });

    it('takes a test for null as a test that there is no such key', async () => {
      const object = await bench().addConfigMap({ annotations: { there: 'yes' } });
      const absent = patch(object, { op: 'test', path: '/metadata/annotations/absent', value: null });
      await expect(absent).resolves.toMatchObject({ uid: object.uid });
      const there = patch(object, { op: 'test', path: '/metadata/annotations/there', value: null });
      await expect(there).rejects.toMatchObject({ code: 'precondition-failed' });
    });

    it('takes a test for null as a test that there is no such map', async () => {
      const object = await bench().addConfigMap();
      const test: JsonPatchOperation = { op: 'test', path: '/metadata/annotations', value: null };
      await expect(patch(object, test)).resolves.toMatchObject({ uid: object.uid });
    });

    it('does not look for a key in a map that is not there: that test fails, whatever the value', async () => {
      const object = await bench().addConfigMap();
      const tested = patch(object, { op: 'test', path: '/metadata/annotations/absent', value: null });
      await expect(tested).rejects.toMatchObject({ code: 'precondition-failed' });
    });

    it('does not add a key to a map that is not there: the map must be added', async () => {
      const object = await bench().addConfigMap();
      const added = patch(object, { op: 'add', path: '/metadata/labels/new', value: 'x' });
      await expect(added).rejects.toMatchObject({ code: 'precondition-failed' });
      const withMap = patch(object, { op: 'add', path: '/metadata/labels', value: { new: 'x' } });
      await expect(withMap).resolves.toMatchObject({ labels: { new: 'x' } });
    });

    it('does not remove what is not there', async () => {
      const object = await bench().addConfigMap({ labels: { some: 'label' } });
      const removed = patch(object, { op: 'remove', path: '/metadata/labels/absent' });
      await expect(removed).rejects.toMatchObject({ code: 'precondition-failed' });
    });

    it('finds a key with a slash by its escape', async () => {
      const object = await bench().addConfigMap({ annotations: { 'example.com/a': 'x' } });
      const patched = await patch(object, {
        op: 'replace',
        path: '/metadata/annotations/example.com~1a',
        value: 'y',
      });
      expect(patched.annotations).toEqual({ 'example.com/a': 'y' });
    });

    it('keeps apart what a test refuses from what validation refuses', async () => {
      const object = await bench().addConfigMap();
      const patched = patch(object, { op: 'add', path: '/metadata/labels', value: { 'a b': '!' } });
      await expect(patched).rejects.toMatchObject({ code: 'invalid' });
      const garbled = patch(object, { op: 'add', path: '/metadata/labels', value: { a: { b: 'c' } } });
      await expect(garbled).rejects.toMatchObject({ code: 'invalid' });
    });

    it('says not-found where there is no object', async () => {
      const nobody = { name: 'nobody', namespace: bench().namespace };
      const patched = bench().cluster.patch(configMaps, nobody, [{ op: 'add', path: '/data', value: {} }]);
      await expect(patched).rejects.toMatchObject({ code: 'not-found' });
    });

    it('leaves the resourceVersion as it is when nothing is changed', async () => {
      const object = await bench().addConfigMap({ labels: { a: '1' } });
      const patched = await patch(object, { op: 'replace', path: '/metadata/labels/a', value: '1' });
      expect(patched.resourceVersion).toBe(object.resourceVersion);
    });

    it('cordons a node only if it is not cordoned: false is absent, so null is what is tested for', async () => {
      const { cluster, node } = bench();
      const cordon: JsonPatchOperation[] = [
        { op: 'test', path: '/spec/unschedulable', value: null },
        { op: 'add', path: '/spec/unschedulable', value: true },
      ];
      const cordoned = await cluster.patch(nodes, { name: node }, cordon);
      expect(cordoned.raw.spec?.unschedulable).toBe(true);
      const again = cluster.patch(nodes, { name: node }, cordon);
      await expect(again).rejects.toMatchObject({ code: 'precondition-failed' });
      await cluster.patch(nodes, { name: node }, [{ op: 'add', path: '/spec/unschedulable', value: false }]);
      const free = await cluster.patch(nodes, { name: node }, cordon);
      expect(free.raw.spec?.unschedulable).toBe(true);
    });
  });
}
