import { fieldsOf, itemsOf, numberOf, textOf } from '../../api/json.ts';
import type { RawObject } from '../../api/types.ts';
import { labelsText, selectorText } from '../label-selector-text.ts';
import { age, humanDuration } from '../../../../kubernetes/age.ts';
import { AGE, at, column, NAME, NONE, wide, type Column } from './column.ts';

/** @see https://github.com/kubernetes/kubernetes/blob/master/pkg/printers/internalversion/printers.go */

const IMAGES: readonly Column[] = [
  wide('Containers', (object) => ofContainers(object, 'name')),
  wide('Images', (object) => ofContainers(object, 'image')),
];

const SELECTED: readonly Column[] = [
  ...IMAGES,
  wide('Selector', (object) => selectorText(at(object, 'spec', 'selector')) || NONE),
];

const TEMPLATE = ['spec', 'template', 'spec'] as const;

export const DAEMON_SET_COLUMNS: readonly Column[] = [
  NAME,
  count('Desired', 'status', 'desiredNumberScheduled'),
  count('Current', 'status', 'currentNumberScheduled'),
  count('Ready', 'status', 'numberReady'),
  count('Up-to-date', 'status', 'updatedNumberScheduled'),
  count('Available', 'status', 'numberAvailable'),
  column('Node Selector', (object) => labelsText(at(object, ...TEMPLATE, 'nodeSelector')) || NONE),
  AGE,
  ...SELECTED,
];

export const DEPLOYMENT_COLUMNS: readonly Column[] = [
  NAME,
  column('Ready', readyOfWanted),
  count('Up-to-date', 'status', 'updatedReplicas'),
  count('Available', 'status', 'availableReplicas'),
  AGE,
  ...SELECTED,
];

export const REPLICA_SET_COLUMNS: readonly Column[] = [...replicaColumns(), ...SELECTED];

export const REPLICATION_CONTROLLER_COLUMNS: readonly Column[] = [
  ...replicaColumns(),
  ...IMAGES,
  wide('Selector', (object) => labelsText(at(object, 'spec', 'selector')) || NONE),
];

export const STATEFUL_SET_COLUMNS: readonly Column[] = [NAME, column('Ready', readyOfWanted), AGE, ...IMAGES];

export const JOB_COLUMNS: readonly Column[] = [
  NAME,
  column('Status', jobStatus),
  column('Completions', completions),
  column('Duration', jobDuration),
  AGE,
  ...SELECTED,
];

export const CRON_JOB_COLUMNS: readonly Column[] = [
  NAME,
  column('Schedule', (object) => textOf(at(object, 'spec', 'schedule'))),
  column('Timezone', (object) => textOf(at(object, 'spec', 'timeZone')) || NONE),
  column('Suspend', (object) => (at(object, 'spec', 'suspend') === true ? 'True' : 'False'), 'boolean'),
  column('Active', (object) => itemsOf(at(object, 'status', 'active')).length, 'integer'),
  column('Last Schedule', lastSchedule),
  AGE,
];

export const CONTROLLER_REVISION_COLUMNS: readonly Column[] = [
  NAME,
  column('Controller', controller),
  column('Revision', (object) => numberOf(object['revision'])),
  AGE,
];

function replicaColumns(): readonly Column[] {
  return [
    NAME,
    count('Desired', 'spec', 'replicas'),
    count('Current', 'status', 'replicas'),
    count('Ready', 'status', 'readyReplicas'),
    AGE,
  ];
}

function count(name: string, ...path: readonly string[]): Column {
  return column(name, (object) => numberOf(at(object, ...path)), 'integer');
}

function ofContainers(object: RawObject, field: 'name' | 'image'): string {
  const containers = itemsOf(at(object, ...TEMPLATE, 'containers')).map(fieldsOf);
  return containers.map((container) => textOf(container[field])).join(',');
}

function readyOfWanted(object: RawObject): string {
  return `${numberOf(at(object, 'status', 'readyReplicas'))}/${numberOf(at(object, 'spec', 'replicas'))}`;
}

function jobStatus(job: RawObject): string {
  const conditions = itemsOf(at(job, 'status', 'conditions')).map(fieldsOf);
  const has = (wanted: string): boolean =>
    conditions.some(({ type, status }) => type === wanted && status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completions(job: RawObject): string {
  const succeeded = numberOf(at(job, 'status', 'succeeded'));
  const wanted = at(job, 'spec', 'completions');
  if (typeof wanted === 'number') return `${succeeded}/${wanted}`;
  const parallelism = numberOf(at(job, 'spec', 'parallelism'));
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: RawObject, now: number): string {
  const started = Date.parse(textOf(at(job, 'status', 'startTime')));
  const completed = Date.parse(textOf(at(job, 'status', 'completionTime')));
  if (Number.isNaN(started)) return '';
  return humanDuration((Number.isNaN(completed) ? now : completed) - started);
}

function lastSchedule(object: RawObject, now: number): string {
  const time = at(object, 'status', 'lastScheduleTime');
  return time === undefined ? NONE : age(time, now);
}

function controller({ metadata }: RawObject): string {
  const owner = metadata.ownerReferences?.find((each) => each.controller === true);
  if (owner === undefined) return NONE;
  const [group] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
  return `${owner.kind.toLowerCase()}${group ? `.${group}` : ''}/${owner.name}`;
}
