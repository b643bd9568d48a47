import type { ResourceType, Stored } from '../../cluster/port.ts';
import { LEASE_NAME } from '../../contract/keys.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';
import { parseListenAddress } from '../../operator/telemetry/listen-address.ts';
import { identity, resourceType } from '../../operator/resources/resource-type.ts';
import { hasCode } from '../../cluster/errors.ts';
import { Refusal } from '../refusal.ts';
import { seenLeases } from './resources.ts';
import type { Access } from './scene.ts';

/** The pod that serves the dashboard with everything in it, and on which of its ports. */
export interface DashboardPod {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

interface SeenPod extends Stored {
  /** What its containers are started with. */
  readonly words: readonly string[];
}

interface RawPod extends ApiObject {
  readonly spec?: {
    readonly containers?: readonly {
      readonly command?: readonly string[];
      readonly args?: readonly string[];
    }[];
  };
}

const seenPods: ResourceType<SeenPod> = resourceType(
  { group: '', version: 'v1', kind: 'Pod', plural: 'pods' },
  (raw: RawPod) => ({
    ...identity(raw),
    words: raw.spec?.containers?.flatMap(({ command = [], args = [] }) => [...command, ...args]) ?? [],
  }),
);

/**
 * Finds the operator that leads: only that one knows everything.
 *
 * @throws Refusal where none runs, or it serves no dashboard; ApiError
 */
export async function dashboardPod({ cluster, namespace, signal }: Access): Promise<DashboardPod> {
  const name = podOf(await leader({ cluster, namespace, signal }));
  if (name === undefined)
    throw new Refusal(
      `no operator leads in namespace ${namespace}: if it lives elsewhere, say where with --namespace`,
    );
  const { words } = await cluster.get(seenPods, { namespace, name }, { signal }).catch((error: unknown) => {
    if (!hasCode(error, 'not-found')) throw error;
    throw new Refusal(
      `the operator that leads, ${name}, is no pod of namespace ${namespace}: it runs outside the cluster`,
    );
  });
  const address = flagOf(words, '--dashboard-address');
  if (address === undefined)
    throw new Refusal(
      'the operator serves no dashboard: it is started without --dashboard-address; "ofed-operator manifests --dashboard-address 127.0.0.1:8090" prints a Deployment with it',
    );
  return { namespace, name, port: parseListenAddress(address).port };
}

async function leader({
  cluster,
  namespace,
  signal,
}: Pick<Access, 'cluster' | 'namespace' | 'signal'>): Promise<string | undefined> {
  const query = { namespace, fieldSelector: `metadata.name=${LEASE_NAME}` };
  const { items } = await cluster.list(seenLeases, query, { signal });
  return items[0]?.holder;
}

/** Without a name of its own a process calls itself by its host, which is its pod, and something random. */
function podOf(holder: string | undefined): string | undefined {
  return holder?.split('_')[0];
}

function flagOf(words: readonly string[], flag: string): string | undefined {
  const joined = words.find((word) => word.startsWith(`${flag}=`));
  if (joined !== undefined) return joined.slice(flag.length + 1);
  const at = words.indexOf(flag);
  return at < 0 ? undefined : words[at + 1];
}
