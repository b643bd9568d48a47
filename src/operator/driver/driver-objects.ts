import { keyOf, type Informer } from '../../cluster/informer.ts';
import type { ResourceType, Stored } from '../../cluster/port.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';
import { INIT_CONFIG_MAP } from '../../contract/keys.ts';
import { daemonSets, type StoredDaemonSet } from '../resources/daemonsets.ts';
import {
  clusterRoleBindings,
  clusterRoles,
  configMaps,
  roleBindings,
  roles,
  serviceAccounts,
  type StoredObject,
} from '../resources/objects.ts';
import type { Watches } from '../watches.ts';

/** An object of the driver's that is in the cluster, with its kind. */
export interface LiveObject extends Stored {
  readonly object: ApiObject;
}

/** One kind of which the driver has objects, and those of them that are in the cluster. */
export interface Shelf {
  readonly type: ResourceType<LiveObject>;
  readonly get: (ref: { name: string; namespace?: string }) => LiveObject | undefined;
  readonly values: () => Iterable<LiveObject>;
  /** Takes an object that a write returned. */
  readonly observe: (object: LiveObject) => void;
}

/** The driver's objects by kind. */
export type Shelves = ReadonlyMap<string, Shelf>;

/** A shelf over an informer of the same kind, with those of its objects that are the driver's. */
function shelf<T extends StoredObject | StoredDaemonSet>(
  type: ResourceType<T>,
  informer: Informer<T>,
  isDrivers: (object: T) => boolean = () => true,
): Shelf {
  return {
    type,
    get: (ref) => informer.get(keyOf(ref)),
    values: () => [...informer.values()].filter(isDrivers),
    observe: (object) => {
      // It was trimmed by `type`, so it is one of its objects.
      informer.observe(object as T);
    },
  };
}

/** A shelf for each kind of object that the driver needs, over the watches that know them. */
export function driverShelves(
  watches: Pick<
    Watches,
    | 'serviceAccounts'
    | 'clusterRoles'
    | 'clusterRoleBindings'
    | 'roles'
    | 'roleBindings'
    | 'configMaps'
    | 'daemonSets'
  >,
): Shelves {
  const shelves = [
    shelf(serviceAccounts, watches.serviceAccounts),
    shelf(clusterRoles, watches.clusterRoles),
    shelf(clusterRoleBindings, watches.clusterRoleBindings),
    shelf(roles, watches.roles),
    shelf(roleBindings, watches.roleBindings),
    // The namespace has the ConfigMaps of other components, too.
    shelf(configMaps, watches.configMaps, ({ name }) => name === INIT_CONFIG_MAP),
    shelf(daemonSets, watches.daemonSets),
  ];
  return new Map(shelves.map((each) => [each.type.kind, each]));
}
