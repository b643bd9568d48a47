// By way of a file of its own, so that a bundler sees which one of the package's thousand classes is used, and leaves out the others,
// though the import of this file is dynamic.
export { KubeConfig } from '@kubernetes/client-node';
