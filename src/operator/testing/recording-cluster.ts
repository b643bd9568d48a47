import { onAbort } from '../../cluster/abort.ts';
import { ApiError } from '../../cluster/errors.ts';
import {
  InterceptedCluster,
  type Call,
  type MadeCall,
  type OpenedWatch,
} from '../../cluster/intercepted-cluster.ts';
import type { Stored, WatchEvent } from '../../cluster/port.ts';

/** Does something about a call: throws what it is to be refused with, or has it wait. */
export type Hook = (call: Call) => Promise<void> | undefined;

/** A way to a cluster that keeps account of what was asked, and can be told to fail or to wait. */
export class RecordingCluster extends InterceptedCluster {
  /** Every call that was made, those among them that were refused. */
  readonly calls: Call[] = [];
  readonly #open = new Set<Call>();
  /** Called before a call is done. */
  before: Hook = () => undefined;
  /** Called after it is done, before the answer goes out. */
  after: Hook = () => undefined;

  /** The watches that are going on. */
  get watches(): readonly Call[] {
    return [...this.#open];
  }

  protected override async answer<R>({ call, signal, perform }: MadeCall<R>): Promise<R> {
    if (signal?.aborted === true) throw givenUp();
    this.calls.push(call);
    await untilAborted(this.before(call), signal);
    const answer = await perform();
    await untilAborted(this.after(call), signal);
    return answer;
  }

  protected override stream<T extends Stored>(opened: OpenedWatch<T>): AsyncIterable<WatchEvent<T>> {
    if (opened.signal?.aborted !== true) this.calls.push(opened.call);
    return this.#events(opened);
  }

  async *#events<T extends Stored>({ call, signal, open }: OpenedWatch<T>): AsyncGenerator<WatchEvent<T>> {
    this.#open.add(call);
    try {
      await untilAborted(this.before(call), signal);
      yield* open(signal);
    } finally {
      this.#open.delete(call);
    }
  }
}

async function untilAborted(work: Promise<void> | undefined, signal: AbortSignal | undefined): Promise<void> {
  if (work === undefined) return;
  let forget = (): void => undefined;
  const end = new Promise<never>((_, reject) => {
    if (signal !== undefined)
      forget = onAbort(signal, () => {
        reject(givenUp());
      });
  });
  await Promise.race([work, end]).finally(forget);
}

function givenUp(): ApiError {
  return new ApiError('aborted', 'The caller gave up');
}
