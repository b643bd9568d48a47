/**
 * Why a node waits or has failed: the closed list. Every decision that leaves a node short of `upgrade-done` names one of these.
 */
export type ReasonCode =
  /** Nothing is held up: the next step follows from what has been asked for already. */
  | 'in-progress'
  | 'driver-revision-unknown'
  | 'slot'
  | 'skipped'
  | 'node-not-ready'
  | 'node-deleting'
  | 'external-maintenance'
  | 'orphaned-driver'
  | 'reading-pods'
  | 'jobs-running'
  | 'pods-leaving'
  | 'eviction-blocked'
  | 'drain-refused'
  | 'drain-timeout'
  | 'driver-terminating'
  | 'driver-missing'
  | 'driver-starting'
  | 'driver-image'
  | 'driver-crashing'
  | 'driver-init-failed'
  | 'driver-config'
  | 'driver-pod-failed'
  | 'recovered-waits-for-slot'
  | 'failed'
  | 'handing-back';

export interface Reason {
  readonly code: ReasonCode;
  /** For people: what is the matter, with which object, and what can be done. One or two sentences. */
  readonly message: string;
}

/** The form in which a reason stands in a node's annotation: `code: message`. */
export function formatReason({ code, message }: Reason): string {
  return `${code}: ${message}`.slice(0, MAX_ANNOTATION);
}

/** Reads what {@link formatReason} wrote; undefined for anything else. */
export function parseReason(annotation: string | undefined): { code: string; message: string } | undefined {
  const match = /^([a-z-]+): (.*)$/s.exec(annotation ?? '');
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { code: match[1], message: match[2] };
}

// An object's annotations may take 256 KiB together; a reason that nobody reads to its end helps nobody.
const MAX_ANNOTATION = 1024;

/** `a, b, c and 4 more`: names as far as a person reads them. */
export function listNames(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
