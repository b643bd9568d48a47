import type { ApiObject, ObjectMeta } from '../../kubernetes/objects.ts';

/** The name of everything that belongs to the operator itself; the driver's own objects are made by the operator. */
export const OPERATOR_NAME = 'ofed-operator';

export const OPERATOR_LABELS = { 'app.kubernetes.io/name': OPERATOR_NAME };

export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  /** Default: the operator's. */
  readonly name?: string;
}

/** The head of one of the operator's own objects. */
export function operatorObject({ apiVersion, kind, namespace, name = OPERATOR_NAME }: Identity): ApiObject {
  const metadata: ObjectMeta = {
    name,
    ...(namespace !== undefined && { namespace }),
    labels: OPERATOR_LABELS,
  };
  return { apiVersion, kind, metadata };
}
