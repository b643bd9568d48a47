import type { NodeState } from '../../contract/states.ts';
import { humanDuration } from '../../kubernetes/age.ts';
import type { Paint, Style } from '../terminal/style.ts';

/** `3m20s ago`; nothing, where it is not known when. */
export function ago(time: string | undefined, now: number): string {
  return time === undefined ? '' : `${humanDuration(Math.max(0, now - Date.parse(time)))} ago`;
}

/** `in 3m20s`, or `now`. */
export function ahead(time: string, now: number): string {
  const left = Date.parse(time) - now;
  return left < 1000 ? 'now' : `in ${humanDuration(left)}`;
}

export function since(time: string | undefined, now: number): string {
  return time === undefined ? '' : humanDuration(Math.max(0, now - Date.parse(time)));
}

/** A time of day in UTC, as the operator's own messages have it. */
export function timeOfDay(time: string): string {
  return time.slice(11);
}

/** `1 node`, `2 nodes`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** What goes on in a state, where a node is in the middle of its upgrade. */
export function doing(state: NodeState): string {
  return DOING[state] ?? state;
}

const DOING: Readonly<Partial<Record<NodeState, string>>> = {
  'cordon-required': 'being cordoned',
  'wait-for-jobs-required': 'waiting for jobs',
  'pod-deletion-required': 'being drained',
  'drain-required': 'being drained',
  'node-maintenance-required': 'in the hands of others',
  'post-maintenance-required': 'in the hands of others',
  'pod-restart-required': 'restarting the driver',
  'validation-required': 'being validated',
  'uncordon-required': 'being uncordoned',
};

/** In which colour a state is shown. */
export function paintOfState(state: NodeState, style: Style): Paint {
  switch (state) {
    case 'upgrade-failed':
      return style.red;
    case 'upgrade-done':
      return style.green;
    case 'none':
    case 'upgrade-required':
      return style.dim;
    default:
      return style.yellow;
  }
}
