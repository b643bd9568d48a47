import { describe, expect, it } from 'vitest';
import type { OwnerReference } from '../../../../kubernetes/objects.ts';
import type { RawObject } from '../../api/types.ts';
import { DEPLOYMENTS, NAMESPACES, PODS, REPLICA_SETS, SERVICE_ACCOUNTS } from '../resources.ts';
import { barePod, deployment, SmallCluster } from '../testing/small-cluster.ts';

const CONFIG_MAPS = { group: '', plural: 'configmaps' };

async function clusterWithWeb(): Promise<SmallCluster> {
  const cluster = new SmallCluster({ behaviourOf: () => ({ stopTime: 5000 }) });
  cluster.create(DEPLOYMENTS, deployment('web', { replicas: 2 }));
  await cluster.pass(2000);
  return cluster;
}

function configMap(name: string, owners: readonly RawObject[] = [], block = false): RawObject {
  const ownerReferences = owners.map(({ apiVersion, kind, metadata }): OwnerReference => ({
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid ?? '',
    blockOwnerDeletion: block,
  }));
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'work', ownerReferences } };
}

describe('Deleting an owner', () => {
  it('in the background: it goes at once, and all that is its own after it', async () => {
    const cluster = await clusterWithWeb();
    cluster.delete(DEPLOYMENTS, 'web', 'Background');
    expect(cluster.exists(DEPLOYMENTS, 'web')).toBe(false);
    await cluster.pass(2000);
    expect(cluster.api.list(REPLICA_SETS)).toEqual([]);
    expect(cluster.pods().map(({ metadata }) => metadata.deletionTimestamp)).not.toContain(undefined);
    await cluster.pass(5000);
    expect(cluster.pods()).toEqual([]);
  });

  it('in the foreground: it goes last', async () => {
    const cluster = await clusterWithWeb();
    const gone: string[] = [];
    cluster.api.onChange(({ before, after }) => {
      if (after === undefined) gone.push(before!.kind);
    });
    cluster.delete(DEPLOYMENTS, 'web', 'Foreground');
    await cluster.pass(4000);
    expect(cluster.exists(DEPLOYMENTS, 'web')).toBe(true);
    await cluster.pass(5000);
    expect(gone).toEqual(['Pod', 'Pod', 'ReplicaSet', 'Deployment']);
  });

  it('with orphans: all else stays, and belongs to nobody', async () => {
    const cluster = await clusterWithWeb();
    cluster.delete(DEPLOYMENTS, 'web', 'Orphan');
    await cluster.pass(10_000);
    expect(cluster.exists(DEPLOYMENTS, 'web')).toBe(false);
    const [replicaSet] = cluster.api.list(REPLICA_SETS);
    expect(replicaSet!.metadata).not.toHaveProperty('ownerReferences');
    expect(cluster.pods()).toHaveLength(2);
  });
});

describe('What has several owners', () => {
  it('goes with the last of them', async () => {
    const cluster = new SmallCluster();
    const owners = ['a', 'b'].map((name) => cluster.create(CONFIG_MAPS, configMap(name)));
    cluster.create(CONFIG_MAPS, configMap('shared', owners));
    cluster.delete(CONFIG_MAPS, 'a');
    await cluster.pass(1000);
    const { ownerReferences } = cluster.get(CONFIG_MAPS, 'shared').metadata;
    expect(ownerReferences?.map(({ name }) => name)).toEqual(['b']);
    cluster.delete(CONFIG_MAPS, 'b');
    await cluster.pass(1000);
    expect(cluster.exists(CONFIG_MAPS, 'shared')).toBe(false);
  });
});

describe('What belongs to something that never was', () => {
  it('goes at once', async () => {
    const cluster = new SmallCluster();
    const nobody: RawObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'nobody', uid: 'none' },
    };
    cluster.create(CONFIG_MAPS, configMap('lost', [nobody]));
    await cluster.pass(1000);
    expect(cluster.exists(CONFIG_MAPS, 'lost')).toBe(false);
  });
});

describe('A namespace', () => {
  it('has a ServiceAccount, always', async () => {
    const cluster = new SmallCluster();
    await cluster.pass(1000);
    expect(cluster.exists(SERVICE_ACCOUNTS, 'default')).toBe(true);
    cluster.delete(SERVICE_ACCOUNTS, 'default');
    await cluster.pass(1000);
    expect(cluster.exists(SERVICE_ACCOUNTS, 'default')).toBe(true);
  });

  it('goes when everything in it has gone', async () => {
    const cluster = await clusterWithWeb();
    cluster.create(PODS, barePod('lonely'));
    cluster.create(CONFIG_MAPS, configMap('kept'));
    cluster.change(
      CONFIG_MAPS,
      { namespace: 'work', name: 'kept' },
      { metadata: { finalizers: ['example.com/keep'] } },
    );
    await cluster.pass(2000);
    cluster.api.delete(NAMESPACES, { name: 'work' });
    await cluster.pass(10_000);
    expect(cluster.pods()).toEqual([]);
    expect(cluster.api.list(DEPLOYMENTS)).toEqual([]);
    expect(cluster.get(NAMESPACES, 'work')).toMatchObject({ status: { phase: 'Terminating' } });
    cluster.change(CONFIG_MAPS, { namespace: 'work', name: 'kept' }, { metadata: { finalizers: null } });
    await cluster.pass(1000);
    expect(cluster.api.find(NAMESPACES, { name: 'work' })).toBeUndefined();
  });
});
