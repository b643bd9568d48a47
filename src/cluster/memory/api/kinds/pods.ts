import { labelsOfPaths, METADATA_LABELS } from '../field-selector.ts';
import { fieldsOf, itemsOf, numberOf, shareStructure, textOf, type Json } from '../json.ts';
import { forbidden, forbiddenValue, requiredValue, type FieldProblem } from '../refusals.ts';
import type { RawObject } from '../types.ts';
import type { KindRules, Write } from './kind.ts';
import { admitPod, defaultPod } from './pod-defaults.ts';
import { qualityOf } from './pod-quality.ts';

const PODS = { group: '', plural: 'pods' };
const PRIORITY_CLASSES = { group: 'scheduling.k8s.io', plural: 'priorityclasses' };

export const podRules: KindRules = {
  countsGeneration: true,
  fieldLabels: new Map([
    ...METADATA_LABELS,
    ...labelsOfPaths(
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'spec.hostNetwork',
      'status.phase',
      'status.podIP',
      'status.nominatedNodeName',
    ),
  ]),
  index: { label: 'spec.nodeName', valueOf: nodeOf },
  firstStatus: (pod) => ({ phase: 'Pending', qosClass: qualityOf(fieldsOf(pod['spec'])) }),
  prepare: (pod, { before, options }) => {
    if (before === undefined) return { ...pod, spec: defaultPod(fieldsOf(pod['spec'])) };
    return options.subresource === 'status' ? withStatusTold(pod, before) : pod;
  },
  admit: (pod, find) => ({ ...pod, spec: admitPod(fieldsOf(pod['spec']), priorityOf(pod, find)) }),
  validate: (pod, before) => (before === undefined ? newPodProblems(pod) : changeProblems(pod, before)),
  gracePeriod,
};

function nodeOf(pod: RawObject): string {
  return textOf(fieldsOf(pod['spec'])['nodeName']);
}

/** @throws StatusError 403 if there is no such class */
function priorityOf(pod: RawObject, find: Write['find']): number {
  const name = textOf(fieldsOf(pod['spec'])['priorityClassName']);
  if (name === '') return 0;
  const found = find(PRIORITY_CLASSES, { name });
  if (found !== undefined) return numberOf(found['value']);
  throw forbidden(PODS, pod.metadata.name, `no PriorityClass with name ${name} was found`);
}

/** Kubelets tell how a pod is, and have no say in whose it is. */
function withStatusTold(pod: RawObject, before: RawObject): RawObject {
  const { ownerReferences } = before.metadata;
  const { ownerReferences: _, ...metadata } = pod.metadata;
  const { qosClass } = fieldsOf(before['status']);
  const status = fieldsOf(pod['status']);
  return {
    ...pod,
    metadata: ownerReferences === undefined ? metadata : { ...metadata, ownerReferences },
    status: 'qosClass' in status ? status : { ...status, qosClass },
  };
}

function newPodProblems(pod: RawObject): readonly FieldProblem[] {
  const spec = fieldsOf(pod['spec']);
  const containers = itemsOf(spec['containers']).map(fieldsOf);
  if (containers.length === 0) return [requiredValue('spec.containers', '')];
  return containers.flatMap((container, index) => containerProblems(container, `spec.containers[${index}]`));
}

function containerProblems(container: Json, path: string): FieldProblem[] {
  return ['name', 'image']
    .filter((field) => textOf(container[field]) === '')
    .map((field) => requiredValue(`${path}.${field}`, ''));
}

const MAY_CHANGE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function changeProblems(pod: RawObject, before: RawObject): readonly FieldProblem[] {
  const [spec, old] = [fieldsOf(pod['spec']), fieldsOf(before['spec'])];
  if (spec === old) return [];
  const kept: Json = {
    ...spec,
    ...pick(old, ['activeDeadlineSeconds', 'schedulingGates']),
    containers: withImagesOf(spec['containers'], old['containers']),
    ...('initContainers' in spec
      ? { initContainers: withImagesOf(spec['initContainers'], old['initContainers']) }
      : {}),
    ...(addsOnly(spec['tolerations'], old['tolerations']) ? pick(old, ['tolerations']) : {}),
    // Binding: from then on the pod stays on its node.
    ...(textOf(old['nodeName']) === '' ? { nodeName: old['nodeName'] } : {}),
  };
  const same = shareStructure(withoutUndefined(old), withoutUndefined(kept));
  return Object.entries(same).every(([field, value]) => value === old[field]) &&
    Object.keys(withoutUndefined(old)).every((field) => field in same)
    ? []
    : [forbiddenValue('spec', MAY_CHANGE)];
}

function pick(object: Json, fields: readonly string[]): Json {
  return Object.fromEntries(fields.map((field) => [field, object[field]]));
}

function withoutUndefined(object: Json): Json {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function withImagesOf(containers: unknown, old: unknown): unknown {
  const images = itemsOf(old).map((container) => fieldsOf(container)['image']);
  return itemsOf(containers).map((container, index) => ({ ...fieldsOf(container), image: images[index] }));
}

function addsOnly(tolerations: unknown, old: unknown): boolean {
  const now = itemsOf(tolerations);
  return itemsOf(old).every((toleration) =>
    now.some((each) => shareStructure(toleration, each) === toleration),
  );
}

/** Where no kubelet has a pod, or nothing of it runs any more, there is nothing to wait for. */
function gracePeriod(pod: RawObject, requested: number | undefined): number {
  const phase = fieldsOf(pod['status'])['phase'];
  if (nodeOf(pod) === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  const seconds = requested ?? numberOf(fieldsOf(pod['spec'])['terminationGracePeriodSeconds']);
  return seconds < 0 ? 1 : seconds;
}
