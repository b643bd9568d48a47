import { hasCode } from '../../cluster/errors.ts';
import type { Query, ResourceType } from '../../cluster/port.ts';
import { DRIVER_LABEL, LEASE_NAME } from '../../contract/keys.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';
import { policies, type StoredObject } from '../../operator/resources/objects.ts';
import { identity, resourceType } from '../../operator/resources/resource-type.ts';
import type { Assessment } from '../assess/assess.ts';
import type { Access } from '../gather/scene.ts';
import { nodeReports } from '../report/node-report.ts';
import { statusReport } from '../report/status-report.ts';
import { renderNodes } from '../render/nodes.ts';
import { renderStatus } from '../render/status.ts';
import { styleFor } from '../terminal/style.ts';
import { printable } from '../terminal/printable.ts';
import { redacted } from './redact.ts';
import type { ArchivedFile } from './tar.ts';

/** The log of a pod's containers, as far as it is kept. @throws Error where it cannot be had */
export type ReadLog = (pod: { readonly namespace: string; readonly name: string }) => Promise<string>;

/** By this label the operator's pods are known, and no others. */
const OPERATOR_PODS = 'app.kubernetes.io/name=ofed-operator';

interface Kind {
  readonly file: string;
  readonly type: ResourceType<StoredObject>;
  readonly query: Query;
}

/**
 * Everything that whoever helps from afar needs to see, as files. What may not be read is left out, and said to be.
 *
 * @param onProgress told of each thing that is read
 * @throws ApiError where the cluster fails
 */
export async function supportFiles(
  access: Access,
  assessment: Assessment,
  { readLog, onProgress }: { readonly readLog: ReadLog; readonly onProgress: (what: string) => void },
): Promise<readonly ArchivedFile[]> {
  const files: ArchivedFile[] = [...told(assessment)];
  for (const kind of kinds(access.namespace)) {
    onProgress(kind.file);
    files.push(await objectsFile(access, kind));
  }
  onProgress('logs');
  return [...files, ...(await logFiles(access, readLog))];
}

/** What the other commands say. */
function told(assessment: Assessment): readonly ArchivedFile[] {
  const style = styleFor({ colour: false, unicode: false, size: undefined });
  const { now } = assessment.scene;
  const nodes = nodeReports(assessment);
  const status = statusReport(assessment);
  const table = renderNodes(printable(nodes), { now, wide: true, header: true }, style);
  return [
    { path: 'status.txt', content: text(renderStatus(printable(status), now, style)) },
    { path: 'nodes.txt', content: text(table) },
    { path: 'status.json', content: json(status) },
    // The reason of each node, with what it was computed from.
    { path: 'reasons.json', content: json(nodes) },
    { path: 'workload-pods.json', content: json([...assessment.scene.workloads]) },
  ];
}

function kinds(namespace: string): readonly Kind[] {
  const driver = { namespace, labelSelector: DRIVER_LABEL };
  return [
    { file: 'policies', type: policies, query: {} },
    { file: 'nodes', type: whole('', 'v1', 'Node', 'nodes'), query: {} },
    { file: 'driver-pods', type: whole('', 'v1', 'Pod', 'pods'), query: driver },
    { file: 'daemonsets', type: whole('apps', 'v1', 'DaemonSet', 'daemonsets'), query: driver },
    {
      file: 'controllerrevisions',
      type: whole('apps', 'v1', 'ControllerRevision', 'controllerrevisions'),
      query: { namespace },
    },
    {
      file: 'poddisruptionbudgets',
      type: whole('policy', 'v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
      query: {},
    },
    {
      file: 'operator-pods',
      type: whole('', 'v1', 'Pod', 'pods'),
      query: { namespace, labelSelector: OPERATOR_PODS },
    },
    {
      file: 'leases',
      type: whole('coordination.k8s.io', 'v1', 'Lease', 'leases'),
      query: { namespace, fieldSelector: `metadata.name=${LEASE_NAME}` },
    },
    {
      file: 'events-nodes',
      type: EVENTS,
      query: { namespace: 'default', fieldSelector: 'involvedObject.kind=Node' },
    },
    {
      file: 'events-policies',
      type: EVENTS,
      query: { namespace: 'default', fieldSelector: 'involvedObject.kind=NicClusterPolicy' },
    },
    { file: 'events-driver', type: EVENTS, query: { namespace } },
  ];
}

const EVENTS = whole('', 'v1', 'Event', 'events');

function whole(group: string, version: string, kind: string, plural: string): ResourceType<StoredObject> {
  const namespaced = kind !== 'Node';
  return resourceType({ group, version, kind, plural, namespaced }, (raw) => ({
    ...identity(raw),
    object: kind === 'Node' ? withoutImages(raw) : raw,
  }));
}

/** Most of a node's bytes are the names of images that it has pulled. */
function withoutImages(node: ApiObject & { readonly status?: object }): ApiObject {
  const status = Object.entries(node.status ?? {}).filter(([key]) => key !== 'images');
  return { ...node, status: Object.fromEntries(status) } as ApiObject;
}

async function objectsFile({ cluster, signal }: Access, { file, type, query }: Kind): Promise<ArchivedFile> {
  try {
    const { items } = await cluster.list(type, query, { signal });
    return { path: `${file}.json`, content: json(items.map(({ object }) => redacted(object))) };
  } catch (error) {
    if (!hasCode(error, 'forbidden', 'not-found')) throw error;
    return { path: `${file}.missing.txt`, content: `${error.message}\n` };
  }
}

async function logFiles(
  { cluster, namespace, signal }: Access,
  readLog: ReadLog,
): Promise<readonly ArchivedFile[]> {
  const query = { namespace, labelSelector: OPERATOR_PODS };
  const { items } = await cluster.list(whole('', 'v1', 'Pod', 'pods'), query, { signal });
  return await Promise.all(
    items.map(async ({ name }) => {
      const content = await readLog({ namespace, name }).catch(
        (error: unknown) => `could not be read: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      return { path: `logs/${name.slice(0, 80)}.log`, content };
    }),
  );
}

function json(data: unknown): string {
  return `${JSON.stringify(data, null, 2)}\n`;
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
