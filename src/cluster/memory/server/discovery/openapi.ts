import { fieldsOf, itemsOf } from '../../api/json.ts';
import type { ApiServer, Resource } from '../../api/types.ts';
import { definitionOf } from '../operation.ts';
import { pathOf, type GroupVersion } from './groups.ts';

/**
 * As much of the OpenAPI documents as kubectl looks at. From the parameters of a kind's PATCH it learns that the server itself refuses
 * fields that it does not know; how lists of built-in kinds are merged, it knows without asking; the schemas of custom resources are
 * what `kubectl explain` shows.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/cli-runtime/pkg/resource/query_param_verifier_v3.go
 */

/** `/openapi/v3`: where the documents are. */
export function openApiIndex(versions: readonly GroupVersion[]): unknown {
  const paths = versions.map((each) => [pathOf(each), { serverRelativeURL: `/openapi/v3/${pathOf(each)}` }]);
  return { paths: Object.fromEntries(paths) as unknown };
}

/** `/openapi/v3/apis/GROUP/VERSION` */
export function openApiDocument(api: ApiServer, groupVersion: GroupVersion): unknown {
  const { resources } = groupVersion;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(resources.flatMap((resource) => pathsOf(groupVersion, resource))) as unknown,
    components: {
      schemas: Object.fromEntries(resources.flatMap((resource) => schemasOf(api, resource))) as unknown,
    },
  };
}

function pathsOf(groupVersion: GroupVersion, resource: Resource): readonly (readonly [string, unknown])[] {
  const scope = resource.namespaced ? '/namespaces/{namespace}' : '';
  const collection = `/${pathOf(groupVersion)}${scope}/${resource.plural}`;
  return [
    [collection, { get: operation(resource, 'list'), post: operation(resource, 'post') }],
    [`${collection}/{name}`, { get: operation(resource, 'get'), patch: operation(resource, 'patch') }],
  ];
}

const FIELD_VALIDATION = { name: 'fieldValidation', in: 'query', schema: { type: 'string' } };

function operation(resource: Resource, action: 'get' | 'list' | 'post' | 'patch'): unknown {
  const writes = action === 'post' || action === 'patch';
  return {
    parameters: writes ? [FIELD_VALIDATION] : [],
    ...(writes ? { requestBody: { content: { 'application/json': {} } } } : {}),
    responses: { '200': { description: 'OK' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kindOf(resource),
  };
}

function schemasOf(api: ApiServer, resource: Resource): readonly (readonly [string, unknown])[] {
  const versions = itemsOf(fieldsOf(definitionOf(api, resource)?.['spec'])['versions']).map(fieldsOf);
  const version = versions.find(({ name }) => name === resource.version);
  if (version === undefined) return [];
  const schema = fieldsOf(fieldsOf(version['schema'])['openAPIV3Schema']);
  const name = `${resource.group.split('.').reverse().join('.')}.${resource.version}.${resource.kind}`;
  return [[name, { ...schema, 'x-kubernetes-group-version-kind': [kindOf(resource)] }]];
}

function kindOf({ group, version, kind }: Resource): unknown {
  return { group, version, kind };
}
