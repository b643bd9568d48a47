import { createHash } from 'node:crypto';
import type { ApiObject, OwnerReference } from '../kubernetes/objects.ts';
import type { LiveDaemonSet } from './live.ts';
import { daemonSetName } from './naming.ts';
import { driverLabels, podTemplate } from './pod-template.ts';
import type { TemplateInput } from './pod-template.ts';
import type { PodTemplate } from './pod-spec.ts';
import { poolKey } from './pool.ts';
import { readRecord, writeRecord } from './record.ts';

export interface DaemonSet extends ApiObject {
  readonly kind: 'DaemonSet';
  readonly spec: {
    /** OnDelete, always: a driver is restarted when its node is ready for it, and at no other time. */
    readonly updateStrategy: { readonly type: 'OnDelete' };
    readonly selector: { readonly matchLabels: { readonly app: string } };
    readonly template: PodTemplate;
  };
}

export interface DaemonSetInput extends TemplateInput {
  readonly operatorImage: string;
  readonly owner: OwnerReference;
  /** The DaemonSet of that name as it is in the cluster, if it is. */
  readonly live: LiveDaemonSet | undefined;
}

/** NVIDIA's operator deletes driver DaemonSets without this label, as being of a format of its past. */
const FORMAT_LABEL = { 'mofed-ds-format-version': '1' };

/** @see docs/contract.md, "The driver DaemonSet" */
export function driverDaemonSet(input: DaemonSetInput): DaemonSet {
  const { app, namespace, owner, pool, live, operatorImage } = input;
  const hash = templateHash(podTemplate(input, ''));
  const initImage = keptImage(live, hash) ?? operatorImage;
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      name: daemonSetName(app),
      namespace,
      labels: { ...driverLabels(app), ...FORMAT_LABEL },
      annotations: writeRecord({ hash, initImage, pool: poolKey(pool) }),
      ownerReferences: [owner],
    },
    spec: {
      updateStrategy: { type: 'OnDelete' },
      selector: { matchLabels: { app } },
      template: podTemplate(input, initImage),
    },
  };
}

/**
 * The init container's image as it is, if nothing but that image would change: a newer operator must not make every driver of
 * the fleet out of date by being newer.
 */
function keptImage(live: LiveDaemonSet | undefined, hash: string): string | undefined {
  const record = readRecord(live?.metadata.annotations);
  return record?.hash === hash ? record.initImage : undefined;
}

function templateHash(template: PodTemplate): string {
  return createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 16);
}
