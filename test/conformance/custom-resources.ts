import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { renderCrd } from '../../src/contract/crd.ts';
import type { ApiObject } from '../../src/kubernetes/objects.ts';
import { definitions, policies, type Seen } from './types.ts';
import { ref, type Workbench } from './workbench.ts';

type Fields = Readonly<Record<string, unknown>>;

const DRIVER = { image: 'doca-driver', repository: 'nvcr.io/nvidia/mellanox', version: '24.01-0.3.3.1-0' };

export function describeCustomResources(bench: () => Workbench): void {
  const made: Seen[] = [];

  function policy(ofedDriver: Fields, extra: Fields = {}): ApiObject {
    const { namespace } = bench();
    const metadata = { name: bench().name(namespace) };
    const spec = { ofedDriver: { ...DRIVER, ...ofedDriver } };
    return { apiVersion: 'mellanox.com/v1alpha1', kind: 'NicClusterPolicy', metadata, ...{ spec }, ...extra };
  }

  async function create(ofedDriver: Fields, extra?: Fields): Promise<Seen> {
    const object = await bench().cluster.create(policies, policy(ofedDriver, extra));
    made.push(object);
    return object;
  }

  describe('a custom resource', () => {
    beforeAll(async () => {
      await bench().cluster.apply(definitions, renderCrd());
      // A real API server serves a new kind a moment after it has taken its definition.
      await vi.waitFor(() => bench().cluster.list(policies, {}), { timeout: 30_000, interval: 100 });
    });

    afterAll(async () => {
      for (const object of made) await bench().cluster.delete(policies, ref(object));
    });

    it('has a definition that says of itself that it is established', async () => {
      const { raw } = await bench().cluster.get(definitions, { name: renderCrd().metadata.name });
      expect(raw.status?.['conditions']).toContainEqual(
        expect.objectContaining({ type: 'Established', status: 'True' }),
      );
    });

    it('gets the defaults of its definition, also where null was written', async () => {
      const { raw } = await create({ terminationGracePeriodSeconds: null, upgradePolicy: { drain: {} } });
      expect(raw.spec?.['ofedDriver']).toMatchObject({
        ...DRIVER,
        terminationGracePeriodSeconds: 300,
        upgradePolicy: { maxParallelUpgrades: 1, drain: { enable: true, timeoutSeconds: 300 } },
      });
      expect(raw.metadata.generation).toBe(1);
    });

    it('loses what its definition does not know, and keeps what it says to keep', async () => {
      const { raw } = await create({ upgradePolicy: { unheardOf: 1 }, env: [{ name: 'A', unheardOf: 1 }] });
      expect(raw.spec?.['ofedDriver']).toMatchObject({ env: [{ name: 'A' }] });
      expect(JSON.stringify(raw.spec)).not.toContain('unheardOf');
    });

    it('has no status when it is new, and gets one through the subresource alone', async () => {
      const { cluster } = bench();
      const object = await create({}, { status: { state: 'ready' } });
      expect(object.raw.status).toBeUndefined();
      const status = await cluster.patch(policies, { ...ref(object), subresource: 'status' }, [
        { op: 'add', path: '/status', value: { state: 'notReady' } },
        { op: 'add', path: '/metadata/labels', value: { a: 'b' } },
      ]);
      expect([status.raw.status, status.labels, status.raw.metadata.generation]).toEqual([
        { state: 'notReady' },
        {},
        1,
      ]);
      const changed = await cluster.patch(policies, ref(object), [
        { op: 'replace', path: '/spec/ofedDriver/version', value: '24.04-0.6.6.0-0' },
        { op: 'add', path: '/status', value: { state: 'error' } },
      ]);
      expect([changed.raw.status, changed.raw.metadata.generation]).toEqual([{ state: 'notReady' }, 2]);
    });

    it.each([
      ['a wrong type', { upgradePolicy: { maxParallelUpgrades: 'many' } }, 'maxParallelUpgrades'],
      ['a number out of range', { upgradePolicy: { maxParallelUpgrades: -1 } }, 'maxParallelUpgrades'],
      ['what a rule of the definition forbids', { version: 'latest' }, 'is not a driver version'],
    ])('is refused for %s, in words that say where', async (_, fields, words) => {
      const created = create(fields);
      await expect(created).rejects.toMatchObject({
        code: 'invalid',
        details: { said: expect.stringContaining(words) as string, maybeApplied: false },
      });
    });
  });
}
