import { beforeAll, beforeEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createNodes } from '../control-plane/fixtures.ts';
import { eventually } from '../control-plane/index.ts';
import { policyYaml, type UpgradePolicyFields } from '../harness/index.ts';
import { driverUids, nodeFingerprints } from './sights.ts';
import { ofedState } from './status-history.ts';
import { describeOnControlPlane } from './suite.ts';

const VERSION = '24.01-0.3.3.1-0';

/** What people write into a NicClusterPolicy, what they are told when it is wrong, and what comes of it when nobody could tell them. */
describeOnControlPlane('A NicClusterPolicy', {}, (cluster) => {
  beforeAll(async () => {
    await createNodes(cluster.api, { count: 2 });
  });

  beforeEach(async () => {
    await cluster.applyPolicy({ version: VERSION });
    await cluster.rollout();
  });

  const serverDryRun = (yaml: string): Promise<string> =>
    cluster.controlPlane.kubectlWith({ stdin: yaml }, 'apply', '--dry-run=server', '-f', '-');

  const withDriver = (driver: Record<string, unknown>): string => policyYaml({ version: VERSION, driver });

  const withUpgradePolicy = (upgradePolicy: UpgradePolicyFields): string =>
    policyYaml({ version: VERSION, upgradePolicy });

  it.each([
    'latest',
    'v24.01',
    '24.01',
    '24.01-',
    '24.01 0.3.3.1',
    '24.01-0.3.3.1/0',
    'sha256:abc',
    `sha256:${'g'.repeat(64)}`,
    'doca-24.01-0.3.3.1-0',
  ])('is refused with the version %j, and kubectl says what a version looks like', async (version) => {
    await expect(serverDryRun(policyYaml({ version }))).rejects.toThrow(
      /spec\.ofedDriver\.version: Invalid value: .*is not a driver version: write one such as 24\.01-0\.3\.3\.1-0/s,
    );
  });

  it.each([
    '5.6-1.0.3.3',
    '23.10-0.2.2.0.1',
    '24.01-0.3.3.1-0',
    '24.01-0.3.3.1-0-5.15.0-105-generic-ubuntu22.04-amd64',
    'doca3.1.0-25.07-0.6.6.0-0',
    `sha256:${'0a'.repeat(32)}`,
  ])('is taken with the version %j', async (version) => {
    expect(await serverDryRun(policyYaml({ version }))).toMatch(/(configured|unchanged) \(server dry run\)/);
  });

  it.each<[string, UpgradePolicyFields, RegExp]>([
    [
      'maxParallelUpgrades -1',
      { maxParallelUpgrades: -1 },
      /maxParallelUpgrades must be 0 \(no limit\) or more/,
    ],
    [
      'a negative time to wait',
      { waitForCompletion: { timeoutSeconds: -1 } },
      /waitForCompletion\.timeoutSeconds.*must be 0 \(wait for ever\) or more/s,
    ],
    [
      'a negative time to drain',
      { drain: { timeoutSeconds: -5 } },
      /drain\.timeoutSeconds.*must be 0 \(drain for ever\) or more/s,
    ],
    [
      'safeLoad without autoUpgrade',
      { safeLoad: true, autoUpgrade: false },
      /safeLoad: Invalid value.*needs autoUpgrade: set autoUpgrade to true, or safeLoad to false/s,
    ],
    ['safeLoad alone', { safeLoad: true }, /needs autoUpgrade/],
    [
      'a podSelector that is none',
      { drain: { podSelector: 'app==web,,' } },
      /drain\.podSelector: Invalid value.*is not a label selector: write one as for kubectl --selector/s,
    ],
    [
      'a selector of jobs that is none',
      { waitForCompletion: { podSelector: 'app in (a' } },
      /waitForCompletion\.podSelector.*is not a label selector/s,
    ],
  ])('is refused with %s, and kubectl says what to write', async (_, upgradePolicy, message) => {
    await expect(serverDryRun(withUpgradePolicy(upgradePolicy))).rejects.toThrow(message);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['a tag in the image', { image: 'mofed:24.01' }, /ofedDriver\.image.*its tag into version/s],
    ['an image in capitals', { image: 'MOFED' }, /ofedDriver\.image.*lower case/s],
    ['no image', { image: undefined }, /ofedDriver\.image: Required value/],
    ['a repository with a scheme', { repository: 'https://nvcr.io/x' }, /repository.*without https/s],
    ['a repository with a slash at its end', { repository: 'nvcr.io/x/' }, /ofedDriver\.repository/],
    ['no repository anywhere', { repository: undefined }, /repository.*is missing: write/s],
    ['no version anywhere', { version: undefined }, /version.*is missing: write/s],
    ['a word for a number', { terminationGracePeriodSeconds: 'soon' }, /terminationGracePeriodSeconds/],
  ])('is refused with %s', async (_, driver, message) => {
    await expect(serverDryRun(withDriver(driver))).rejects.toThrow(message);
  });

  it('takes what concerns several components from spec.global', async () => {
    const yaml = stringify({
      apiVersion: 'mellanox.com/v1alpha1',
      kind: 'NicClusterPolicy',
      metadata: { name: 'nic-cluster-policy' },
      spec: {
        global: { repository: 'nvcr.io/nvidia/mellanox', version: VERSION },
        ofedDriver: { image: 'doca-driver', upgradePolicy: { autoUpgrade: true } },
      },
    });
    expect(await serverDryRun(yaml)).toContain('configured (server dry run)');
  });

  it('keeps the fields that the operator does not read, of a manifest that was written for another operator', async () => {
    const others = {
      sriovDevicePlugin: { image: 'sriov-network-device-plugin', config: '{"resourceList": []}' },
      secondaryNetwork: { multus: { image: 'multus-cni', version: 'v4.1.0' } },
      nicFeatureDiscovery: { image: 'nic-feature-discovery' },
    };
    await cluster.api.patch('/apis/mellanox.com/v1alpha1/nicclusterpolicies/nic-cluster-policy', 'merge', {
      spec: { ...others, ofedDriver: { forceOfTheFuture: true } },
    });
    const { spec } = await cluster.policy();
    expect(spec).toMatchObject(others);
    await cluster.rollout();
  });

  it('that the API server could not judge puts the reason into its status, and changes nothing on any node', async () => {
    const [drivers, nodes] = [await driverUids(cluster), await nodeFingerprints(cluster)];
    const since = Date.now();
    // Passes for a selector by its form; only who parses it finds the value too long.
    const podSelector = `app=${'a'.repeat(64)}`;
    await cluster.setUpgradePolicy({ drain: { podSelector } });
    await cluster.setVersion('24.04-0.6.6.0-0');
    const status = await eventually(
      async () => {
        const found = await cluster.status();
        return found.state === 'error' ? found : undefined;
      },
      { what: 'the policy to be in error' },
    );
    expect(status.reason).toMatch(/spec\.ofedDriver\.upgradePolicy\.drain\.podSelector.*63/s);
    expect(ofedState(status)).toBe('error');
    expect(status.conditions?.find(({ type }) => type === 'Degraded')?.status).toBe('True');
    expect(await driverUids(cluster)).toEqual(drivers);
    expect(await nodeFingerprints(cluster)).toEqual(nodes);
    const { byVerbAndResource } = await cluster.requests(since);
    expect(byVerbAndResource).not.toHaveProperty('patch nodes');
    expect(byVerbAndResource).not.toHaveProperty('patch daemonsets');

    // Corrected, it is carried out, with everything that was changed meanwhile.
    await cluster.setUpgradePolicy({ drain: { podSelector: '' } });
    await cluster.rollout();
  });

  it('of another name is ignored, and says which one counts', async () => {
    const other = policyYaml({ version: '23.10-0.2.2.0.1' }).replace('nic-cluster-policy', 'my-policy');
    await cluster.applyPolicy(other);
    const status = await eventually(
      async () => {
        const found = await cluster.status('my-policy');
        return found.state === undefined ? undefined : found;
      },
      { what: 'a status of the other policy' },
    );
    expect(status).toMatchObject({
      state: 'ignore',
      reason: expect.stringContaining('nic-cluster-policy') as string,
    });
    expect((await cluster.status()).state).toBe('ready');
    await cluster.kubectl('delete', 'ncp', 'my-policy');
  });

  it('shows in kubectl get ncp how it stands', async () => {
    const [head = '', line = ''] = (await cluster.kubectl('get', 'ncp')).split('\n');
    expect(head.split(/\s+/)).toEqual(['NAME', 'STATUS', 'VERSION', 'UPGRADED', 'FAILED', 'AGE']);
    expect(line.split(/\s+/).slice(0, 5)).toEqual(['nic-cluster-policy', 'ready', VERSION, '2/2', '0']);
  });

  it('explains its fields to kubectl explain', async () => {
    const told = await cluster.kubectl('explain', 'ncp.spec.ofedDriver.upgradePolicy.maxParallelUpgrades');
    expect(told).toMatch(/How many nodes are upgraded at once; 0: no limit/);
  });
});
