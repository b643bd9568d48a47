import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { renderManifests } from '../../src/cli/manifests/index.ts';
import { eventually } from '../control-plane/index.ts';
import { DOCUMENTED_POLICY, policyYaml } from '../harness/index.ts';
import { startEmbeddedCluster, type EmbeddedCluster } from './embedded-cluster.ts';

const NAMESPACE = 'nvidia-network-operator';
const MANIFESTS = renderManifests({ namespace: NAMESPACE, image: 'ofed-operator:test' });
const POLICY = 'nicclusterpolicy.mellanox.com/nic-cluster-policy';

function deployment(name: string, replicas: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: main, image: "${name}:1"}]}
`;
}

function daemonSet(name: string): string {
  return deployment(name, 0)
    .replace('kind: Deployment', 'kind: DaemonSet')
    .replace(/ {2}replicas: 0\n/, '');
}

function budget(name: string, minAvailable: number): string {
  return `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: ${name}}
spec: {minAvailable: ${minAvailable}, selector: {matchLabels: {app: ${name}}}}
`;
}

/** The columns of one line of a table. */
function columns(table: string, line = 1): readonly string[] {
  return (table.split('\n')[line] ?? '').split(/ {2,}/);
}

describe.skipIf(inject('leftOut') !== undefined)('kubectl on the embedded cluster', () => {
  let cluster: EmbeddedCluster;

  beforeAll(async () => {
    cluster = await startEmbeddedCluster(['node-1', 'node-2', 'node-3'], (pod) => ({
      stopTime: pod.metadata.labels?.['app'] === 'slow' ? 3_000 : 200,
      ...(pod.metadata.labels?.['app'] === 'crashing' ? { failure: 'crash-loop' } : {}),
    }));
    await cluster.kubectlWith(MANIFESTS, 'apply', '--server-side', '-f', '-');
  });

  afterAll(async () => {
    await cluster.stop();
  });

  const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(...args);
  const apply = (manifest: string, ...args: readonly string[]): Promise<string> =>
    cluster.kubectlWith(manifest, 'apply', ...args, '-f', '-');
  const rolledOut = (what: string): Promise<string> => kubectl('rollout', 'status', what, '--timeout=20s');

  describe('get', () => {
    it('shows nodes in a table, wide if asked to, and with labels', async () => {
      const table = await kubectl('get', 'nodes');
      expect(columns(table, 0)).toEqual(['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION']);
      expect(columns(table).slice(0, 3)).toEqual(['node-1', 'Ready', 'worker']);
      expect(columns(await kubectl('get', 'nodes', '-o', 'wide'), 0)).toContain('KERNEL-VERSION');
      const labelled = await kubectl('get', 'nodes', '-L', 'kubernetes.io/hostname');
      expect(columns(labelled).at(-1)).toBe('node-1');
    });

    it('shows them as JSON, as YAML and by their names', async () => {
      const { kind, items } = JSON.parse(await kubectl('get', 'nodes', '-o', 'json')) as {
        kind: string;
        items: { kind: string }[];
      };
      expect([kind, items.map((item) => item.kind)]).toEqual(['List', ['Node', 'Node', 'Node']]);
      expect(await kubectl('get', 'node', 'node-2', '-o', 'yaml')).toMatch(/^ {2}name: node-2$/m);
      expect(await kubectl('get', 'nodes', '-o', 'name')).toBe('node/node-1\nnode/node-2\nnode/node-3\n');
    });

    it('selects by labels and by fields, and reads in pages', async () => {
      const byLabel = await kubectl(
        'get',
        'nodes',
        '-o',
        'name',
        '-l',
        'kubernetes.io/hostname in (node-1,node-3)',
      );
      expect(byLabel).toBe('node/node-1\nnode/node-3\n');
      const byField = await kubectl(
        'get',
        'nodes',
        '-o',
        'name',
        '--field-selector',
        'metadata.name!=node-2',
      );
      expect(byField).toBe('node/node-1\nnode/node-3\n');
      const paged = await kubectl('get', 'nodes', '-o', 'name', '--chunk-size=2');
      expect(paged).toBe('node/node-1\nnode/node-2\nnode/node-3\n');
    });

    it('shows pods of all namespaces, with the nodes that they are on, and in which state they are', async () => {
      await apply(deployment('crashing', 1));
      await eventually(async () =>
        (await kubectl('get', 'pods', '-l', 'app=crashing')).includes('CrashLoopBackOff'),
      );
      const table = await kubectl('get', 'pods', '-A', '-o', 'wide');
      expect(columns(table, 0).slice(0, 4)).toEqual(['NAMESPACE', 'NAME', 'READY', 'STATUS']);
      expect(table).toMatch(/ofed-operator-\S+ +1\/1 +Running .* node-[123] /);
      await kubectl('delete', 'deployment', 'crashing');
    });

    it('goes on showing what changes', async () => {
      await kubectl('label', 'node', 'node-2', 'watched-', '--overwrite');
      const watching = cluster.start('get', 'nodes', '-w', '--output-watch-events', '-l', 'watched!=no');
      const count = (pattern: RegExp): number =>
        watching.text.split('\n').filter((line) => pattern.test(line)).length;
      await eventually(() => count(/^ADDED .*node-3/) === 1);
      await kubectl('label', 'node', 'node-2', 'watched=yes');
      await eventually(() => count(/^MODIFIED .*node-2/) === 1);
      await kubectl('label', 'node', 'node-2', 'watched=no', '--overwrite');
      await eventually(() => count(/^DELETED .*node-2/) === 1);
      watching.stop();
      expect((await watching.ended).stderr).toBe('');
    });

    it('tells what kinds there are', async () => {
      const table = await kubectl('api-resources');
      expect(table).toMatch(/^nicclusterpolicies +ncp +mellanox\.com\/v1alpha1 +false +NicClusterPolicy$/m);
      expect(table).toMatch(/^daemonsets +ds +apps\/v1 +true +DaemonSet$/m);
    });
  });

  describe('apply', () => {
    it('makes what a cluster needs for the operator, and the next time finds it unchanged', async () => {
      await kubectl('delete', 'namespace', NAMESPACE, '--timeout=20s');
      await kubectl('delete', 'crd', '--all', '--timeout=20s');
      expect(await apply(MANIFESTS)).toMatch(/^deployment.apps\/ofed-operator created$/m);
      await kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=10s');
      await kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/ofed-operator', '--timeout=20s');
      const changed = (await apply(MANIFESTS))
        .trim()
        .split('\n')
        .filter((line) => !line.endsWith(' unchanged'));
      // A real API server leaves an empty default out of the definition, and so calls that configured each time.
      expect(changed.filter((line) => !line.startsWith('customresourcedefinition'))).toEqual([]);
    });

    it('does so on the server as well, and takes over from itself only when told to', async () => {
      await apply(MANIFESTS);
      expect(await cluster.refusal(MANIFESTS, 'apply', '--server-side', '-f', '-')).toContain(
        'conflict with "kubectl-client-side-apply"',
      );
      await apply(MANIFESTS, '--server-side', '--force-conflicts');
      const version = (): Promise<string> =>
        kubectl('-n', NAMESPACE, 'get', 'role/ofed-operator', '-o', 'jsonpath={.metadata.resourceVersion}');
      const before = await version();
      expect(await apply(MANIFESTS, '--server-side')).toContain(
        'deployment.apps/ofed-operator serverside-applied',
      );
      expect(await version()).toBe(before);
    });

    it('makes a policy, changes it, and shows it', async () => {
      await kubectl('delete', 'ncp', '--all');
      const policy = policyYaml({ version: '24.01-0.3.3.1-0' });
      expect(await apply(policy)).toBe(`${POLICY} created\n`);
      expect(await apply(policy)).toBe(`${POLICY} unchanged\n`);
      expect(await apply(policy.replace('24.01', '24.04'))).toBe(`${POLICY} configured\n`);
      expect(await kubectl('get', 'ncp', '-o', 'jsonpath={.items[0].spec.ofedDriver.version}')).toBe(
        '24.04-0.3.3.1-0',
      );
      const table = await kubectl('get', 'ncp');
      expect(columns(table, 0)).toEqual(['NAME', 'STATUS', 'VERSION', 'UPGRADED', 'FAILED', 'AGE']);
      expect(await kubectl('describe', 'ncp', 'nic-cluster-policy')).toMatch(/Version: +24\.04-0\.3\.3\.1-0/);
    });

    it('takes the policy of the documentation as it stands there, with a namespace that its kind has not', async () => {
      await kubectl('delete', 'ncp', '--all');
      expect(await apply(DOCUMENTED_POLICY)).toBe(`${POLICY} created\n`);
      expect(await apply(DOCUMENTED_POLICY)).toBe(`${POLICY} unchanged\n`);
    });

    it('refuses a policy with a bad value and one with an unknown field, and says what is wrong', async () => {
      const bad = policyYaml({ version: 'abc' });
      expect(await cluster.refusal(bad, 'apply', '-f', '-')).toMatch(
        /"nic-cluster-policy" is invalid: spec\.ofedDriver\.version: Invalid value: "abc": is not a driver version/,
      );
      const misspelt = DOCUMENTED_POLICY.replace('autoUpgrade:', 'autoUpgrad:');
      expect(await cluster.refusal(misspelt, 'apply', '-f', '-')).toContain(
        'unknown field "spec.ofedDriver.upgradePolicy.autoUpgrad"',
      );
    });

    it('says that a kind is not served, and what to do', async () => {
      const stranger = 'apiVersion: example.com/v1\nkind: Stranger\nmetadata: {name: a}\n';
      expect(await cluster.refusal(stranger, 'apply', '-f', '-')).toContain(
        'ensure CRDs are installed first',
      );
    });

    it('explains the fields of the policy', async () => {
      expect(await kubectl('explain', 'ncp.spec.ofedDriver.version')).toContain('FIELD: version <string>');
    });
  });

  describe('create and delete', () => {
    it('make an object once, and delete it', async () => {
      const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made}\ndata: {a: b}\n';
      await kubectl('delete', 'cm', 'made', '--ignore-not-found');
      expect(await cluster.kubectlWith(map, 'create', '-f', '-')).toBe('configmap/made created\n');
      expect(await cluster.refusal(map, 'create', '-f', '-')).toContain('configmaps "made" already exists');
      expect(await kubectl('delete', 'cm', 'made')).toContain('configmap "made" deleted');
      expect(await cluster.refusal('', 'get', 'cm', 'made')).toContain('configmaps "made" not found');
    });

    it('wait for a pod until it runs, and until it has ended', async () => {
      await kubectl('delete', 'pod', 'single', '--ignore-not-found');
      await kubectl('run', 'single', '--image=single:1', '--labels=app=slow');
      await kubectl('wait', '--for=condition=Ready', 'pod/single', '--timeout=20s');
      const deleting = cluster.start('delete', 'pod', 'single', '--timeout=20s');
      await eventually(async () => (await kubectl('get', 'pod', 'single')).includes('Terminating'));
      await kubectl('wait', '--for=delete', 'pod/single', '--timeout=20s');
      expect((await deleting.ended).code).toBe(0);
    });

    it('delete a Deployment with all that belongs to it', async () => {
      await apply(deployment('owner', 2));
      await rolledOut('deployment/owner');
      await kubectl('delete', 'deployment', 'owner');
      await kubectl('wait', '--for=delete', 'pod', '-l', 'app=owner', '--timeout=20s');
      expect(await kubectl('get', 'rs', '-l', 'app=owner', '-o', 'name')).toBe('');
    });
  });

  describe('patch, label, annotate and scale', () => {
    it('patch a node in each way, and a policy in those that custom resources know', async () => {
      await kubectl('patch', 'node', 'node-1', '-p', '{"metadata":{"labels":{"strategic":"1"}}}');
      await kubectl('patch', 'node', 'node-1', '--type=merge', '-p', '{"metadata":{"labels":{"merge":"2"}}}');
      const operations = '[{"op":"add","path":"/metadata/labels/json","value":"3"}]';
      await kubectl('patch', 'node', 'node-1', '--type=json', '-p', operations);
      expect(await kubectl('get', 'node', '-o', 'name', '-l', 'strategic=1,merge=2,json=3')).toBe(
        'node/node-1\n',
      );
      await apply(policyYaml({ version: '24.01-0.3.3.1-0' }));
      const patch = '{"spec":{"ofedDriver":{"version":"24.07-0.3.3.1-0"}}}';
      expect(await kubectl('patch', 'ncp', 'nic-cluster-policy', '--type=merge', '-p', patch)).toBe(
        `${POLICY} patched\n`,
      );
      expect(await cluster.refusal('', 'patch', 'ncp', 'nic-cluster-policy', '-p', patch)).toContain(
        'is not supported',
      );
    });

    it('set and remove labels and annotations', async () => {
      expect(await kubectl('label', 'node', 'node-1', 'set=1', '--overwrite')).toMatch(/^node\/node-1 /);
      expect(await kubectl('get', 'nodes', '-o', 'name', '-l', 'set=1')).toBe('node/node-1\n');
      expect(await kubectl('label', 'node', 'node-1', 'set-')).toBe('node/node-1 unlabeled\n');
      expect(await kubectl('get', 'nodes', '-o', 'name', '-l', 'set')).toBe('');
      await kubectl('annotate', 'node', 'node-1', 'example.com/note=a word', '--overwrite');
      expect(await kubectl('describe', 'node', 'node-1')).toContain('example.com/note: a word');
      await kubectl('annotate', 'node', 'node-1', 'example.com/note-');
      expect(await kubectl('describe', 'node', 'node-1')).not.toContain('example.com/note');
    });

    it('refuse a label that is none', async () => {
      expect(
        await cluster.refusal('', 'patch', 'node', 'node-1', '-p', '{"metadata":{"labels":{"a b":"c"}}}'),
      ).toContain('metadata.labels');
    });

    it('scale a Deployment', async () => {
      await apply(deployment('scaled', 1));
      await kubectl('scale', 'deployment', 'scaled', '--replicas=3');
      await rolledOut('deployment/scaled');
      expect(columns(await kubectl('get', 'deployment', 'scaled'))[1]).toBe('3/3');
      await kubectl('delete', 'deployment', 'scaled');
    });
  });

  describe('cordon and drain', () => {
    it('cordon a node and uncordon it', async () => {
      expect(await kubectl('cordon', 'node-1')).toMatch(/node-1 (already )?cordoned/);
      expect(columns(await kubectl('get', 'node', 'node-1'))[1]).toBe('Ready,SchedulingDisabled');
      await kubectl('uncordon', 'node-1');
      expect(columns(await kubectl('get', 'node', 'node-1'))[1]).toBe('Ready');
    });

    it('drain a node of all but its DaemonSets, as slowly as a budget wants it', async () => {
      await apply(`${deployment('guarded', 3)}---\n${budget('guarded', 3)}---\n${daemonSet('agent')}`);
      await rolledOut('deployment/guarded');
      await rolledOut('daemonset/agent');
      const node = await kubectl(
        'get',
        'pods',
        '-l',
        'app=guarded',
        '-o',
        'jsonpath={.items[0].spec.nodeName}',
      );
      const draining = cluster.start('drain', node, '--ignore-daemonsets', '--force', '--timeout=60s');
      await eventually(() => draining.text.includes("violate the pod's disruption budget"));
      await kubectl('patch', 'pdb', 'guarded', '--type=merge', '-p', '{"spec":{"minAvailable":2}}');
      expect((await draining.ended).stdout).toContain(`node/${node} drained`);
      const left = await kubectl(
        'get',
        'pods',
        '-A',
        '-o',
        'name',
        '--field-selector',
        `spec.nodeName=${node}`,
      );
      expect(left).toMatch(/^pod\/agent-\w+\n$/);
      await rolledOut('deployment/guarded');
      await kubectl('uncordon', node);
      await kubectl('delete', 'deploy/guarded', 'pdb/guarded', 'ds/agent');
    });
  });

  describe('describe and events', () => {
    it('describe a node with its pods, and show what happened to it', async () => {
      await apply(deployment('described', 1));
      await rolledOut('deployment/described');
      const pod = await kubectl(
        'get',
        'pods',
        '-l',
        'app=described',
        '-o',
        'jsonpath={.items[0].metadata.name}',
      );
      const node = await kubectl('get', 'pod', pod, '-o', 'jsonpath={.spec.nodeName}');
      const uid = await kubectl('get', 'node', node, '-o', 'jsonpath={.metadata.uid}');
      await apply(`apiVersion: v1
