import { STATE_LABEL } from '../contract/keys.ts';
import { isInProgress, parseState } from '../contract/states.ts';
import type { NodeState } from '../contract/states.ts';
import type { ResourceType, Stored } from '../cluster/port.ts';
import { lookUp } from '../kubernetes/objects.ts';
import type { ApiObject, StringMap } from '../kubernetes/objects.ts';

/** What this program needs to know of the node that it runs on. */
export interface WaitingNode extends Stored {
  /** Absent if the node has no annotation at all. */
  readonly annotations: StringMap | undefined;
  readonly state: NodeState;
  /** Its upgrade is under way, so that its annotation may be removed at any moment. */
  readonly attended: boolean;
}

export const NODE_TYPE: ResourceType<WaitingNode> = {
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  namespaced: false,
  trim: (raw) => {
    const { metadata, spec } = raw as ApiObject & { readonly spec?: { readonly unschedulable?: boolean } };
    const state = parseState(lookUp(metadata.labels, STATE_LABEL));
    return {
      ...stored(raw),
      annotations: metadata.annotations,
      state,
      attended: isInProgress(state) || spec?.unschedulable === true,
    };
  },
};

/** A ConfigMap's texts by their keys. */
export interface ConfigMap extends Stored {
  readonly data: StringMap | undefined;
}

export const CONFIG_MAP_TYPE: ResourceType<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  trim: (raw) => ({ ...stored(raw), data: (raw as ApiObject & { readonly data?: StringMap }).data }),
};

function stored({ metadata }: ApiObject): Stored {
  return {
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
  };
}
