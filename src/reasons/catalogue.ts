import type { Entries, Entry, NextStep, Remedy, Where } from './entry.ts';
import { drainByHand, drainEntries, tryAgain } from './entries/drain.ts';
import { driverEntries, failedDriver } from './entries/driver.ts';
import { driverPodsOn, flowEntries, requestUpgrade } from './entries/flow.ts';
import { startEntries } from './entries/start.ts';
import type { Reason, ReasonCode, ToldReason } from './reason.ts';

const failedEntry: Entry<'failed'> = {
  title: 'The upgrade of the node has failed',
  severity: 'failed',
  told: 'never',
  explanation:
    'The node is in `upgrade-failed`, cordoned, and holds no slot. Its annotation says what it failed on, under the code of that. It finishes by itself as soon as its driver pod is up to date and Ready, be it that somebody drains the node by hand and deletes the driver pod; it is tried again when another driver is wanted, or when somebody asks for it.',
  message: ({ cause }) =>
    cause === undefined
      ? 'The upgrade of this node has failed: drain the node by hand and delete its driver pod'
      : wordsOf(cause),
  remedy: ({ cause }, where) =>
    cause === undefined || 'told' in cause
      ? (AFTER_FAILURE[knownCode(cause?.code) ?? 'failed'] ?? tryFailedAgain)(undefined, where)
      : remedyFor(cause, where),
  example: { code: 'failed', cause: undefined },
};

/** What gets a failed node going of whose cause only the code is known any more. */
const AFTER_FAILURE: Readonly<Partial<Record<ReasonCode, (_: undefined, where: Where) => Remedy>>> = {
  'drain-refused': drainByHand,
  'drain-timeout': (_, { node }) => tryAgain(node),
  'driver-image': failedDriver,
  'driver-crashing': failedDriver,
};

function tryFailedAgain(_: unknown, { node }: Where): Remedy {
  return {
    text: 'Take the cause away, then ask for another try.',
    look: [driverPodsOn(node)],
    commands: [requestUpgrade(node)],
  };
}

/** All that is known about each code; one that is missing does not compile. */
export const CATALOGUE: Entries<ReasonCode> = {
  ...flowEntries,
  ...startEntries,
  ...drainEntries,
  ...driverEntries,
  failed: failedEntry,
};

/** Every code, in the order of an upgrade. */
export const REASON_CODES = Object.keys(CATALOGUE) as readonly ReasonCode[];

/** What is known about a code. */
export function entryOf<Code extends ReasonCode>(code: Code): Entry<Code> {
  return CATALOGUE[code];
}

/** A reason as it may be, for the documentation and for tests. */
export function exampleOf(code: ReasonCode): Reason {
  return CATALOGUE[code].example;
}

/** The code, if it is one of the list. */
export function knownCode(code: string | undefined): ReasonCode | undefined {
  return code !== undefined && Object.hasOwn(CATALOGUE, code) ? (code as ReasonCode) : undefined;
}

/** For people: what is the matter, and with which object. One or two sentences, without a full stop at the end. */
export function messageOf(reason: Reason): string {
  return entryFor(reason).message(reason);
}

/** What can be done about it, with commands to paste. */
export function remedyFor(reason: Reason, where: Where): Remedy {
  return entryFor(reason).remedy(reason, where);
}

/** What happens next by itself, the first first; empty: it waits for something to change. */
export function nextSteps(reason: Reason): readonly NextStep[] {
  return entryFor(reason).next?.(reason) ?? [];
}

/** Since when it is so (milliseconds since the epoch), where the reason itself knows. */
export function sinceOf(reason: Reason): number | undefined {
  return entryFor(reason).since?.(reason);
}

/**
 * The reason that people are to be told of, with the code that goes by it: of a node that has failed, what it has failed on.
 */
export function told(reason: Reason): { readonly code: string; readonly message: string } {
  if (reason.code !== 'failed' || reason.cause === undefined) {
    return { code: reason.code, message: messageOf(reason) };
  }
  const { cause } = reason;
  return { code: cause.code, message: wordsOf(cause) };
}

function wordsOf(cause: Reason | ToldReason): string {
  return 'told' in cause ? cause.message : messageOf(cause);
}

/** The compiler cannot see that an entry found by a reason's code is for that very reason. */
function entryFor(reason: Reason): Entry<typeof reason.code> {
  return CATALOGUE[reason.code] as Entry<ReasonCode>;
}
