import { matchesLabels } from '../../../../kubernetes/label-selector.ts';
import { METADATA_LABELS } from '../field-selector.ts';
import { fieldsOf, type Json } from '../json.ts';
import { selectorOfObject } from '../label-selector-object.ts';
import { invalidValue, type FieldProblem } from '../refusals.ts';
import type { RawObject } from '../types.ts';
import { mapField, withDefaults } from './defaults.ts';
import type { KindRules } from './kind.ts';
import { defaultPodSpec } from './pod-defaults.ts';

/** What controllers make pods from, by a selector and a template that never part. */
function workload(defaults: Json, firstStatus: Json): KindRules {
  return {
    countsGeneration: true,
    fieldLabels: METADATA_LABELS,
    firstStatus: () => firstStatus,
    prepare: (object, { before }) =>
      object['spec'] === before?.['spec'] ? object : withSpec(object, defaults),
    validate: workloadProblems,
  };
}

export const daemonSetRules = workload(
  {
    revisionHistoryLimit: 10,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
  },
  { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
);

export const deploymentRules = workload(
  {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
  },
  {},
);

export const replicaSetRules = workload({ replicas: 1 }, { replicas: 0 });

export const statefulSetRules = workload(
  {
    replicas: 1,
    revisionHistoryLimit: 10,
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  },
  { replicas: 0, availableReplicas: 0 },
);

const JOB_DEFAULTS = {
  parallelism: 1,
  backoffLimit: 6,
  completionMode: 'NonIndexed',
  podReplacementPolicy: 'TerminatingOrFailed',
  manualSelector: false,
  suspend: false,
};

export const jobRules: KindRules = {
  ...workload(JOB_DEFAULTS, {}),
  prepare: (job, { before }) => {
    if (job['spec'] === before?.['spec']) return job;
    // Who says how many at once and not how many in all wants as many as it takes.
    const ownPace = 'parallelism' in fieldsOf(job['spec']);
    return withSpec(job, ownPace ? JOB_DEFAULTS : { ...JOB_DEFAULTS, completions: 1 });
  },
  admit: withOwnSelector,
};

function withSpec(object: RawObject, defaults: Json): RawObject {
  const spec = withDefaults(fieldsOf(object['spec']), defaults);
  const filled = mapField(spec, 'template', (template) => mapField(template, 'spec', defaultPodSpec));
  return { ...object, spec: filled };
}

/** A Job's selector is made from its UID, so that two Jobs with one template do not take each other's pods. */
function withOwnSelector(job: RawObject): RawObject {
  const spec = fieldsOf(job['spec']);
  if (spec['manualSelector'] === true) return job;
  const { uid = '', name } = job.metadata;
  const own = { 'batch.kubernetes.io/controller-uid': uid };
  const labels = { ...own, 'batch.kubernetes.io/job-name': name, 'controller-uid': uid, 'job-name': name };
  const template = fieldsOf(spec['template']);
  const inTemplate = fieldsOf(template['metadata']);
  const metadata = { ...inTemplate, labels: { ...fieldsOf(inTemplate['labels']), ...labels } };
  return {
    ...job,
    metadata: { ...job.metadata, labels: { ...labels, ...job.metadata.labels } },
    spec: { ...spec, selector: { matchLabels: own }, template: { ...template, metadata } },
  };
}

function workloadProblems(object: RawObject, before: RawObject | undefined): readonly FieldProblem[] {
  const spec = fieldsOf(object['spec']);
  const old = fieldsOf(before?.['spec']);
  if (spec === old) return [];
  const immutable =
    before !== undefined && spec['selector'] !== old['selector']
      ? [invalidValue('spec.selector', spec['selector'], 'field is immutable')]
      : [];
  return [...immutable, ...selectorProblems(spec)];
}

function selectorProblems(spec: Json): FieldProblem[] {
  const selector = selectorOfObject(spec['selector']);
  if (selector?.length === 0)
    return [invalidValue('spec.selector', spec['selector'], 'empty selector is invalid')];
  const labels = fieldsOf(fieldsOf(fieldsOf(spec['template'])['metadata'])['labels']);
  if (selector !== undefined && matchesLabels(selector, labels as Readonly<Record<string, string>>))
    return [];
  return [
    invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'),
  ];
}
