import { describe, expect, it } from 'vitest';
import { Asked, TABLE } from '../testing/requests.ts';

interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

/** The one row of a list, by the names of its columns. */
function row(asked: Asked, target: string): Readonly<Record<string, unknown>> {
  const { columnDefinitions, rows } = asked.json('GET', target, { accept: TABLE }).body as unknown as Table;
  expect(rows).toHaveLength(1);
  return Object.fromEntries(columnDefinitions.map(({ name }, index) => [name, rows[0]?.cells[index]]));
}

function withStatus(asked: Asked, target: string, status: unknown): void {
  const contentType = 'application/merge-patch+json';
  asked.json('PATCH', `${target}/status`, { contentType, body: JSON.stringify({ status }) });
}

describe('The table of nodes', () => {
  it.each([
    ['Ready', {}, 'True'],
    ['NotReady', {}, 'Unknown'],
    ['Ready,SchedulingDisabled', { unschedulable: true }, 'True'],
  ])('says %s', (expected, spec, status) => {
    const asked = new Asked();
    asked.create('/api/v1/nodes', {
      metadata: {
        name: 'a',
        labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/gpu': '' },
      },
      spec,
    });
    withStatus(asked, '/api/v1/nodes/a', {
      conditions: [{ type: 'Ready', status }],
      nodeInfo: { kubeletVersion: 'v1.36.3', kernelVersion: '5.15', architecture: 'amd64' },
    });
    expect(row(asked, '/api/v1/nodes')).toMatchObject({
      Name: 'a',
      Status: expected,
      Roles: 'gpu,worker',
      Version: 'v1.36.3',
      'Internal-IP': '<none>',
      'Kernel-Version': '5.15 (amd64)',
    });
  });

  it('tells the age by the clock of the cluster', async () => {
    const asked = new Asked();
    asked.create('/api/v1/nodes', { metadata: { name: 'a' } });
    await asked.clock.advance(3 * 3_600_000);
    expect(row(asked, '/api/v1/nodes')).toMatchObject({ Age: '3h', Status: 'Unknown' });
  });
});

describe('The tables of workloads', () => {
  const template = {
    metadata: { labels: { app: 'a' } },
    spec: { nodeSelector: { disk: 'ssd' }, containers: [{ name: 'main', image: 'image:1' }] },
  };
  const selector = { matchLabels: { app: 'a' }, matchExpressions: [{ key: 'b', operator: 'Exists' }] };
  const apps = '/apis/apps/v1/namespaces/default';

  it('count the pods of a DaemonSet', () => {
    const asked = new Asked();
    asked.create(`${apps}/daemonsets`, {
      metadata: { name: 'a' },
      spec: { selector: { matchLabels: { app: 'a' } }, template },
    });
    withStatus(asked, `${apps}/daemonsets/a`, {
      desiredNumberScheduled: 3,
      currentNumberScheduled: 2,
      numberMisscheduled: 0,
      numberReady: 1,
    });
    expect(row(asked, `${apps}/daemonsets`)).toMatchObject({
      Desired: 3,
      Current: 2,
      Ready: 1,
      Available: 0,
      'Node Selector': 'disk=ssd',
      Images: 'image:1',
      Selector: 'app=a',
    });
  });

  it('spell out the selector of a Deployment', () => {
    const asked = new Asked();
    const labelled = { ...template, metadata: { labels: { app: 'a', b: '' } } };
    asked.create(`${apps}/deployments`, {
      metadata: { name: 'a' },
      spec: { replicas: 2, selector, template: labelled },
    });
    expect(row(asked, `${apps}/deployments`)).toMatchObject({ Ready: '0/2', Selector: 'app=a,b' });
  });

  it('say how a Job is doing, and for how long', () => {
    const asked = new Asked();
    const jobs = '/apis/batch/v1/namespaces/default/jobs';
    asked.create(jobs, {
      metadata: { name: 'a' },
      spec: { completions: 2, template: { spec: { ...template.spec, restartPolicy: 'Never' } } },
    });
    withStatus(asked, `${jobs}/a`, {
      startTime: '2026-01-01T00:00:00Z',
      completionTime: '2026-01-01T00:01:30Z',
      succeeded: 2,
      conditions: [{ type: 'Complete', status: 'True' }],
    });
    expect(row(asked, jobs)).toMatchObject({ Status: 'Complete', Completions: '2/2', Duration: '90s' });
  });
});

describe('The tables of other kinds', () => {
  it('say what a budget allows', () => {
    const asked = new Asked();
    const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    asked.create(budgets, { metadata: { name: 'a' }, spec: { minAvailable: '50%', selector: {} } });
    expect(row(asked, budgets)).toMatchObject({
      'Min Available': '50%',
      'Max Unavailable': 'N/A',
      'Allowed Disruptions': 0,
    });
  });

  it('say of an event what happened to what, how often and when last', () => {
    const asked = new Asked();
    const events = '/api/v1/namespaces/default/events';
    asked.create(events, {
      metadata: { name: 'a' },
      involvedObject: { kind: 'Node', name: 'node-1' },
      type: 'Warning',
      reason: 'Tested',
      message: ' It was tested. ',
      firstTimestamp: new Date(asked.clock.now() - 600_000).toISOString(),
      lastTimestamp: new Date(asked.clock.now() - 5_000).toISOString(),
      count: 7,
    });
    expect(row(asked, events)).toMatchObject({
      'Last Seen': '5s',
      'First Seen': '10m',
      Type: 'Warning',
      Object: 'node/node-1',
      Message: 'It was tested.',
      Count: 7,
    });
  });
});

describe('The table of a custom resource', () => {
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const things = '/apis/example.com/v1/things';

  function withThings(columns?: readonly object[]): Asked {
    const asked = new Asked();
    asked.create(definitions, {
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { kind: 'Thing', plural: 'things', singular: 'thing', listKind: 'ThingList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
            ...(columns === undefined ? {} : { additionalPrinterColumns: columns }),
          },
        ],
      },
    });
    asked.create(things, {
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      metadata: { name: 'a' },
      spec: { text: 'x', count: 3, list: [1, 2], when: new Date(asked.clock.now() - 7_000).toISOString() },
    });
    return asked;
  }

  it('has the columns that its definition wishes for, empty where there is nothing', () => {
    const asked = withThings([
      { name: 'Text', type: 'string', jsonPath: '.spec.text' },
      { name: 'Count', type: 'integer', jsonPath: '.spec.count', priority: 1 },
      { name: 'List', type: 'string', jsonPath: '.spec.list' },
      { name: 'When', type: 'date', jsonPath: '.spec.when' },
      { name: 'Wrong', type: 'integer', jsonPath: '.spec.text' },
      { name: 'Missing', type: 'string', jsonPath: '.status.missing' },
    ]);
    expect(row(asked, things)).toEqual({
      Name: 'a',
      Text: 'x',
      Count: 3,
      List: '[1,2]',
      When: '7s',
      Wrong: null,
      Missing: null,
    });
    const { columnDefinitions } = asked.json('GET', things, { accept: TABLE }).body as unknown as Table;
    expect(columnDefinitions.filter(({ priority }) => priority > 0).map(({ name }) => name)).toEqual([
      'Count',
    ]);
  });

  it('has a name and an age if the definition wishes for nothing', () => {
    expect(row(withThings(), things)).toEqual({ Name: 'a', Age: '0s' });
  });
});
