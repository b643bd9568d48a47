import type { FleetStore } from './fleet/store.ts';
import { kindOf, KIND_WORDS, type Kind } from './fleet/kind.ts';
import { count, number } from './format.ts';

/** Who listens to the page is told of so much at a time, and no more often than this, in milliseconds. */
const MOST_NAMES = 3;
const INTERVAL_MS = 5000;

const WORTH_TELLING: ReadonlySet<Kind> = new Set<Kind>(['failed', 'blocked']);

/** Says what changes to those who do not see it: which nodes fail or are held up, and how far it is. */
export class Announcer {
  readonly #store: FleetStore;
  readonly #region: HTMLElement;
  readonly #kinds = new Map<string, Kind>();
  readonly #news = new Map<Kind, Set<string>>();
  #done = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: FleetStore, region: HTMLElement) {
    this.#store = store;
    this.#region = region;
    this.#done = store.kinds.of('done');
    for (const record of store.nodes) this.#kinds.set(record.name, kindOf(record));
    store.subscribe((names) => {
      for (const name of names) this.#note(name);
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#tell();
      }, INTERVAL_MS);
    });
  }

  #note(name: string): void {
    const record = this.#store.node(name);
    const before = this.#kinds.get(name);
    if (record === undefined) {
      this.#kinds.delete(name);
      return;
    }
    const kind = kindOf(record);
    this.#kinds.set(name, kind);
    if (before === undefined || before === kind || !WORTH_TELLING.has(kind)) return;
    const names = this.#news.get(kind) ?? new Set();
    this.#news.set(kind, names.add(name));
  }

  #tell(): void {
    const sentences = [...this.#news].map(([kind, names]) => `${KIND_WORDS[kind]}: ${listed([...names])}.`);
    this.#news.clear();
    const done = this.#store.kinds.of('done');
    if (done !== this.#done)
      sentences.push(`${number(done)} of ${count(this.#store.size, 'node')} upgraded.`);
    this.#done = done;
    if (sentences.length > 0) this.#region.textContent = sentences.join(' ');
  }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}
