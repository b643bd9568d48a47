import { hasCode } from '../../cluster/errors.ts';
import { UsageError } from '../../cli/usage-error.ts';
import type { JsonPatchOperation, ResourceType, Stored } from '../../cluster/port.ts';
import { Refusal } from '../refusal.ts';
import { STATUS, type Session } from '../session.ts';

/** A change that a person asks for, by the contract's own fields, labels and annotations. */
export interface Intent {
  readonly type: ResourceType<Stored>;
  readonly name: string;
  /** Made only if the object is still what it was seen to be. */
  readonly operations: readonly JsonPatchOperation[];
  /** What it does, as what comes after "will": `pause the rollout: no new node is started`. */
  readonly will: string;
  /** The same by other means, for whoever wants to see or script it. */
  readonly command: string;
  /** What it may cost, for which a person is asked first; absent: nothing. */
  readonly cost?: string;
  /** Looks at what the API server made of it. @throws Refusal */
  readonly check?: (object: Stored) => void;
}

export interface ActionOptions {
  readonly dryRun?: true;
  readonly yes?: true;
}

/**
 * Says what is going to be done, asks where it may cost something, and does it.
 *
 * @throws UsageError if there is nobody to ask; Refusal if an object is not any more what it was seen to be; ApiError
 */
export async function carryOut(
  session: Session,
  intents: readonly Intent[],
  { dryRun, yes }: ActionOptions,
): Promise<number> {
  if (dryRun === true) {
    session.print(
      intents.flatMap(({ will, command, cost }) => [`would ${will}`, ...said(cost), `  $ ${command}`]),
    );
    return STATUS.ok;
  }
  if (yes !== true && !(await isAgreed(session, intents))) {
    session.print(['nothing has been done']);
    return STATUS.no;
  }
  for (const intent of intents) {
    await carryOutOne(session, intent);
    session.print([`done: ${intent.will}`]);
  }
  return STATUS.ok;
}

function said(cost: string | undefined): readonly string[] {
  return cost === undefined ? [] : [`  ${cost}`];
}

async function isAgreed({ terminal }: Session, intents: readonly Intent[]): Promise<boolean> {
  const costly = intents.filter(({ cost }) => cost !== undefined);
  if (costly.length === 0) return true;
  if (terminal.ask === undefined)
    throw new UsageError(
      'this asks before it does anything, and there is nobody to ask: say --yes, or see it with --dry-run',
    );
  terminal.err(costly.map(({ will, cost }) => `This will ${will}.\n  ${cost ?? ''}\n`).join(''));
  return /^y(es)?$/i.test((await terminal.ask('Go on? [y/N] ')).trim());
}

async function carryOutOne({ access }: Session, { type, name, operations, check }: Intent): Promise<void> {
  const { cluster, signal } = access;
  try {
    const object = await cluster.patch(type, { name }, operations, { signal });
    check?.(object);
  } catch (error) {
    if (!hasCode(error, 'precondition-failed', 'not-found')) throw error;
    throw new Refusal(`${type.kind} ${name} has changed in the meantime, and was left as it is: look again`, {
      cause: error,
    });
  }
}
