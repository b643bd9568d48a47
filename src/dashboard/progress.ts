import type { ProgressPoint } from './wire.ts';

/** More points than a chart is wide help nobody. */
export const MOST_POINTS = 600;

/** The least time between two points, in milliseconds. */
const LEAST_GAP = 1000;

/**
 * Takes another point to those that there are. One that follows too soon takes the place of the last; when there are too many, every
 * second one goes, so that a long rollout is known from its beginning, only less finely.
 *
 * @returns whether it has taken the place of the last
 */
export function addPoint(points: ProgressPoint[], point: ProgressPoint): boolean {
  const last = points.at(-1);
  const before = points.at(-2);
  const replaces = last !== undefined && point.at - (before ?? last).at < gapOf(points);
  // The first point is where it begins.
  if (replaces) points[points.length - 1] = before === undefined ? { ...point, at: last.at } : point;
  else points.push(point);
  if (points.length > MOST_POINTS) thin(points);
  return replaces;
}

/** As fine as the points can be over the whole time, and no finer. */
function gapOf(points: readonly ProgressPoint[]): number {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return LEAST_GAP;
  return Math.max(LEAST_GAP, (last.at - first.at) / MOST_POINTS);
}

function thin(points: ProgressPoint[]): void {
  const kept = points.filter((_, index) => index % 2 === 0 || index === points.length - 1);
  points.splice(0, points.length, ...kept);
}
