import { expect, it } from 'vitest';
import { addPoint, MOST_POINTS } from './progress.ts';
import type { ProgressPoint } from './wire.ts';

const point = (at: number): ProgressPoint => ({ at, total: 10, done: at, inProgress: 0, failed: 0 });

it('keeps a rollout of any length from its beginning to its end, in a bounded number of points', () => {
  const points: ProgressPoint[] = [];
  const HOUR = 3_600_000;
  for (let at = 0; at <= 48 * HOUR; at += 7000) {
    addPoint(points, point(at));
    expect(points.length).toBeLessThanOrEqual(MOST_POINTS);
  }
  expect(points[0]?.at).toBe(0);
  expect(points.at(-1)?.at).toBeGreaterThan(48 * HOUR - 7000);
  expect(points.length).toBeGreaterThan(MOST_POINTS / 4);
});

it('tells the newest figures, however quickly they change', () => {
  const points: ProgressPoint[] = [];
  for (let at = 0; at <= 2500; at += 100) addPoint(points, point(at));
  expect(points.at(-1)).toEqual(point(2500));
  expect(points.length).toBeLessThanOrEqual(4);
});
