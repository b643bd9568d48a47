import type { ApiObject } from '../../../../kubernetes/objects.ts';
import type { Metadata } from '../../api/object-metadata.ts';
import type { RawObject } from '../../api/types.ts';
import type { PodTemplate, PodSpec } from '../objects.ts';
import { controllerReference } from '../owners.ts';

/** What sets a pod apart from the template that it is made from. */
export interface Particulars {
  /** Default: the owner's name with something by chance behind it. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  /** Default: the template's. */
  readonly spec?: PodSpec;
}

/** A pod made from the template in its owner's spec. */
export function newPod(
  owner: ApiObject & { readonly spec: { readonly template: PodTemplate } },
  { name, labels, finalizers, spec }: Particulars = {},
): RawObject {
  const { template } = owner.spec;
  const { namespace } = owner.metadata;
  const metadata: Metadata = {
    name: name ?? '',
    ...(name === undefined ? { generateName: `${owner.metadata.name}-` } : {}),
    ...(namespace === undefined ? {} : { namespace }),
    labels: { ...template.metadata?.labels, ...labels },
    ...(template.metadata?.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
    ...(finalizers === undefined ? {} : { finalizers }),
    ownerReferences: [controllerReference(owner)],
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: spec ?? template.spec };
}
