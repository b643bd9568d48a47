import type { PolicyRule } from '../../driver/access.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';
import { OPERATOR_LABELS, OPERATOR_NAME, operatorObject } from './operator-names.ts';
import type { Identity } from './operator-names.ts';
import { CLUSTER_RULES, EVENT_RULES, NAMESPACE_RULES, REVIEW_RULES } from './permissions.ts';

const RBAC = 'rbac.authorization.k8s.io';

export interface AccessOptions {
  /** Whether the operator has to find out whose a token is, and what that one may do. */
  readonly reviewsTokens?: boolean;
}

/** The namespace, the operator's ServiceAccount, and what that may do. */
export function operatorAccess(
  namespace: string,
  { reviewsTokens = false }: AccessOptions = {},
): readonly ApiObject[] {
  const subjects = [{ kind: 'ServiceAccount', name: OPERATOR_NAME, namespace }];
  return [
    namespaceObject(namespace),
    operatorObject({ apiVersion: 'v1', kind: 'ServiceAccount', namespace }),
    ...grant({}, [...CLUSTER_RULES, ...(reviewsTokens ? REVIEW_RULES : [])], subjects),
    ...grant({ namespace }, NAMESPACE_RULES, subjects),
    // A name of its own: the operator may live in `default` too.
    ...grant({ namespace: 'default', name: `${OPERATOR_NAME}-events` }, EVENT_RULES, subjects),
  ];
}

/** Driver pods are privileged and use the host's network, which a namespace must allow. */
function namespaceObject(name: string): ApiObject {
  const labels = { ...OPERATOR_LABELS, 'pod-security.kubernetes.io/enforce': 'privileged' };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

type Where = Pick<Identity, 'namespace' | 'name'>;

/** A role and its binding, in one namespace or for the whole cluster. */
function grant(
  where: Where,
  rules: readonly PolicyRule[],
  subjects: readonly object[],
): readonly ApiObject[] {
  const prefix = where.namespace === undefined ? 'Cluster' : '';
  const apiVersion = `${RBAC}/v1`;
  const role = { ...operatorObject({ apiVersion, kind: `${prefix}Role`, ...where }), rules };
  const binding = {
    ...operatorObject({ apiVersion, kind: `${prefix}RoleBinding`, ...where }),
    roleRef: { apiGroup: RBAC, kind: role.kind, name: role.metadata.name },
    subjects,
  };
  return [role, binding];
}
