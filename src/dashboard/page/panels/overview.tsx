import type { ComponentChildren } from 'preact';
import { KINDS, KIND_WORDS, type Kind } from '../fleet/kind.ts';
import type { FleetStore } from '../fleet/store.ts';
import { clock, count, duration, number, relative } from '../format.ts';
import { useFleet, useNow } from '../hooks.ts';

const BAR_ORDER: readonly Kind[] = ['done', 'progress', 'blocked', 'failed', 'aside', 'waiting'];

interface OverviewProps {
  readonly store: FleetStore;
}

/** How far the rollout is, when it ends, and what it has cost. */
export function Overview({ store }: OverviewProps) {
  useFleet(store);
  const { rollout, size, kinds } = store;
  const done = kinds.of('done');
  return (
    <section class="card overview" aria-labelledby="overview">
      <div class="headline">
        <h2 id="overview">
          <strong>{number(done)}</strong>
          <span class="of"> of {number(size)}</span>
          <span class="what">{size === 1 ? 'node' : 'nodes'} upgraded</span>
        </h2>
        <Standing store={store} />
      </div>
      <div
        class="meter"
        role="img"
        aria-label={KINDS.map((kind) => `${KIND_WORDS[kind]}: ${number(kinds.of(kind))}`).join(', ')}
      >
        {BAR_ORDER.map((kind) => (
          <i key={kind} class={kind} style={{ flexGrow: kinds.of(kind) }} hidden={kinds.of(kind) === 0} />
        ))}
      </div>
      <Facts store={store} />
      {rollout.state === 'error' && (
        <p class="problem" role="alert">
          <strong>The policy cannot be applied.</strong> {rollout.message}
        </p>
      )}
    </section>
  );
}

function Standing({ store }: OverviewProps) {
  const { kinds, rollout } = store;
  const parts = (['progress', 'blocked', 'failed', 'waiting', 'aside'] as const).filter(
    (kind) => kinds.of(kind) > 0,
  );
  if (parts.length === 0)
    return <p class="standing">{rollout.state === undefined ? rollout.message : 'Nothing is left to do.'}</p>;
  return (
    <p class="standing">
      {parts.map((kind) => (
        <span key={kind} class={`tally ${kind}`}>
          <b>{number(kinds.of(kind))}</b> {KIND_WORDS[kind].toLowerCase()}
        </span>
      ))}
    </p>
  );
}

function Facts({ store }: OverviewProps) {
  const now = useNow(store);
  const { rollout } = store;
  const { startedAt, maxParallel, podsEvicted, nodeSecondsOutOfService } = rollout;
  const busy = store.progress.at(-1)?.inProgress ?? 0;
  return (
    <dl class="facts">
      <End store={store} now={now} />
      <Fact name="Started">
        {startedAt === undefined ? '–' : clock(startedAt, now)}
        {startedAt !== undefined && <small>{relative(startedAt, now)}</small>}
      </Fact>
      <Fact name="At once">
        {number(busy)}
        <small>{maxParallel === 0 ? 'no limit' : `of at most ${number(maxParallel)}`}</small>
      </Fact>
      <Fact name="Pods evicted">{number(podsEvicted)}</Fact>
      <Fact name="Out of service">
        {duration(nodeSecondsOutOfService * 1000)}
        <small>all nodes together</small>
      </Fact>
    </dl>
  );
}

function End({ store: { rollout, kinds }, now }: OverviewProps & { readonly now: number }) {
  const { startedAt, finishedAt, estimatedEnd } = rollout;
  if (finishedAt !== undefined) {
    return (
      <Fact name="Finished">
        {clock(finishedAt, now)}
        {startedAt !== undefined && <small>took {duration(finishedAt - startedAt)}</small>}
      </Fact>
    );
  }
  if (estimatedEnd !== undefined) {
    return (
      <Fact name="Ends about">
        {clock(estimatedEnd, now)}
        <small>{relative(estimatedEnd, now)}, at the pace so far</small>
      </Fact>
    );
  }
  const isRunning = kinds.of('progress') + kinds.of('waiting') > 0;
  return <Fact name="Ends about">–{isRunning && <small>too early to tell</small>}</Fact>;
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The title of the window: how far it is, for who looks at something else. */
export function titleOf({ kinds, size }: FleetStore): string {
  return size === 0 ? 'OFED rollout' : `${number(kinds.of('done'))} of ${count(size, 'node')} · OFED rollout`;
}
