import {
  DRIVER_CONTAINER,
  DRIVER_LABEL,
  NIC_PRESENT_LABEL,
  POLICY_NAME,
  REASON_ANNOTATION,
  STATE_LABEL,
} from '../../src/contract/keys.ts';
import { eventually, type ControlPlane } from '../control-plane/index.ts';
import { listNodes, listPods, type NodeObject, type PodObject } from '../control-plane/fixtures.ts';

const POLICY_PATH = `/apis/mellanox.com/v1alpha1/nicclusterpolicies/${POLICY_NAME}`;
const OFED_STATE = 'state-OFED';

/** How many nodes are named in a message. */
const NAMED = 20;

export interface RolloutOptions {
  readonly timeoutMs?: number;
  /** These may end anyhow; state-OFED is then not waited for. */
  readonly badNodes?: readonly string[];
  /** Its log is told when the wait fails. */
  readonly operator?: { lastLog(lines?: number): string };
}

interface PolicyObject {
  readonly spec: { readonly ofedDriver: { readonly version: string } };
  readonly status?: {
    readonly state?: string;
    readonly appliedStates?: readonly {
      readonly name: string;
      readonly state: string;
      readonly message?: string;
    }[];
  };
}

/**
 * Waits until the version that the policy asks for is on every node with a NIC: each driver pod is of that version, each node is
 * upgrade-done, and the policy says that state-OFED is ready.
 *
 * @throws Error that tells how every node stands, and the end of the operator's log
 */
export async function waitForRollout(
  controlPlane: ControlPlane,
  options: RolloutOptions = {},
): Promise<void> {
  const { timeoutMs = 60_000, badNodes = [] } = options;
  await wait(controlPlane, options, {
    what: 'the rollout',
    timeoutMs,
    check: async () => {
      const lacking = await lacksForRollout(controlPlane, badNodes);
      if (lacking !== undefined) throw new Error(lacking);
    },
  });
}

/** Waits until a node is in a state, `none` for no label at all. */
export async function waitForState(
  controlPlane: ControlPlane,
  { node, state, ...options }: RolloutOptions & { readonly node: string; readonly state: string },
): Promise<void> {
  await wait(controlPlane, options, {
    what: `${node} to be ${state}`,
    timeoutMs: options.timeoutMs ?? 30_000,
    check: async () => {
      const found = stateOf(await controlPlane.api.get<NodeObject>(`/api/v1/nodes/${node}`));
      if (found !== state) throw new Error(`it is ${found}`);
    },
  });
}

/** How a rollout stands, for people: every node that is not done, its reason, and what the policy says. */
export async function rolloutReport(controlPlane: ControlPlane): Promise<string> {
  const [policy, nodes] = await Promise.all([
    controlPlane.api.get<PolicyObject>(POLICY_PATH).catch(() => undefined),
    listNodes(controlPlane.api),
  ]);
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(stateOf(node), (counts.get(stateOf(node)) ?? 0) + 1);
  const unfinished = nodes.filter((node) => stateOf(node) !== 'upgrade-done');
  return [
    `policy: ${JSON.stringify(policy?.status ?? 'no status')}`,
    `nodes: ${[...counts].map(([state, count]) => `${count} ${state}`).join(', ')}`,
    ...unfinished.slice(0, NAMED).map(nodeLine),
  ].join('\n');
}

async function wait(
  controlPlane: ControlPlane,
  { operator }: RolloutOptions,
  { what, timeoutMs, check }: { what: string; timeoutMs: number; check: () => Promise<void> },
): Promise<void> {
  try {
    const checked = async (): Promise<boolean> => {
      await check();
      return true;
    };
    await eventually(checked, { what, timeoutMs, intervalMs: 200 });
  } catch (cause) {
    const log = operator === undefined ? '' : `\nthe operator's log:\n${operator.lastLog(20)}`;
    const report = await rolloutReport(controlPlane);
    throw new Error(`${(cause as Error).message}\n${report}${log}`, { cause });
  }
}

/** What the rollout still lacks; undefined: nothing. */
async function lacksForRollout(
  controlPlane: ControlPlane,
  badNodes: readonly string[],
): Promise<string | undefined> {
  const { api } = controlPlane;
  const { spec, status } = await api.get<PolicyObject>(POLICY_PATH);
  const pods = await listPods(api, { labelSelector: DRIVER_LABEL });
  const versions = new Map(pods.map((pod) => [pod.spec.nodeName, pod]));
  for (const node of await listNodes(api, `${NIC_PRESENT_LABEL}=true`)) {
    const { name } = node.metadata;
    if (badNodes.includes(name)) continue;
    if (stateOf(node) !== 'upgrade-done') return nodeLine(node);
    if (!hasVersion(versions.get(name), spec.ofedDriver.version))
      return `${name} has no driver of the new version`;
  }
  const applied = status?.appliedStates?.find(({ name }) => name === OFED_STATE);
  if (badNodes.length > 0 || applied?.state === 'ready') return undefined;
  return `${OFED_STATE} is ${applied?.state ?? 'not told'}`;
}

function hasVersion(pod: PodObject | undefined, version: string): boolean {
  const image = pod?.spec.containers.find(({ name }) => name === DRIVER_CONTAINER)?.image ?? '';
  return pod?.metadata.deletionTimestamp === undefined && image.includes(version);
}

function stateOf({ metadata }: NodeObject): string {
  return metadata.labels?.[STATE_LABEL] ?? 'none';
}

function nodeLine(node: NodeObject): string {
  const { name, annotations } = node.metadata;
  const cordoned = node.spec.unschedulable === true ? ', cordoned' : '';
  return `  ${name}: ${stateOf(node)}${cordoned}: ${annotations?.[REASON_ANNOTATION] ?? 'no reason given'}`;
}
