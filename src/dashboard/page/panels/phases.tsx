import type { NodeRecord } from '../../wire.ts';
import { wordsOf } from '../fleet/kind.ts';
import { segmentsOf } from '../fleet/phases.ts';
import type { FleetStore } from '../fleet/store.ts';
import { clock, duration } from '../format.ts';
import { useNow } from '../hooks.ts';

interface PhasesProps {
  readonly store: FleetStore;
  readonly record: NodeRecord;
}

/** How long each phase of a node's upgrade took, one below the other. */
export function Phases({ store, record }: PhasesProps) {
  const now = useNow(store);
  const segments = segmentsOf(record, store.seenSince, now);
  const [first] = segments;
  const last = segments.at(-1);
  if (first === undefined || last === undefined) return null;
  const span = Math.max(1, last.to - first.from);
  return (
    <>
      <h3>
        Its upgrade{' '}
        <small>
          {clock(first.from, now)}, {duration(span)}
        </small>
      </h3>
      <table class="phases">
        <caption class="unseen">Phases</caption>
        <thead class="unseen">
          <tr>
            <th scope="col">Phase</th>
            <th scope="col">When</th>
            <th scope="col">Duration</th>
          </tr>
        </thead>
        <tbody>
          {segments.map(({ state, from, to, open }) => (
            <tr key={from}>
              <th scope="row">{wordsOf(state).phase}</th>
              <td class="track">
                <i
                  class={`phase s-${state}${open ? ' open' : ''}`}
                  style={{
                    left: `${(100 * (from - first.from)) / span}%`,
                    width: `${(100 * (to - from)) / span}%`,
                  }}
                />
              </td>
              <td>{duration(to - from)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
