import type { NodeRecord } from '../../wire.ts';
import type { Filter } from '../fleet/filter.ts';
import { NO_FILTER } from '../fleet/filter.ts';
import { kindOf, type Kind } from '../fleet/kind.ts';
import type { FleetStore } from '../fleet/store.ts';
import { count, duration } from '../format.ts';
import { compareNames } from '../grid/group.ts';
import { useFleet, useNow } from '../hooks.ts';

const MOST_NAMES = 4;

interface Trouble {
  readonly code: string;
  readonly kind: Kind;
  readonly nodes: readonly NodeRecord[];
  readonly since: number;
}

interface AttentionProps {
  readonly store: FleetStore;
  readonly onFilter: (filter: Filter) => void;
  readonly onOpen: (node: string) => void;
}

/** What somebody may have to do something about, the worst first. */
export function Attention({ store, onFilter, onOpen }: AttentionProps) {
  useFleet(store);
  const now = useNow(store);
  const troubles = troublesOf(store);
  return (
    <section class="card attention" aria-labelledby="attention">
      <h2 id="attention">Needs a look</h2>
      {troubles.length === 0 ? (
        <p class="fine">
          <i class="cell done" aria-hidden="true">
            ✓
          </i>
          No node has failed, and none is held up.
        </p>
      ) : (
        <ul>
          {troubles.map((trouble) => (
            <li key={`${trouble.kind} ${trouble.code}`} class={trouble.kind}>
              <button
                type="button"
                class="trouble"
                onClick={() => {
                  onFilter({ ...NO_FILTER, kinds: new Set([trouble.kind]), reason: trouble.code });
                }}
              >
                <i class={`cell ${trouble.kind}`} aria-hidden="true">
                  {trouble.kind === 'failed' ? '!' : '…'}
                </i>
                <span>
                  <b>{trouble.code === '' ? 'The upgrade has failed' : store.titleOf(trouble.code)}</b>
                  <small>
                    {count(trouble.nodes.length, 'node')} {trouble.kind === 'failed' ? 'failed' : 'held up'}
                    {trouble.since > 0 && `, for ${duration(now - trouble.since)}`}
                  </small>
                </span>
              </button>
              <p class="names">
                {trouble.nodes.slice(0, MOST_NAMES).map(({ name }) => (
                  <button
                    key={name}
                    type="button"
                    class="name"
                    onClick={() => {
                      onOpen(name);
                    }}
                  >
                    {name}
                  </button>
                ))}
                {trouble.nodes.length > MOST_NAMES && (
                  <span>and {trouble.nodes.length - MOST_NAMES} more</span>
                )}
              </p>
            </li>
          ))}
        </ul>
      )}
      <p class="hint">Choose a node to see its story: what it waits for, and what helps.</p>
    </section>
  );
}

function troublesOf(store: FleetStore): readonly Trouble[] {
  if (store.kinds.of('failed') + store.kinds.of('blocked') === 0) return [];
  const found = new Map<string, NodeRecord[]>();
  for (const record of store.nodes) {
    const kind = kindOf(record);
    if (kind !== 'failed' && kind !== 'blocked') continue;
    const key = `${kind} ${record.code ?? ''}`;
    const nodes = found.get(key);
    if (nodes === undefined) found.set(key, [record]);
    else nodes.push(record);
  }
  return [...found.values()]
    .flatMap(troubleOf)
    .sort((a, b) => rank(a) - rank(b) || b.nodes.length - a.nodes.length);
}

function troubleOf(nodes: readonly NodeRecord[]): readonly Trouble[] {
  const [first] = nodes;
  if (first === undefined) return [];
  const sorted = [...nodes].sort((a, b) => compareNames(a.name, b.name));
  const since = Math.min(...nodes.map((node) => node.since ?? Infinity));
  return [
    { code: first.code ?? '', kind: kindOf(first), nodes: sorted, since: Number.isFinite(since) ? since : 0 },
  ];
}

function rank({ kind }: Trouble): number {
  return kind === 'failed' ? 0 : 1;
}
