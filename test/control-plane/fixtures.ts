/** What tests put into a control plane, and how they look at it. Everything takes the control plane's own client, `api`. */
export { eventually } from './eventually.ts';
export * from './fixtures/kubelets.ts';
export * from './fixtures/nodes.ts';
export * from './fixtures/objects.ts';
export * from './fixtures/workloads.ts';
export * from './stages/annotations.ts';
