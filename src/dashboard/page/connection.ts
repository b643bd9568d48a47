import type { FleetChange, FleetSnapshot, Refusal } from '../wire.ts';

/** How the page stands with its server. */
export type Link =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** It was there before, and is tried again. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface ConnectionOptions {
  readonly onFleet: (snapshot: FleetSnapshot) => void;
  readonly onChange: (change: FleetChange) => void;
  readonly onLink: (link: Link) => void;
  /** What is sent as a bearer token; empty: nothing. */
  readonly token: () => string;
}

const RETRY_MS = { first: 500, longest: 8000 };
/** The server says something every 15 seconds. */
const SILENCE_MS = 40_000;

/** Follows the server's events for as long as the page is open, through whatever becomes of the connection. */
export class Connection {
  readonly #options: ConnectionOptions;
  #wait = RETRY_MS.first;
  #wake: () => void = () => undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  async run(): Promise<never> {
    for (;;) {
      await this.#attempt().catch(() => {
        this.#options.onLink({ kind: 'lost' });
      });
      await this.#pause();
    }
  }

  /** Tries at once, as with another token. */
  retry(): void {
    this.#wait = RETRY_MS.first;
    this.#wake();
  }

  async #attempt(): Promise<void> {
    const { onLink } = this.#options;
    const silent = new AbortController();
    const response = await fetch('api/events', { headers: this.#headers(), signal: silent.signal });
    if (!response.ok || response.body === null) {
      onLink({ kind: 'refused', refusal: await refusalOf(response) });
      return;
    }
    await this.#read(response.body, silent);
    onLink({ kind: 'lost' });
  }

  async #read(body: ReadableStream<Uint8Array>, silent: AbortController): Promise<void> {
    const reader = body
      .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .getReader();
    let text = '';
    for (;;) {
      const timer = setTimeout(() => {
        silent.abort();
      }, SILENCE_MS);
      const { value, done } = await reader.read().finally(() => {
        clearTimeout(timer);
      });
      if (done) return;
      const events = (text + value).split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) this.#take(event);
    }
  }

  #take(event: string): void {
    const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
    if (data === undefined) return;
    const { onFleet, onChange, onLink } = this.#options;
    if (name === 'fleet') {
      onFleet(JSON.parse(data) as FleetSnapshot);
      this.#wait = RETRY_MS.first;
      onLink({ kind: 'live' });
    }
    if (name === 'change') onChange(JSON.parse(data) as FleetChange);
  }

  #headers(): Record<string, string> {
    const token = this.#options.token();
    return token === '' ? {} : { authorization: `Bearer ${token}` };
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, this.#wait);
    });
    this.#wait = Math.min(2 * this.#wait, RETRY_MS.longest);
  }
}

async function refusalOf(response: Response): Promise<Refusal> {
  const nobody: Refusal = { kind: 'unavailable', message: `The server answered ${response.status}` };
  return response.json().then(
    (body: Partial<Refusal>) => ({ ...nobody, ...body }),
    () => nobody,
  );
}
