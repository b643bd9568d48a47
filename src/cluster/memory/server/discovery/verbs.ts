import type { Resource } from '../../api/types.ts';
import type { Method, Subresource } from '../subresources.ts';

/** What can be done with the objects of a kind, in Kubernetes' words. */
export function verbsOf({ group, plural }: Resource): readonly string[] {
  // Nobody deletes all namespaces at once.
  const collection = group === '' && plural === 'namespaces' ? [] : ['deletecollection'];
  return ['create', 'delete', ...collection, 'get', 'list', 'patch', 'update', 'watch'];
}

const VERBS: Readonly<Record<Method, string>> = {
  POST: 'create',
  DELETE: 'delete',
  GET: 'get',
  PATCH: 'patch',
  PUT: 'update',
};

export function subresourceVerbsOf({ answers }: Subresource): readonly string[] {
  const methods = Object.keys(VERBS) as Method[];
  return methods.filter((method) => answers[method] !== undefined).map((method) => VERBS[method]);
}
