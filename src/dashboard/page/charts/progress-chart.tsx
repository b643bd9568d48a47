import type { ProgressPoint } from '../../wire.ts';
import type { FleetStore } from '../fleet/store.ts';
import { clock, number, tick } from '../format.ts';
import { useFleet, useWidth } from '../hooks.ts';
import { scale, ticksBetween } from './scale.ts';

const HEIGHT = 150;
const FOOT = 22;
const HEAD = 16;
const PIXELS_PER_TICK = 110;

interface ProgressChartProps {
  readonly store: FleetStore;
}

/** How many nodes were upgraded, in progress and failed over time, and where it leads. */
export function ProgressChart({ store }: ProgressChartProps) {
  useFleet(store);
  const [ref, width] = useWidth();
  return (
    <div class="progress-chart" ref={ref}>
      {width > 0 && store.progress.length > 0 && <Chart store={store} width={width} />}
    </div>
  );
}

function Chart({ store, width }: ProgressChartProps & { readonly width: number }) {
  const now = store.now();
  const { rollout } = store;
  const points = withNow(store.progress, rollout.finishedAt ?? now);
  const [first = NOTHING] = points;
  const last = points.at(-1) ?? NOTHING;
  const end = rollout.finishedAt === undefined ? rollout.estimatedEnd : undefined;
  const from = Math.min(first.at, rollout.startedAt ?? first.at);
  const to = Math.max(last.at, end ?? 0, from + 10_000);
  const x = scale(from, to, width);
  const y = (nodes: number): number =>
    HEIGHT - FOOT - (nodes / Math.max(1, last.total)) * (HEIGHT - FOOT - HEAD);
  const { step, times } = ticksBetween(from, to, Math.max(2, width / PIXELS_PER_TICK));
  const layer = (low: (point: ProgressPoint) => number, high: (point: ProgressPoint) => number): string =>
    area(points, x, { low: (point) => y(low(point)), high: (point) => y(high(point)) });
  return (
    <svg width={width} height={HEIGHT} role="img" aria-label={words(store, last, now)}>
      <line class="whole" x1="0" x2={width} y1={y(last.total)} y2={y(last.total)} />
      <text class="whole-text" x={width} y={y(last.total) - 5}>{`${number(last.total)} nodes`}</text>
      <path
        class="area done"
        d={layer(
          () => 0,
          ({ done }) => done,
        )}
      />
      <path
        class="area progress"
        d={layer(
          ({ done }) => done,
          ({ done, inProgress }) => done + inProgress,
        )}
      />
      <path
        class="area failed"
        d={layer(
          ({ done, inProgress }) => done + inProgress,
          ({ done, inProgress, failed }) => done + inProgress + failed,
        )}
      />
      {end !== undefined && (
        <line
          class="outlook"
          x1={x(last.at)}
          y1={y(last.done)}
          x2={x(end)}
          y2={y(last.total - last.failed)}
        />
      )}
      {rollout.finishedAt === undefined && (
        <line class="now" x1={x(last.at)} x2={x(last.at)} y1={HEAD} y2={HEIGHT - FOOT} />
      )}
      <line class="ground" x1="0" x2={width} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} />
      {times.map((time) => (
        <text key={time} class="tick" x={x(time)} y={HEIGHT - 6}>
          {tick(time, step)}
        </text>
      ))}
    </svg>
  );
}

const NOTHING: ProgressPoint = { at: 0, total: 0, done: 0, inProgress: 0, failed: 0 };

/** What has not changed since is so still. */
function withNow(points: readonly ProgressPoint[], now: number): readonly ProgressPoint[] {
  const last = points.at(-1);
  return last === undefined || last.at >= now ? points : [...points, { ...last, at: now }];
}

/** In steps: what was counted holds until it is counted again. */
function area(
  points: readonly ProgressPoint[],
  x: (time: number) => number,
  { low, high }: Readonly<Record<'low' | 'high', (point: ProgressPoint) => number>>,
): string {
  const line = (height: (point: ProgressPoint) => number): readonly string[] =>
    points.flatMap((point, index) => {
      const before = points[index - 1];
      const at = (y: number): string => `${x(point.at).toFixed(1)},${y.toFixed(1)}`;
      return before === undefined ? [at(height(point))] : [at(height(before)), at(height(point))];
    });
  return `M${[...line(high), ...[...line(low)].reverse()].join('L')}Z`;
}

function words(
  { rollout }: FleetStore,
  { total, done, inProgress, failed }: ProgressPoint,
  now: number,
): string {
  const { startedAt, estimatedEnd } = rollout;
  const since = startedAt === undefined ? '' : ` since ${clock(startedAt, now)}`;
  const end = estimatedEnd === undefined ? '' : `; it may end about ${clock(estimatedEnd, now)}`;
  return `${number(done)} of ${number(total)} nodes upgraded${since}, ${number(inProgress)} in progress, ${number(failed)} failed${end}`;
}
