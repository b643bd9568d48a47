import type { ApiObject } from '../../../kubernetes/objects.ts';
import { fieldsOf, numberOf, type Json } from '../api/json.ts';
import { applyJsonPatch } from '../api/json-patch.ts';
import { applyMergePatch } from '../api/merge-patch.ts';
import { badRequest } from '../api/refusals.ts';
import type { RawObject } from '../api/types.ts';
import { json, type Answer } from './answer.ts';
import { readObject } from './body.ts';
import { labelsText, selectorText } from './label-selector-text.ts';
import type { ObjectOperation } from './operation.ts';
import { writeOptions } from './options.ts';
import { unsupportedMediaType } from './refusals.ts';
import { readPatch } from './writes.ts';

/**
 * How many replicas of something there are and should be, whatever it is.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/scale-v1/
 */

/** The kinds that have a scale, by their plurals. */
export const SCALABLE = new Set(['deployments', 'replicasets', 'statefulsets', 'replicationcontrollers']);

export function getScale({ api, resource, ref }: ObjectOperation): Answer {
  return json(scaleOf(api.get(resource, ref)));
}

export function replaceScale(operation: ObjectOperation): Answer {
  const { request } = operation;
  return scaleTo(operation, readObject(request, 'Scale'), writeOptions(request, 'UpdateOptions'));
}

export function patchScale(operation: ObjectOperation): Answer {
  const { api, resource, ref } = operation;
  const { patch, options } = readPatch(operation);
  const scale = scaleOf(api.get(resource, ref));
  switch (patch.type) {
    case 'json':
      return scaleTo(operation, applyJsonPatch(scale, patch.operations), options);
    case 'merge':
    case 'strategic':
      return scaleTo(operation, applyMergePatch(scale, patch.body), options);
    case 'apply':
      throw unsupportedMediaType(['application/json-patch+json', 'application/merge-patch+json']);
  }
}

function scaleTo(
  { api, resource, ref }: ObjectOperation,
  scale: Json,
  options: ReturnType<typeof writeOptions>,
): Answer {
  const replicas = fieldsOf(scale['spec'])['replicas'] ?? 0;
  if (!Number.isSafeInteger(replicas) || (replicas as number) < 0) {
    throw badRequest('spec.replicas must be a whole number and not negative');
  }
  const { uid, resourceVersion } = fieldsOf(scale['metadata']);
  const body = { metadata: { uid, resourceVersion }, spec: { replicas } };
  // What is undefined is not in the JSON of a patch, and so is no precondition.
  const patch = { type: 'merge', body: JSON.parse(JSON.stringify(body)) as unknown } as const;
  return json(scaleOf(api.patch(resource, ref, patch, options)));
}

function scaleOf(object: RawObject): ApiObject & Json {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const spec = fieldsOf(object['spec']);
  const selector = object.kind === 'ReplicationController' ? labelsText : selectorText;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as ApiObject['metadata'],
    spec: { replicas: numberOf(spec['replicas']) },
    status: {
      replicas: numberOf(fieldsOf(object['status'])['replicas']),
      selector: selector(spec['selector']),
    },
  };
}
