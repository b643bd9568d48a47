import { METADATA_LABELS } from '../field-selector.ts';
import { fieldsOf, textOf, type Json } from '../json.ts';
import { invalidValue, requiredValue, type FieldProblem } from '../refusals.ts';
import type { RawObject } from '../types.ts';
import { withDefaults } from './defaults.ts';
import type { KindRules } from './kind.ts';

export const budgetRules: KindRules = {
  countsGeneration: true,
  fieldLabels: METADATA_LABELS,
  replacedConditionally: true,
  firstStatus: () => ({ currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 }),
  validate: (budget) => {
    const spec = fieldsOf(budget['spec']);
    if (!('minAvailable' in spec && 'maxUnavailable' in spec)) return [];
    return [invalidValue('spec', spec, 'minAvailable and maxUnavailable cannot be both set')];
  },
};

/** At the longest six digits of a second's fraction, as a real API server writes and takes them: exactly six. */
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(?:Z|[+-]\d\d:\d\d)$/;

export const leaseRules: KindRules = {
  fieldLabels: METADATA_LABELS,
  replacedConditionally: true,
  validate: (lease) => {
    const spec = fieldsOf(lease['spec']);
    return [...timeProblems(spec), ...durationProblems(spec)];
  },
};

function timeProblems(spec: Json): FieldProblem[] {
  return ['acquireTime', 'renewTime']
    .filter((field) => spec[field] !== undefined && !MICRO_TIME.test(textOf(spec[field])))
    .map((field) =>
      invalidValue(`spec.${field}`, spec[field], 'must be a time with six digits of a fraction'),
    );
}

function durationProblems({ leaseDurationSeconds, leaseTransitions }: Json): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (typeof leaseDurationSeconds === 'number' && leaseDurationSeconds <= 0) {
    problems.push(invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  if (typeof leaseTransitions === 'number' && leaseTransitions < 0) {
    problems.push(
      invalidValue('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'),
    );
  }
  return problems;
}

export const controllerRevisionRules: KindRules = {
  fieldLabels: METADATA_LABELS,
  validate: (revision, before) =>
    before !== undefined && revision['data'] !== before['data']
      ? [invalidValue('data', revision['data'], 'field is immutable')]
      : [],
};

export const priorityClassRules: KindRules = {
  countsGeneration: true,
  fieldLabels: METADATA_LABELS,
  prepare: (object) =>
    withDefaults(object, { value: 0, preemptionPolicy: 'PreemptLowerPriority' }) as RawObject,
  validate: (object, before) =>
    before !== undefined && object['value'] !== before['value']
      ? [invalidValue('value', object['value'], 'field is immutable')]
      : [],
};

export const cronJobRules: KindRules = {
  countsGeneration: true,
  fieldLabels: METADATA_LABELS,
  firstStatus: () => ({}),
  validate: (object) =>
    textOf(fieldsOf(object['spec'])['schedule']) === '' ? [requiredValue('spec.schedule', '')] : [],
};
