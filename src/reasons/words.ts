import type { Owner, PodRef } from './reason.ts';

/** `a, b, c and 4 more`: names as far as a person reads them. */
export function listNames(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** `1 pod`, `2 pods`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

export function nameOf({ namespace, name }: PodRef): string {
  return `${namespace}/${name}`;
}

/** `default/train-0 (Job train)`. */
export function ownedName(pod: PodRef & { readonly owner: Owner | undefined }): string {
  return pod.owner === undefined ? nameOf(pod) : `${nameOf(pod)} (${pod.owner.kind} ${pod.owner.name})`;
}

/** A time as Kubernetes writes it: in whole seconds, UTC. Undefined for what is no time. */
export function timestamp(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? 'an unknown time' : `${date.toISOString().slice(0, 19)}Z`;
}

/** ` until TIME`, or nothing where there is no end. */
export function until(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '' : ` until ${timestamp(milliseconds)}`;
}

/**
 * Somebody else's words, as long as a person reads them: cut between two words where that is possible, and never inside a character.
 *
 * @param most the most UTF-16 units that are kept, the ellipsis among them
 */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most - ELLIPSIS.length).replace(LONE_SURROGATE, '');
  const space = kept.search(/\s\S*$/);
  // One word that is longer than all that is kept has to be cut somewhere.
  return (space > most / 2 ? kept.slice(0, space) : kept).trimEnd() + ELLIPSIS;
}

/** Somebody else's words in the middle of a sentence. */
export function said(text: string): string {
  return shortened(text.trim(), 300).replace(/\.$/, '');
}

const ELLIPSIS = '…';
const LONE_SURROGATE = /[\uD800-\uDBFF]$/;
