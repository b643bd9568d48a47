import type { ResourceType, Stored } from '../../cluster/port.ts';
import type { RawObject } from '../../cluster/memory/api/types.ts';
import { VERSION } from '../../cli/version.ts';
import { INIT_CONTAINER } from '../../contract/keys.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';
import { identity, resourceType } from '../../operator/resources/resource-type.ts';
import type { RawPodObject, Snapshot } from '../../rehearsal/index.ts';
import { ifAllowed, queries, type Access } from './scene.ts';

interface Kept<T extends ApiObject = RawObject> extends Stored {
  readonly object: T;
}

/** What is read of a cluster for a rehearsal, and what could not be. */
export type ReadSnapshot = Omit<Snapshot, 'policy'> & { readonly unread: readonly string[] };

/**
 * Reads all that a rollout has to do with. Of a large cluster's pods only what counts is kept as the pages come in.
 *
 * @throws ApiError
 */
export async function readSnapshot(access: Access): Promise<ReadSnapshot> {
  const { cluster, clock, namespace, signal } = access;
  const unread: string[] = [];
  const { driver } = queries(namespace);
  const list = async <T extends ApiObject>(
    type: ResourceType<Kept<T>>,
    query: object,
    ifForbidden?: string,
  ): Promise<readonly T[]> => {
    const reading = cluster.list(type, query, { signal });
    const read =
      ifForbidden === undefined ? await reading : await ifAllowed(reading, () => unread.push(ifForbidden));
    return read?.items.map(({ object }) => object) ?? [];
  };
  const [nodes, pods, daemonSets, revisions, budgets, configMaps] = await Promise.all([
    list(NODES, {}),
    list(PODS, {}),
    list(DAEMON_SETS, driver),
    list(REVISIONS, { namespace }),
    list(BUDGETS, {}, 'whether a PodDisruptionBudget refuses an eviction: reading them is not permitted'),
    list(CONFIG_MAPS, { namespace }, 'the ConfigMaps that the policy names: reading them is not permitted'),
  ]);
  const initImage = initImageOf(daemonSets);
  return {
    now: clock.now(),
    namespace,
    initImage,
    nodes,
    pods,
    daemonSets,
    revisions,
    budgets,
    configMaps,
    unread,
  };
}

/** That of the operator that has made the DaemonSets, so that it is not taken for a change. */
function initImageOf(daemonSets: readonly RawObject[]): string {
  const images = daemonSets.flatMap(({ spec }) => {
    const { template } = spec as {
      readonly template?: {
        readonly spec?: {
          readonly initContainers?: readonly { readonly name: string; readonly image?: string }[];
        };
      };
    };
    return template?.spec?.initContainers?.find(({ name }) => name === INIT_CONTAINER)?.image ?? [];
  });
  return images[0] ?? `ofed-operator:${VERSION}`;
}

function kept<T extends ApiObject>(
  where: Parameters<typeof resourceType>[0],
  keep: (raw: T) => T,
): ResourceType<Kept<T>> {
  const apiVersion = where.group === '' ? where.version : `${where.group}/${where.version}`;
  // In a list, objects do not say of what kind they are.
  return resourceType<Kept<T>>(where, (raw) => ({
    ...identity(raw),
    object: { ...keep(raw as T), apiVersion, kind: where.kind },
  }));
}

const whole = (raw: RawObject): RawObject => raw;

const DAEMON_SETS = kept({ group: 'apps', version: 'v1', kind: 'DaemonSet', plural: 'daemonsets' }, whole);
const REVISIONS = kept(
  { group: 'apps', version: 'v1', kind: 'ControllerRevision', plural: 'controllerrevisions' },
  whole,
);
const BUDGETS = kept(
  { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets' },
  whole,
);
/** Which keys they have is all that the driver's objects depend on. */
const CONFIG_MAPS = kept(
  { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps' },
  ({ data, ...rest }: RawObject) => ({
    ...rest,
    ...(data === undefined
      ? {}
      : { data: Object.fromEntries(Object.keys(data as object).map((key) => [key, ''])) }),
  }),
);
/** The list of images is most of what a node's status is made of. */
const NODES = kept(
  { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false },
  (raw: RawObject) => {
    const { conditions, addresses, allocatable, capacity } = (raw['status'] ?? {}) as Record<string, unknown>;
    return { ...raw, status: { conditions, addresses, allocatable, capacity } };
  },
);
const PODS = kept({ group: '', version: 'v1', kind: 'Pod', plural: 'pods' }, keptOfPod);

const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

function keptOfPod({ apiVersion, kind, metadata, spec = {}, status = {} }: RawPodObject): RawPodObject {
  const { managedFields: _, annotations, ...identified } = metadata;
  const mirror = annotations?.[MIRROR_ANNOTATION];
  const container = ({ name, image, resources }: Container): Container => ({
    name,
    ...(image === undefined ? {} : { image }),
    ...(resources === undefined ? {} : { resources }),
  });
  return {
    apiVersion,
    kind,
    metadata: {
      ...identified,
      ...(mirror === undefined ? {} : { annotations: { [MIRROR_ANNOTATION]: mirror } }),
    },
    spec: {
      ...picked(spec, SPEC),
      containers: spec.containers?.map(container) ?? [],
      ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(container) }),
      volumes: spec.volumes?.filter(({ emptyDir }) => emptyDir !== undefined).slice(0, 1) ?? [],
    },
    status: picked(status, STATUS),
  };
}

type Container = NonNullable<NonNullable<RawPodObject['spec']>['containers']>[number];

const SPEC = [
  'nodeName',
  'nodeSelector',
  'affinity',
  'tolerations',
  'restartPolicy',
  'hostNetwork',
  'schedulerName',
  'schedulingGates',
  'terminationGracePeriodSeconds',
];

const STATUS = [
  'phase',
  'reason',
  'message',
  'startTime',
  'podIP',
  'conditions',
  'containerStatuses',
  'initContainerStatuses',
];

function picked(from: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.flatMap((key) => (Object.hasOwn(from, key) ? [[key, from[key]]] : [])));
}
