import { labelsOfPaths, METADATA_LABELS } from '../field-selector.ts';
import { fieldsOf, textOf, without, type Json } from '../json.ts';
import type { Metadata } from '../object-metadata.ts';
import { dnsLabelProblem, pathSegmentProblem } from '../names.ts';
import { forbidden, forbiddenValue, invalidValue, type FieldProblem } from '../refusals.ts';
import type { RawObject } from '../types.ts';
import { mapField, mapItems, withDefaults } from './defaults.ts';
import type { KindRules, Write } from './kind.ts';

/** Kinds of the core group of which little is asked. */

export const plainRules: KindRules = { fieldLabels: METADATA_LABELS };

export const nodeRules: KindRules = {
  fieldLabels: new Map([
    ['metadata.name', (node: RawObject) => node.metadata.name],
    ['spec.unschedulable', (node: RawObject) => String(fieldsOf(node['spec'])['unschedulable'] === true)],
  ]),
  // A kubelet registers its node along with a status, so that of a new one is taken as it comes.
  prepare: (node, { before }) => (before === undefined ? newNode(node) : node),
};

// What a kubelet says of its machine, before it has said anything.
const NODE_INFO = Object.fromEntries(
  [
    'architecture',
    'bootID',
    'containerRuntimeVersion',
    'kernelVersion',
    'kubeProxyVersion',
    'kubeletVersion',
    'machineID',
    'operatingSystem',
    'osImage',
    'systemUUID',
  ].map((name) => [name, '']),
);

function newNode(node: RawObject): RawObject {
  const status = withDefaults(fieldsOf(node['status']), {
    daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
    nodeInfo: NODE_INFO,
  });
  return { ...node, spec: fieldsOf(node['spec']), status };
}

export const namespaceRules: KindRules = {
  fieldLabels: new Map([
    ['metadata.name', (namespace: RawObject) => namespace.metadata.name],
    ...labelsOfPaths('status.phase'),
  ]),
  nameProblem: dnsLabelProblem,
  firstStatus: () => ({ phase: 'Active' }),
  prepare: prepareNamespace,
  admit: (namespace) => ({ ...namespace, spec: { finalizers: ['kubernetes'] } }),
  whenDeleted: (namespace) => {
    const { name } = namespace.metadata;
    if (LASTING.has(name))
      throw forbidden({ group: '', plural: 'namespaces' }, name, 'this namespace may not be deleted');
    const { deletionGracePeriodSeconds: _, ...metadata } = namespace.metadata as Metadata;
    return { ...namespace, metadata, status: { ...fieldsOf(namespace['status']), phase: 'Terminating' } };
  },
};

const LASTING = new Set(['default', 'kube-system', 'kube-public']);

const NAME_LABEL = 'kubernetes.io/metadata.name';

function prepareNamespace(namespace: RawObject, { before, options }: Write): RawObject {
  const { metadata } = namespace;
  const labels = { ...metadata.labels, [NAME_LABEL]: metadata.name };
  const source = options.subresource === 'finalize' ? namespace : before;
  return { ...namespace, metadata: { ...metadata, labels }, spec: fieldsOf(source?.['spec']) };
}

const MOST_DATA_BYTES = 1024 * 1024;
const DATA_KEY = /^[-._a-zA-Z0-9]{1,253}$/;

export const configMapRules: KindRules = {
  fieldLabels: METADATA_LABELS,
  prepare: withoutEmptyData,
  validate: dataProblems,
};

export const secretRules: KindRules = {
  fieldLabels: new Map([...METADATA_LABELS, ...labelsOfPaths('type')]),
  prepare: (secret) => withoutEmptyData(withPlainText({ ...secret, type: secret['type'] ?? 'Opaque' })),
  validate: dataProblems,
};

function withoutEmptyData(object: RawObject): RawObject {
  return ['data', 'binaryData'].reduce(
    (each, field) => (Object.keys(fieldsOf(each[field])).length === 0 ? without(each, field) : each),
    object,
  );
}

/** What was given as plain text is stored like the rest, in base64. */
function withPlainText(secret: RawObject): RawObject {
  const plain = Object.entries(fieldsOf(secret['stringData']));
  const encoded = plain.map(([key, text]): [string, string] => [
    key,
    Buffer.from(textOf(text)).toString('base64'),
  ]);
  const data: Json = { ...fieldsOf(secret['data']), ...Object.fromEntries(encoded) };
  const { stringData: _, ...rest } = secret;
  return { ...rest, data };
}

function dataProblems(object: RawObject, before: RawObject | undefined): readonly FieldProblem[] {
  if (object['data'] === before?.['data'] && object['binaryData'] === before?.['binaryData']) return [];
  const entries = [
    ...Object.entries(fieldsOf(object['data'])),
    ...Object.entries(fieldsOf(object['binaryData'])),
  ];
  const bytes = entries.reduce((sum, [, value]) => sum + Buffer.byteLength(String(value)), 0);
  return [
    ...(before?.['immutable'] === true
      ? [forbiddenValue('data', 'field is immutable when `immutable` is set')]
      : []),
    ...entries.flatMap(([key, value]) => entryProblem(key, value)),
    ...(bytes > MOST_DATA_BYTES
      ? [
          {
            field: '',
            reason: 'FieldValueTooLong' as const,
            message: `Too long: may not be more than ${MOST_DATA_BYTES} bytes`,
          },
        ]
      : []),
  ];
}

function entryProblem(key: string, value: unknown): FieldProblem[] {
  if (!DATA_KEY.test(key)) {
    const why =
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
    return [invalidValue(`data[${key}]`, key, why)];
  }
  return typeof value === 'string' ? [] : [invalidValue(`data[${key}]`, value, 'must be a string')];
}

export const serviceRules: KindRules = {
  fieldLabels: METADATA_LABELS,
  firstStatus: () => ({ loadBalancer: {} }),
  prepare: (service) => {
    const spec = withDefaults(fieldsOf(service['spec']), {
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
    });
    const ports = mapItems(spec, 'ports', (port) =>
      withDefaults(port, { protocol: 'TCP', targetPort: port['port'] }),
    );
    return { ...service, spec: ports };
  },
};

export const roleBindingRules: KindRules = {
  fieldLabels: METADATA_LABELS,
  nameProblem: pathSegmentProblem,
  prepare: (binding) =>
    mapField(binding, 'roleRef', (role) =>
      withDefaults(role, { apiGroup: 'rbac.authorization.k8s.io' }),
    ) as RawObject,
};

export const eventRules: KindRules = {
  fieldLabels: new Map([
    ...METADATA_LABELS,
    ...labelsOfPaths(
      'involvedObject.kind',
      'involvedObject.namespace',
      'involvedObject.name',
      'involvedObject.uid',
      'involvedObject.apiVersion',
      'involvedObject.resourceVersion',
      'involvedObject.fieldPath',
      'reason',
      'reportingComponent',
      'type',
    ),
    [
      'source',
      (event: RawObject) =>
        textOf(fieldsOf(event['source'])['component']) || textOf(event['reportingComponent']),
    ],
  ]),
  prepare: (event) => withDefaults(event, { reportingComponent: '', reportingInstance: '' }) as RawObject,
  validate: (event) => {
    const { namespace } = fieldsOf(event['involvedObject']);
    const own = event.metadata.namespace;
    // Those about objects without a namespace are in the default one, or in a system's.
    if (namespace === undefined || namespace === '' || namespace === own) return [];
    return [invalidValue('involvedObject.namespace', namespace, 'does not match event.namespace')];
  },
};
