import { describe, expect, it } from 'vitest';
import { compareResourceVersions } from '../../src/cluster/resource-version.ts';
import type { ApiObject } from '../../src/kubernetes/objects.ts';
import { configMaps, events, nodes, pods, unknownKind } from './types.ts';
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

    it('lists by the fields that can be selected by: by name, by phase, and nodes by their cordon', async () => {
      const { cluster, namespace, node } = bench();
      const named = await bench().addConfigMap();
      const byName = await cluster.list(configMaps, {
        namespace,
        fieldSelector: `metadata.name=${named.name}`,
      });
      expect(byName.items).toEqual([named]);
      const running = await bench().addRunningPod();
      const waiting = await bench().addUnassignedPod();
      const byPhase = await cluster.list(pods, { namespace, fieldSelector: 'status.phase!=Pending' });
      const uids = byPhase.items.map((pod) => pod.uid);
      expect([uids.includes(running.uid), uids.includes(waiting.uid)]).toEqual([true, false]);
      const free = await cluster.list(nodes, { fieldSelector: 'spec.unschedulable=false' });
      expect(free.items.map(({ name }) => name)).toContain(node);
    });

    it('lists the events of one object', async () => {
      const { cluster, namespace } = bench();
      const about = (name: string): ApiObject => ({
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: bench().name('event'), namespace },
        ...{ involvedObject: { kind: 'Pod', name, namespace }, reason: 'Tested', type: 'Normal' },
      });
      const event = await cluster.create(events, about('this-one'));
      await cluster.create(events, about('another'));
      const fieldSelector = 'involvedObject.name=this-one,involvedObject.kind=Pod,reason=Tested';
      expect((await cluster.list(events, { namespace, fieldSelector })).items).toEqual([event]);
    });

    it.each([configMaps, pods, nodes])(
      'refuses a field selector for $plural that names no such field',
      async (type) => {
        const listed = bench().cluster.list(type, { fieldSelector: 'spec.color=red' });
        await expect(listed).rejects.toMatchObject({ code: 'invalid' });
      },
    );

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
