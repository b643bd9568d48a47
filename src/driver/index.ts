/** What the driver's objects in the cluster should be. Pure: nothing here speaks to a cluster. */
export { covers } from './covers.ts';
export type { ConfigMapKeys } from './config-mounts.ts';
export type { LiveDaemonSet } from './live.ts';
export { imageOf } from './image.ts';
export { poolKey, poolOf } from './pool.ts';
export type { NodePool, Pool } from './pool.ts';
export { renderDriverObjects } from './render.ts';
export type { DriverInput, DriverObjects, PoolProblem } from './render.ts';
export { driverWaitLabel } from './wait-label.ts';
export type { DriverOnNode } from './wait-label.ts';
