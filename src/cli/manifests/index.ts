import { stringify } from 'yaml';
import { renderCrd } from '../../contract/crd.ts';
import { isLoopback } from '../../dashboard/server/loopback.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';
import type { ListenAddress } from '../../operator/telemetry/listen-address.ts';
import { UsageError } from '../usage-error.ts';
import { operatorDeployment } from './deployment.ts';
import { operatorAccess } from './rbac.ts';

export type ManifestPart = 'crd' | 'rbac' | 'deployment';

export interface RenderManifestsOptions {
  /** Absent: all of them. */
  readonly only?: readonly ManifestPart[];
  readonly namespace: string;
  /** The operator's image; only the Deployment needs it. */
  readonly image?: string;
  /** Where the operator serves the dashboard; absent: nowhere. */
  readonly dashboardAddress?: ListenAddress;
}

const PARTS: readonly ManifestPart[] = ['crd', 'rbac', 'deployment'];

/**
 * What a cluster needs to run the operator, as YAML for `kubectl apply`, in the order in which to apply it. The same options
 * always give the same text.
 *
 * @throws UsageError if the Deployment is asked for and there is no image
 */
export function renderManifests(options: RenderManifestsOptions): string {
  const wanted = options.only ?? PARTS;
  const objects = PARTS.filter((part) => wanted.includes(part)).flatMap((part) => renderPart(part, options));
  return objects.map(toYaml).join('---\n');
}

function renderPart(
  part: ManifestPart,
  { namespace, image, dashboardAddress }: RenderManifestsOptions,
): readonly ApiObject[] {
  switch (part) {
    case 'crd':
      return [renderCrd()];
    case 'rbac':
      return operatorAccess(namespace, {
        // Whoever reaches the loopback interface of a pod has been allowed to by the API server already.
        reviewsTokens: dashboardAddress !== undefined && !isLoopback(dashboardAddress),
      });
    case 'deployment':
      if (image === undefined) {
        throw new UsageError(
          "which image should the Deployment run? Add --image REGISTRY/ofed-operator:VERSION, or leave the Deployment out with '--only crd,rbac'.",
        );
      }
      return [operatorDeployment({ namespace, image, dashboardAddress })];
  }
}

/** YAML 1.1 is what Kubernetes reads: it takes an unquoted `yes`, `on` or `12:30` for something else than a text. */
function toYaml(object: ApiObject): string {
  return stringify(object, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}
