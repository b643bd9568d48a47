const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps in which people count time, in milliseconds. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((step) => step * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((step) => step * MINUTE),
  ...[1, 2, 3, 6, 12].map((step) => step * HOUR),
  ...[1, 2, 7, 14].map((step) => step * DAY),
];

export interface Ticks {
  readonly step: number;
  readonly times: readonly number[];
}

/** Round times between two others, `most` of them at the most. */
export function ticksBetween(from: number, to: number, most: number): Ticks {
  const step = STEPS.find((each) => (to - from) / each <= most) ?? 14 * DAY;
  // Round by the clock on the wall, not by that of Greenwich.
  const offset = new Date(from).getTimezoneOffset() * MINUTE;
  const times: number[] = [];
  for (let time = Math.ceil((from - offset) / step) * step + offset; time <= to; time += step)
    times.push(time);
  return { step, times };
}

/** From a span of time to a span of pixels. */
export function scale(from: number, to: number, width: number): (time: number) => number {
  const span = Math.max(1, to - from);
  return (time) => ((time - from) / span) * width;
}
