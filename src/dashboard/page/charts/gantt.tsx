import { useState } from 'preact/hooks';
import type { NodeRecord } from '../../wire.ts';
import { isFiltered, matches, type Filter } from '../fleet/filter.ts';
import { wordsOf } from '../fleet/kind.ts';
import { segmentsOf, startOf, type Segment } from '../fleet/phases.ts';
import type { FleetStore } from '../fleet/store.ts';
import { duration, tick } from '../format.ts';
import { compareNames } from '../grid/group.ts';
import { useFleet, useWidth } from '../hooks.ts';
import { scale, ticksBetween } from './scale.ts';

const ROW = 24;
const MOST_ROWS_HIGH = 16;
const NAME_WIDTH = 150;
const PIXELS_PER_TICK = 110;
const WIDE_ENOUGH_FOR_LETTER = 15;

interface GanttProps {
  readonly store: FleetStore;
  readonly filter: Filter;
  readonly onOpen: (node: string) => void;
}

interface Row {
  readonly record: NodeRecord;
  readonly segments: readonly Segment[];
}

/** The phases of each node over time, the newest first. */
export function Gantt({ store, filter, onOpen }: GanttProps) {
  useFleet(store);
  const records = begun(store, filter);
  return records.length === 0 ? (
    <p class="hint">No upgrade of a node has begun{isFiltered(filter) && ', of those that are shown'}.</p>
  ) : (
    <Lanes store={store} records={records} onOpen={onOpen} />
  );
}

interface LanesProps extends Omit<GanttProps, 'filter'> {
  readonly records: readonly NodeRecord[];
}

/** Only the lanes that are in sight are drawn, and the time is theirs: of a rollout of two days, each upgrade is a dot. */
function Lanes({ store, records, onOpen }: LanesProps) {
  const [ref, width] = useWidth();
  const [scrolled, setScrolled] = useState(0);
  const now = Math.min(store.now(), store.rollout.finishedAt ?? Infinity);
  const first = Math.max(0, Math.min(Math.floor(scrolled / ROW), records.length - MOST_ROWS_HIGH));
  const rows = records
    .slice(first, first + MOST_ROWS_HIGH + 1)
    .map((record) => ({ record, segments: segmentsOf(record, store.seenSince, now) }));
  const [from, to] = spanOf(rows, now);
  const bars = Math.max(1, width - NAME_WIDTH);
  const x = scale(from, to, bars);
  return (
    <div class="gantt">
      <Axis from={from} to={to} width={bars} />
      <div
        class="gantt-scroll"
        ref={ref}
        tabIndex={0}
        role="region"
        aria-label="Phases of each node"
        style={{ maxHeight: `${MOST_ROWS_HIGH * ROW}px` }}
        onScroll={({ currentTarget }) => {
          setScrolled(currentTarget.scrollTop);
        }}
      >
        <ol style={{ height: `${records.length * ROW}px` }}>
          {rows.map((row, index) => (
            <li key={row.record.name} style={{ top: `${(first + index) * ROW}px` }}>
              <Lane row={row} x={x} onOpen={onOpen} />
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

/** Those whose upgrade has begun, the last one first. */
function begun(store: FleetStore, filter: Filter): readonly NodeRecord[] {
  const found: { readonly record: NodeRecord; readonly start: number }[] = [];
  for (const record of store.nodes) {
    const start = startOf(record);
    if (start !== undefined && matches(filter, record)) found.push({ record, start });
  }
  found.sort((a, b) => b.start - a.start || compareNames(b.record.name, a.record.name));
  return found.map(({ record }) => record);
}

function spanOf(rows: readonly Row[], now: number): readonly [from: number, to: number] {
  const from = Math.min(...rows.map(({ segments }) => segments[0]?.from ?? now));
  const to = Math.max(...rows.map(({ segments }) => segments.at(-1)?.to ?? from));
  return [from, Math.max(to, from + 1000)];
}

function Axis({ from, to, width }: { readonly from: number; readonly to: number; readonly width: number }) {
  const x = scale(from, to, width);
  const { step, times } = ticksBetween(from, to, Math.max(2, width / PIXELS_PER_TICK));
  return (
    <div class="axis" aria-hidden="true">
      {times.map((time) => (
        <span key={time} style={{ left: `${NAME_WIDTH + x(time)}px` }}>
          {tick(time, step)}
        </span>
      ))}
    </div>
  );
}

interface LaneProps {
  readonly row: Row;
  readonly x: (time: number) => number;
  readonly onOpen: (node: string) => void;
}

function Lane({ row: { record, segments }, x, onOpen }: LaneProps) {
  const words = segments
    .map(({ state, from, to }) => `${wordsOf(state).phase} ${duration(to - from)}`)
    .join(', ');
  return (
    <>
      <button
        type="button"
        class="name"
        title={record.name}
        aria-label={`${record.name}: ${words}`}
        onClick={() => {
          onOpen(record.name);
        }}
      >
        {record.name}
      </button>
      <span class="lane" aria-hidden="true">
        {segments.map(({ state, from, to, open }) => {
          const width = Math.max(1, x(to) - x(from));
          return (
            <i
              key={from}
              class={`phase s-${state}${open ? ' open' : ''}`}
              title={`${wordsOf(state).phase} ${duration(to - from)}`}
              style={{ left: `${x(from)}px`, width: `${width}px` }}
            >
              {width >= WIDE_ENOUGH_FOR_LETTER && wordsOf(state).glyph}
            </i>
          );
        })}
      </span>
    </>
  );
}
