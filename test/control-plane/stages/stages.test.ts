import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

import { driverStages } from './driver-stages.ts';
import type { DriverOptions } from './driver-stages.ts';
import { kwokConfiguration } from './index.ts';
import { nodeStages } from './node-stages.ts';
import { podStages } from './pod-stages.ts';
import { stage, status } from './stage.ts';
import type { Stage } from './stage.ts';

const OPTIONS: DriverOptions = { driverLoadMs: 1500, runInitContainers: 'instantly', crashBackoffMs: 700 };

function find(stages: readonly Stage[], name: string): Stage {
  const found = stages.find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`no stage ${name}`);
  return found;
}

const conditionsOf = ({ spec }: Stage) => spec.selector.matchExpressions.map(({ key }) => key);

describe("KWOK's configuration", () => {
  it('is valid YAML: settings, then stages with names of their own', () => {
    const documents = parseAllDocuments(kwokConfiguration(OPTIONS), { version: '1.1' });
    expect(documents.flatMap((document) => ('errors' in document ? document.errors : []))).toEqual([]);
    const [settings, ...stages] = documents.map((document) => document.toJS() as Stage);
    expect(settings).toMatchObject({ kind: 'KwokConfiguration' });
    for (const each of stages) expect(each).toMatchObject({ kind: 'Stage' });
    const names = stages.map(({ metadata }) => metadata.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('keeps templates as they are', () => {
    const documents = parseAllDocuments(kwokConfiguration(OPTIONS), { version: '1.1' });
    const written = documents.map((document) => document.toJS() as Stage).slice(1);
    expect(written).toEqual([...nodeStages(), ...podStages(), ...driverStages(OPTIONS)]);
  });
});

describe('driver pods', () => {
  it('take as long to load as was asked for, and the annotation of a pod overrides it', () => {
    expect(find(driverStages(OPTIONS), 'driver-ready').spec.delay).toEqual({
      durationMilliseconds: 1500,
      durationFrom: { expressionFrom: '.metadata.annotations["test.ofed/loads-after"]' },
    });
  });

  it('wait longer after each crash', () => {
    expect(find(driverStages(OPTIONS), 'driver-again').spec.delay?.durationFrom?.expressionFrom).toBe(
      '(([.status.containerStatuses[0].restartCount, 10] | min) * 700 | tostring) + "ms"',
    );
  });

  it('wait in their init container for an annotation only if it is run from outside', () => {
    const loads = (runInitContainers: DriverOptions['runInitContainers']) =>
      conditionsOf(find(driverStages({ ...OPTIONS, runInitContainers }), 'driver-load')).join('\n');
    expect(loads('outside')).toContain('test.ofed/init-done"] == "true"');
    expect(loads('instantly')).not.toContain('test.ofed/init-done');
  });

  it('are left to the stages for drivers, and other pods to those for pods', () => {
    const isDriver = '.metadata.labels["nvidia.com/ofed-driver"] != null';
    for (const each of driverStages(OPTIONS)) expect(conditionsOf(each)).toContain(isDriver);
    expect(conditionsOf(find(podStages(), 'pod-run'))).toContain(`(${isDriver}) | not`);
  });
});

describe('pods that are deleted', () => {
  it('change in no other way', () => {
    const others = [...podStages(), ...driverStages(OPTIONS)].filter(
      ({ metadata }) => metadata.name !== 'pod-delete',
    );
    for (const each of others)
      expect(conditionsOf(each)).toContain('(.metadata.deletionTimestamp != null) | not');
  });
});

describe('a stage', () => {
  it('applies where all its conditions are true', () => {
    const { spec } = stage({ name: 'x', kind: 'Pod', when: ['.a', '.b'], next: { delete: true } });
    expect(spec.selector.matchExpressions).toEqual([
      { key: '.a', operator: 'In', values: ['true'] },
      { key: '.b', operator: 'In', values: ['true'] },
    ]);
  });

  it('has its template without the indentation of the source', () => {
    expect(status('\n    a:\n    - b\n      c\n  ').statusTemplate).toBe('a:\n- b\n  c\n');
  });
});
