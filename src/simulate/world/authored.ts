import type { ApiServer } from '../../cluster/memory/api/types.ts';

/** The same API server, for one author: each write through it happens inside `as`. */
export function authored(api: ApiServer, as: <R>(deed: () => R) => R): ApiServer {
  return {
    get clock() {
      return api.clock;
    },
    get revision() {
      return api.revision;
    },
    resources: () => api.resources(),
    resource: (name) => api.resource(name),
    get: (resource, ref) => api.get(resource, ref),
    find: (resource, ref) => api.find(resource, ref),
    list: (resource, selection) => api.list(resource, selection),
    listAt: (resource, selection, revision) => api.listAt(resource, selection, revision),
    create: (resource, object, options) => as(() => api.create(resource, object, options)),
    update: (resource, object, options) => as(() => api.update(resource, object, options)),
    restore: (resource, object) => as(() => api.restore(resource, object)),
    patch: (resource, ref, patch, options) => as(() => api.patch(resource, ref, patch, options)),
    delete: (resource, ref, deletion) => as(() => api.delete(resource, ref, deletion)),
    evict: (pod, deletion) => {
      as(() => {
        api.evict(pod, deletion);
      });
    },
    watch: (resource, start) => api.watch(resource, start),
    onChange: (listener) => api.onChange(listener),
    compact: () => {
      api.compact();
    },
  };
}