kind: Event
metadata: {name: tested, namespace: default}
involvedObject: {kind: Node, name: ${node}, uid: ${uid}}
type: Warning
reason: Tested
message: It was tested.
source: {component: test}
count: 3
`);
      const described = await kubectl('describe', 'node', node);
      expect(described).toMatch(/Non-terminated Pods: +\(\d+ in total\)/);
      expect(described).toContain(pod);
      expect(described.split('\nEvents:')[1]).toMatch(/Warning +Tested .* test +It was tested\./);
      expect(await kubectl('get', 'events')).toMatch(/Warning +Tested +node\/node-\d +It was tested\./);
      expect(await kubectl('describe', 'pod', pod)).toMatch(/Controlled By: +ReplicaSet\/described-/);
      await kubectl('delete', 'deployment', 'described');
    });
  });

  describe('what is not there', () => {
    it('is said so, with what to do instead', async () => {
      expect(await cluster.refusal('', 'create', 'namespace', 'other')).toContain('--dry-run=client -o yaml');
      expect(await cluster.refusal('', 'get', 'ingress')).toContain(
        'the server doesn\'t have a resource type "ingress"',
      );
      expect(await cluster.refusal('', 'auth', 'can-i', 'get', 'pods')).toContain(
        'the server could not find the requested resource',
      );
    });

    it('is said where a log would be', async () => {
      await kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/ofed-operator', '--timeout=20s');
      expect(await kubectl('-n', NAMESPACE, 'logs', 'deployment/ofed-operator')).toContain('write no log');
    });
  });
});
