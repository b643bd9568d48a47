import { unknownResource } from '../../api/refusals.ts';
import type { ApiServer } from '../../api/types.ts';
import { json, type Answer } from '../answer.ts';
import { parseMediaType } from '../media-types.ts';
import { methodNotAllowed } from '../refusals.ts';
import type { ApiRequest } from '../request.ts';
import { groupDiscoveryList } from './aggregated.ts';
import { groupVersions, pathOf, type GroupVersion } from './groups.ts';
import { openApiDocument, openApiIndex } from './openapi.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './per-group.ts';

/** Says which kinds of objects are served: what lies above the resources in `/api` and `/apis`. */
export function discovery(api: ApiServer, request: ApiRequest): Answer {
  if (request.method !== 'GET') throw methodNotAllowed();
  const versions = groupVersions(api.resources());
  const [root, group, version] = request.path;
  if (root === 'apis' && group !== undefined && version === undefined) {
    if (!versions.some((each) => each.group === group)) throw unknownResource();
    return json(apiGroup(group, versions));
  }
  if (group !== undefined) return json(apiResourceList(find(versions, request.path)));
  const ofRoot = versions.filter((each) => (each.group === '') === (root === 'api'));
  if (wantsAggregated(request.accept)) {
    return { type: 'json', status: 200, body: groupDiscoveryList(ofRoot), mediaType: AGGREGATED_TYPE };
  }
  return json(root === 'api' ? apiVersions(ofRoot) : apiGroupList(ofRoot));
}

/** `/openapi/v2`, `/openapi/v3` and what is below. */
export function openApi(api: ApiServer, request: ApiRequest): Answer {
  if (request.method !== 'GET') throw methodNotAllowed();
  const [, edition, ...path] = request.path;
  if (edition === 'v2' && path.length === 0) return swagger(request.accept);
  if (edition !== 'v3') throw unknownResource();
  const versions = groupVersions(api.resources());
  if (path.length === 0) return json(openApiIndex(versions));
  return json(openApiDocument(api, find(versions, path)));
}

const ASKED_PROTOBUF_TYPE = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
// Not every reader takes the name with the @ that they ask for.
const PROTOBUF_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/**
 * An empty document: kubectl reads version 2 only for kinds that it did not find in version 3, and is to say itself what that means.
 *
 * @see https://github.com/google/gnostic/blob/main/openapiv2/OpenAPIv2.proto
 */
function swagger(accept: string): Answer {
  if (!accept.includes(ASKED_PROTOBUF_TYPE))
    return json({ swagger: '2.0', info: { title: 'Kubernetes' }, paths: {} });
  // The first field, of three bytes.
  return { type: 'text', status: 200, body: '\n\u00032.0', mediaType: PROTOBUF_TYPE };
}

const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

function wantsAggregated(accept: string): boolean {
  return accept.split(',').some((range) => {
    const { parameters } = parseMediaType(range);
    return parameters.get('as') === 'APIGroupDiscoveryList' && parameters.get('v') === 'v2';
  });
}

function find(versions: readonly GroupVersion[], path: readonly string[]): GroupVersion {
  const found = versions.find((each) => pathOf(each) === path.join('/'));
  if (found === undefined) throw unknownResource();
  return found;
}
