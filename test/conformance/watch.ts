import { describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../src/cluster/port.ts';
import { compareResourceVersions } from '../../src/cluster/resource-version.ts';
import { configMaps, pods, type Seen } from './types.ts';
import { ref, type Workbench } from './workbench.ts';

export function describeWatch(bench: () => Workbench): void {
  describe('watch', () => {
    it('tells what happened since a resourceVersion, in order, each with a newer resourceVersion', async () => {
      const { cluster, namespace } = bench();
      const { resourceVersion } = await cluster.list(configMaps, { namespace });
      const made = await bench().addConfigMap();
      await cluster.patch(configMaps, ref(made), [{ op: 'add', path: '/data', value: { a: '1' } }]);
      await cluster.delete(configMaps, ref(made));
      const events = await bench().watchUntil(
        configMaps,
        { namespace, resourceVersion, fieldSelector: `metadata.name=${made.name}` },
        (event) => event.type === 'deleted',
      );
      const changes = events.filter((event) => event.type !== 'bookmark');
      expect(changes.map((event) => event.type)).toEqual(['added', 'modified', 'deleted']);
      expect(changes.map((event) => event.object.uid)).toEqual([made.uid, made.uid, made.uid]);
      expect(isRising([resourceVersion, ...events.map(versionOf)])).toBe(true);
    });

    it('tells of an object that a label selector no longer matches as of a deleted one', async () => {
      const { cluster, namespace } = bench();
      const made = await bench().addConfigMap({ labels: { watched: 'yes' } });
      const changed = await cluster.patch(configMaps, ref(made), [
        { op: 'replace', path: '/metadata/labels/watched', value: 'no' },
      ]);
      const events = await bench().watchUntil(
        configMaps,
        { namespace, resourceVersion: made.resourceVersion, labelSelector: 'watched=yes' },
        (event) => event.type !== 'bookmark',
      );
      expect(events.at(-1)).toMatchObject({
        type: 'deleted',
        object: { uid: made.uid, resourceVersion: changed.resourceVersion },
      });
    });

    it('begins, if asked to, with the objects as they are after every write answered before', async () => {
      const { cluster, namespace } = bench();
      const labels = { initial: bench().name('set') };
      const kept = await bench().addConfigMap({ labels });
      const gone = await bench().addConfigMap({ labels });
      await cluster.delete(configMaps, ref(gone));
      const events = await bench().watchUntil(
        configMaps,
        { namespace, labelSelector: `initial=${labels.initial}`, initialEvents: true },
        (event) => event.type === 'bookmark',
      );
      expect(events).toEqual([
        { type: 'added', object: kept },
        {
          type: 'bookmark',
          initialEventsEnd: true,
          resourceVersion: expect.stringMatching(/^[0-9]+$/) as string,
        },
      ]);
      const end = events[1];
      expect(end && compareResourceVersions(versionOf(end), kept.resourceVersion)).toBeGreaterThanOrEqual(0);
    });

    it('goes on after its initial events with what happens', async () => {
      const { namespace } = bench();
      const labels = { live: bench().name('set') };
      let late: Promise<Seen> | undefined;
      const events = await bench().watchUntil(
        configMaps,
        { namespace, labelSelector: `live=${labels.live}`, initialEvents: true },
        (event) => {
          if (event.type === 'bookmark') late ??= bench().addConfigMap({ labels });
          return event.type === 'added';
        },
      );
      expect(events.at(-1)).toEqual({ type: 'added', object: await late });
    });

    it('goes on from the end of the initial events in another watch, leaving out nothing and repeating nothing', async () => {
      const { cluster, namespace } = bench();
      const labels = { resumed: bench().name('set') };
      const query = { namespace, labelSelector: `resumed=${labels.resumed}` };
      await bench().addConfigMap({ labels });
      const initial = await bench().watchUntil(
        configMaps,
        { ...query, initialEvents: true },
        (event) => event.type === 'bookmark',
      );
      const next = await bench().addConfigMap({ labels });
      await cluster.delete(configMaps, ref(next));
      const resumed = await bench().watchUntil(
        configMaps,
        { ...query, resourceVersion: versionOf(initial.at(-1)!) },
        (event) => event.type === 'deleted',
      );
      const changes = resumed.filter((event) => event.type !== 'bookmark');
      expect(changes.map((event) => event.type)).toEqual(['added', 'deleted']);
      expect(changes[0]).toEqual({ type: 'added', object: next });
      expect(isRising([...initial.slice(-1), ...resumed].map(versionOf))).toBe(true);
    });

    it('tells of an object that a field selector comes to match as of an added one', async () => {
      const { cluster, namespace } = bench();
      const pod = await bench().addUnassignedPod();
      const { resourceVersion } = await cluster.list(pods, { namespace });
      const changed = await cluster.patch(pods, { ...ref(pod), subresource: 'status' }, [
        { op: 'replace', path: '/status/phase', value: 'Failed' },
      ]);
      const events = await bench().watchUntil(
        pods,
        { namespace, resourceVersion, fieldSelector: 'status.phase=Failed' },
        (event) => event.type !== 'bookmark' && event.object.uid === pod.uid,
      );
      expect(events.at(-1)).toEqual({ type: 'added', object: changed });
    });

    it('ends at once when the caller gives up', async () => {
      const { cluster, namespace } = bench();
      const controller = new AbortController();
      const { signal } = controller;
      const watched = (async () => {
        for await (const event of cluster.watch(configMaps, { namespace, initialEvents: true }, { signal })) {
          if (event.type === 'bookmark') controller.abort();
        }
      })();
      await expect(watched).rejects.toMatchObject({ code: 'aborted' });
    });

    it('says not-found for a kind that is not there', async () => {
      const missing = { ...configMaps, plural: 'nothings' };
      const watched = bench().watchUntil(missing, { initialEvents: true }, () => true);
      await expect(watched).rejects.toMatchObject({ code: 'not-found' });
    });
  });
}

function versionOf(event: WatchEvent<Seen>): string {
  return event.type === 'bookmark' ? event.resourceVersion : event.object.resourceVersion;
}

function isRising(versions: readonly string[]): boolean {
  return versions.every((version, index) => {
    const before = versions[index - 1];
    return before === undefined || compareResourceVersions(version, before) >= 0;
  });
}
