/** A real control plane for tests, the demo and benchmarks: the API server and its controllers, with simulated kubelets. */
export { ApiClient, RequestError } from './api-client.ts';
export type { AnyObject, ObjectList, PatchType } from './api-client.ts';
export { countRequests } from './audit.ts';
export type { CountQuery, RequestCount } from './audit.ts';
export { controlPlaneAvailability } from './binaries.ts';
export type { Availability } from './binaries.ts';
export type { ApiServerRestart, ControlPlane, KubectlOptions, ServiceAccountRef } from './control-plane.ts';
export { eventually } from './eventually.ts';
export { progressToStderr } from './progress.ts';
export { startControlPlane } from './start.ts';
export type { ControlPlaneOptions } from './start.ts';
export { stopControlPlane } from './stop.ts';
