import { describe, expect, it } from 'vitest';
import { compareResourceVersions } from '../../src/cluster/resource-version.ts';
import { configMaps, daemonSets, pods } from './types.ts';
import { ref, type Workbench } from './workbench.ts';

export function describeWrites(bench: () => Workbench): void {
  describe('create', () => {
    it('gives every write a newer resourceVersion', async () => {
      const first = await bench().addConfigMap();
      const second = await bench().addConfigMap();
      expect(compareResourceVersions(second.resourceVersion, first.resourceVersion)).toBeGreaterThan(0);
    });

    it('says already-exists to a second object of the same name', async () => {
      const { name } = await bench().addConfigMap();
      const again = bench().cluster.create(configMaps, bench().configMap(name));
      await expect(again).rejects.toMatchObject({ code: 'already-exists', details: { maybeApplied: false } });
    });

    it('says invalid to an object that validation refuses', async () => {
      const bad = bench().configMap('bad', {}, { labels: { 'a b': '!' } });
      await expect(bench().cluster.create(configMaps, bad)).rejects.toMatchObject({ code: 'invalid' });
    });

    it('says not-found where there is no such namespace', async () => {
      const stray = bench().configMap('stray');
      const object = { ...stray, metadata: { ...stray.metadata, namespace: 'no-such-namespace' } };
      await expect(bench().cluster.create(configMaps, object)).rejects.toMatchObject({ code: 'not-found' });
    });
  });

  describe('metadata.generation', () => {
    it('counts what is wanted of an object, and neither its labels nor its status', async () => {
      const { cluster } = bench();
      const made = await bench().addDaemonSet();
      const labelled = await cluster.patch(daemonSets, ref(made), [
        { op: 'add', path: '/metadata/labels', value: { a: 'b' } },
      ]);
      await cluster.patch(daemonSets, { ...ref(made), subresource: 'status' }, [
        { op: 'add', path: '/status/numberMisscheduled', value: 7 },
      ]);
      const changed = await cluster.patch(daemonSets, ref(made), [
        { op: 'add', path: '/spec/minReadySeconds', value: 5 },
        { op: 'add', path: '/status/numberMisscheduled', value: 9 },
      ]);
      const generations = [made, labelled, changed].map(({ raw }) => raw.metadata.generation);
      expect(generations).toEqual([1, 1, 2]);
      expect(changed.raw.status?.['numberMisscheduled']).not.toBe(9);
    });

    it('is not for those of whom nothing is wanted', async () => {
      expect((await bench().addConfigMap()).raw.metadata.generation).toBeUndefined();
    });
  });

  describe('a field that never changes', () => {
    it('is kept: an object of another name, UID or selector is refused', async () => {
      const { cluster } = bench();
      const made = await bench().addDaemonSet();
      for (const [path, value] of [
        ['/metadata/name', 'another'],
        ['/metadata/uid', 'another'],
        ['/spec/selector/matchLabels', { another: 'one' }],
      ] as const) {
        const patched = cluster.patch(daemonSets, ref(made), [{ op: 'replace', path, value }]);
        await expect(patched).rejects.toMatchObject({ code: 'invalid' });
      }
    });
  });

  describe('apply', () => {
    it('creates what is not there', async () => {
      const object = bench().configMap(bench().name('applied'), { a: '1' });
      expect((await bench().cluster.apply(configMaps, object)).raw.data).toEqual({ a: '1' });
    });

    it('leaves the resourceVersion as it is when nothing is to be changed', async () => {
      const object = bench().configMap(bench().name('applied'), { a: '1' });
      const first = await bench().cluster.apply(configMaps, object);
      const second = await bench().cluster.apply(configMaps, object);
      expect(second.resourceVersion).toBe(first.resourceVersion);
    });

    it('takes over a field that somebody else has set, and leaves alone those that it does not name', async () => {
      const name = bench().name('applied');
      await bench().cluster.create(configMaps, bench().configMap(name, { a: 'theirs', b: 'theirs' }));
      const applied = await bench().cluster.apply(configMaps, bench().configMap(name, { a: 'ours' }));
      expect(applied.raw.data).toEqual({ a: 'ours', b: 'theirs' });
    });

    it('removes a field that it set before and no longer names', async () => {
      const name = bench().name('applied');
      await bench().cluster.apply(configMaps, bench().configMap(name, { a: '1', b: '2' }));
      const applied = await bench().cluster.apply(configMaps, bench().configMap(name, { a: '1' }));
      expect(applied.raw.data).toEqual({ a: '1' });
    });

    it('writes the status where that is a subresource', async () => {
      const pod = await bench().addRunningPod();
      const applied = await bench().cluster.apply(pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: ref(pod),
        subresource: 'status',
        ...{ status: { message: 'by hand' } },
      });
      expect(applied.raw.status).toMatchObject({ message: 'by hand' });
    });
  });
}
