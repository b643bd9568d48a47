/**
 * Who owns which field of an object.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export { applyConfiguration, type Application } from './field-management/apply-configuration.ts';
export { recordUpdate, type Update } from './field-management/record-update.ts';
