import { steadyClock, type Clock } from '../../cluster/clock.ts';
import type { Observer, Sight } from '../../operator/observer.ts';
import { isNobodysConcern, stateOf, type NodeView } from '../../upgrade/view.ts';
import type { FleetChange, FleetSnapshot, NodeRecord, NodeStory, ProgressPoint } from '../wire.ts';
import { History } from './history.ts';
import { recordOf, rolloutOf, TITLES } from './records.ts';
import { storyOf } from './story.ts';

/** Changes are told together, at most so often, in milliseconds: four times a second is enough for the eye. */
const INTERVAL = 250;

/** What this process does: only one that leads knows anything of the fleet. */
export type Role =
  | { readonly kind: 'starting' }
  | { readonly kind: 'standby'; readonly leader: string | undefined }
  | { readonly kind: 'leads' };

export interface FeedListener {
  changed(change: FleetChange): void;
  /** This process leads no more: there is nothing more to come. */
  ended(): void;
}

/** As long as it leads: where to look, and what has been seen. */
interface Term {
  readonly sight: Sight;
  readonly history: History;
  /** By what one rollout is told from the next. */
  rollout: string | undefined;
}

/**
 * What the operator knows of the fleet, for those who watch it. Nothing is asked for again and again: a change is noted when the operator
 * tells of it, and only the nodes that it is about are looked at.
 */
export class FleetFeed implements Observer {
  readonly #clock: Clock;
  readonly #listeners = new Set<FeedListener>();
  /** Nodes of which there is news that nobody has been told yet. */
  readonly #changed = new Set<string>();
  #toldUpTo = 0;
  #cancelFlush: (() => void) | undefined;
  #term: Term | undefined;
  #role: Role = { kind: 'starting' };

  constructor(clock: Clock) {
    this.#clock = steadyClock(clock);
  }

  get role(): Role {
    return this.#role;
  }

  standsBy(leader: string | undefined): void {
    // Of who leads, nothing is known before the Lease has been read.
    this.#role = leader === undefined && this.#term === undefined ? this.#role : { kind: 'standby', leader };
    this.#term = undefined;
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#changed.clear();
    for (const listener of [...this.#listeners]) listener.ended();
    this.#listeners.clear();
  }

  leads(sight: Sight): void {
    this.#term = { sight, history: new History(this.#clock), rollout: undefined };
    this.#role = { kind: 'leads' };
  }

  nodeDecided(name: string, view: NodeView | undefined): void {
    if (this.#term === undefined) return;
    const { history, sight } = this.#term;
    // A node that no driver is made for may wait for one all the same.
    const concerns = (about: NodeView): boolean =>
      !isNobodysConcern(about) || sight.standing(name) !== undefined;
    if (view !== undefined && concerns(view)) history.note(name, stateOf(view));
    else if (history.has(name)) history.forget(name);
    else return;
    this.#touch(name);
  }

  statusComputed(): void {
    const term = this.#term;
    if (term === undefined) return;
    const { version, startedAt } = rolloutOf(term.sight.status());
    const rollout = JSON.stringify([version, startedAt]);
    if (term.rollout !== undefined && term.rollout !== rollout) {
      term.history.beginAnew();
      for (const name of term.history.names) this.#touch(name);
    }
    term.rollout = rollout;
    this.#touch();
  }

  /** Everything as it is now; undefined: this process does not lead. */
  snapshot(): FleetSnapshot | undefined {
    if (this.#term === undefined) return undefined;
    const { sight, history } = this.#term;
    return {
      now: this.#clock.now(),
      seenSince: history.since,
      rollout: rolloutOf(sight.status()),
      progress: history.progress,
      nodes: [...history.names].flatMap((name) => this.#record(name) ?? []),
      titles: TITLES,
    };
  }

  /** All about one node; undefined: there is no such node, or this process does not lead. */
  story(name: string): NodeStory | undefined {
    const view = this.#term?.sight.node(name);
    const record = this.#record(name);
    if (this.#term === undefined || view === undefined || record === undefined) return undefined;
    return storyOf({ sight: this.#term.sight, view, record, now: this.#clock.now() });
  }

  /** Tells of every change from now on, until the returned function is called. Only while this process leads. */
  subscribe(listener: FeedListener): () => void {
    if (this.#listeners.size === 0) this.#toldUpTo = this.#clock.now();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #record(name: string): NodeRecord | undefined {
    if (this.#term === undefined || !this.#term.history.has(name)) return undefined;
    const { sight, history } = this.#term;
    const view = sight.node(name);
    return view === undefined ? undefined : recordOf(sight, view, history.phasesOf(name));
  }

  #touch(name?: string): void {
    // Whoever comes later begins with everything.
    if (this.#listeners.size === 0) return;
    if (name !== undefined) this.#changed.add(name);
    this.#cancelFlush ??= this.#clock.after(INTERVAL, () => {
      this.#cancelFlush = undefined;
      this.#flush();
    });
  }

  #flush(): void {
    const term = this.#term;
    if (term === undefined) return;
    const now = this.#clock.now();
    const names = [...this.#changed];
    this.#changed.clear();
    const records = names.map((name) => ({ name, record: this.#record(name) }));
    const change: FleetChange = {
      now,
      rollout: rolloutOf(term.sight.status()),
      progress: pointsAfter(term.history.progress, this.#toldUpTo),
      nodes: records.flatMap(({ record }) => record ?? []),
      gone: records.flatMap(({ name, record }) => (record === undefined ? [name] : [])),
    };
    this.#toldUpTo = now;
    for (const listener of [...this.#listeners]) listener.changed(change);
  }
}

/** Only the newest ones: what a rollout looked like long ago does not change. */
function pointsAfter(points: readonly ProgressPoint[], time: number): readonly ProgressPoint[] {
  let first = points.length;
  while (first > 0 && (points[first - 1]?.at ?? 0) >= time) first -= 1;
  return points.slice(first);
}
