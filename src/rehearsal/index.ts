/** What a policy would make of a cluster, tried out on a copy of it. */
export { toBeEvicted } from './cast.ts';
export type { NodeCourse, Obstacle } from './course.ts';
export { estimatesFrom } from './estimates.ts';
export type { Estimates, LastRollout } from './estimates.ts';
export { rehearse } from './rehearse.ts';
export type { Course } from './rehearse.ts';
export type { RawPodObject, Snapshot } from './snapshot.ts';
export { PolicyRefused } from './stage.ts';
