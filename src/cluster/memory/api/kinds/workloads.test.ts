import { describe, expect, it } from 'vitest';
import type { ApiObject } from '../../../../kubernetes/objects.ts';
import type { Json } from '../json.ts';
import { BY_TEST, at, makeApi, refusalOf } from '../testing/api.ts';
import type { RawObject } from '../types.ts';

const LABELS = { app: 'web' };
const TEMPLATE = { metadata: { labels: LABELS }, spec: { containers: [{ name: 'main', image: 'app' }] } };
const SELECTING = { selector: { matchLabels: LABELS }, template: TEMPLATE };

function create(plural: string, spec: Json): RawObject {
  const group = plural === 'jobs' ? 'batch' : 'apps';
  const { api } = makeApi();
  const { kind } = api.resource({ group, plural });
  const object: ApiObject = { apiVersion: `${group}/v1`, kind, metadata: at('w'), ...{ spec } };
  return api.create({ group, plural }, object, BY_TEST);
}

describe('What makes pods', () => {
  it.each([
    [
      'daemonsets',
      { revisionHistoryLimit: 10, updateStrategy: { type: 'RollingUpdate' } },
      { numberReady: 0 },
    ],
    ['deployments', { replicas: 1, strategy: { type: 'RollingUpdate' } }, {}],
    ['replicasets', { replicas: 1 }, { replicas: 0 }],
    ['statefulsets', { replicas: 1, podManagementPolicy: 'OrderedReady' }, { replicas: 0 }],
  ])('has what its creator left out: %s', (plural, spec, status) => {
    const made = create(plural, SELECTING);
    expect(made).toMatchObject({ spec, status });
    expect(made['spec']).toMatchObject({
      template: { spec: { restartPolicy: 'Always', containers: [{ imagePullPolicy: 'Always' }] } },
    });
  });

  it('must select its own pods, and not just any', () => {
    const message = (spec: Json): string => refusalOf(() => create('daemonsets', spec)).message;
    expect(message({ ...SELECTING, selector: { matchLabels: { app: 'other' } } })).toBe(
      'DaemonSet.apps "w" is invalid: spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    );
    expect(message({ ...SELECTING, selector: {} })).toContain('spec.selector: Invalid value');
    expect(message({ template: TEMPLATE })).toContain('does not match');
  });
});

describe('A Job', () => {
  it('selects its pods by its own UID, whatever their other labels are', () => {
    const job = create('jobs', { template: TEMPLATE });
    const own = { 'batch.kubernetes.io/controller-uid': job.metadata.uid };
    expect(job['spec']).toMatchObject({
      selector: { matchLabels: own },
      template: { metadata: { labels: { ...LABELS, ...own, 'batch.kubernetes.io/job-name': 'w' } } },
      backoffLimit: 6,
    });
  });

  it('is done after one pod, unless it says how many at once', () => {
    expect(create('jobs', { template: TEMPLATE })['spec']).toMatchObject({ parallelism: 1, completions: 1 });
    expect(create('jobs', { template: TEMPLATE, parallelism: 3 })['spec']).not.toHaveProperty('completions');
  });
});
