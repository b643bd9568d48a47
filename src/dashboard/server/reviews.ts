import type { ResourceType, Stored } from '../../cluster/port.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';

/** Who a token belongs to, as the API server says. It is given back as it came, to ask what that one may do. */
export interface UserInfo {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

interface TokenReview extends Stored {
  /** Undefined: the token is nobody's. */
  readonly user: UserInfo | undefined;
}

interface SubjectAccessReview extends Stored {
  readonly allowed: boolean;
}

/** A review is answered and not kept: it has neither a name nor a version. */
const NOT_STORED: Stored = { name: '', uid: '', resourceVersion: '0' };

/** @see https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/ */
export const tokenReviews: ResourceType<TokenReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  namespaced: false,
  trim: (
    raw: ApiObject & { readonly status?: { readonly authenticated?: boolean; readonly user?: UserInfo } },
  ) => ({
    ...NOT_STORED,
    user: raw.status?.authenticated === true ? (raw.status.user ?? {}) : undefined,
  }),
};

/** @see https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/subject-access-review-v1/ */
export const subjectAccessReviews: ResourceType<SubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
  trim: (
    raw: ApiObject & { readonly status?: { readonly allowed?: boolean; readonly denied?: boolean } },
  ) => ({
    ...NOT_STORED,
    allowed: raw.status?.allowed === true && raw.status.denied !== true,
  }),
};

/** An object of which only the spec is to be said. */
export function reviewOf(type: ResourceType<Stored>, spec: object): ApiObject {
  const review = {
    apiVersion: `${type.group}/${type.version}`,
    kind: type.kind,
    metadata: { name: '' },
    spec,
  };
  return review;
}
