/**
 * How the fields of a kind of object are merged and owned: which lists are sets or maps by some key, and which lists and maps are one
 * value as a whole.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
export interface FieldSchema {
  /** What a list at this place is. */
  readonly list: 'atomic' | 'set' | ListKeys;
  /** Whether an object at this place is one value as a whole. */
  readonly isAtomic: boolean;
  /**
   * By which key strategic merge patches merge a list at this place; empty: as a set of primitive values. Absent: they replace it.
   *
   * @see https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
   */
  readonly patchKey?: string;
  /** Whether Go has this field even in an object without it, so that it is never seen to come or to go. */
  readonly isAlwaysThere: boolean;
  /** Fields of an object that nobody owns: what it is, and what the API server writes itself. */
  readonly unowned?: ReadonlySet<string>;
  /** Whether the schema knows a field of this name; else it is an entry of a map. */
  hasField(name: string): boolean;
  field(name: string): FieldSchema;
  /** Of the elements of a list. */
  readonly items: FieldSchema;
}

/** The fields of its elements that tell one element of a list from another. */
export interface ListKeys {
  /** In alphabetical order. */
  readonly names: readonly string[];
  /** What goes for an element that lacks a key. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

/** Lists are one value, objects are merged: what goes where nothing is known. */
export const untypedFields: FieldSchema = {
  list: 'atomic',
  isAtomic: false,
  isAlwaysThere: false,
  hasField: () => false,
  field: () => untypedFields,
  get items() {
    return untypedFields;
  },
};

type Shape = Partial<Omit<FieldSchema, 'field' | 'items'>> & {
  readonly items?: FieldSchema;
  /** What fields of these names are below this one, if something else than everywhere. */
  readonly within?: Readonly<Record<string, FieldSchema>>;
};

function builtIn({ within, items, ...shape }: Shape = {}): FieldSchema {
  const below = new Map(Object.entries(within ?? {}));
  return {
    list: 'atomic',
    isAtomic: false,
    isAlwaysThere: false,
    hasField: () => true,
    field: (name) => below.get(name) ?? anywhere.get(name) ?? plain,
    get items() {
      return (items ??= within === undefined ? plain : builtIn({ within }));
    },
    ...shape,
  };
}

const plain = builtIn();
const atomic = builtIn({ isAtomic: true });
const alwaysThere = builtIn({ isAlwaysThere: true });

function listBy(key: string, shape: Shape = {}): FieldSchema {
  return builtIn({ list: { names: [key], defaults: {} }, patchKey: key, ...shape });
}

function portsBy(key: string): FieldSchema {
  return listBy(key, { list: { names: [key, 'protocol'].sort(), defaults: { protocol: 'TCP' } } });
}

const references = listBy('name', { items: atomic });
const containers = listBy('name', { isAlwaysThere: true, within: { ports: portsBy('containerPort') } });

const status = builtIn({
  isAlwaysThere: true,
  within: {
    addresses: listBy('type'),
    conditions: listBy('type'),
    hostIPs: builtIn({ patchKey: 'ip' }),
    podIPs: listBy('ip'),
  },
});

const metadata: Shape = {
  isAlwaysThere: true,
  within: {
    finalizers: builtIn({ list: 'set', patchKey: '' }),
    ownerReferences: listBy('uid', { items: atomic }),
  },
};

/**
 * The metadata of an object, other than those of a template.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/stripmeta.go
 */
const objectMetadata = builtIn({
  ...metadata,
  unowned: new Set([
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'selfLink',
    'managedFields',
  ]),
});

const spec = builtIn({
  isAlwaysThere: true,
  within: { podCIDRs: builtIn({ list: 'set', patchKey: '' }), ports: portsBy('port') },
});

/**
 * What Kubernetes' own kinds have in fields of these names, wherever they are. As the API server's OpenAPI document says it in
 * `x-kubernetes-list-type`, `-list-map-keys`, `-map-type` and `-patch-merge-key`.
 */
const anywhere = new Map<string, FieldSchema>([
  ['metadata', builtIn(metadata)],
  ['spec', spec],
  ['status', status],
  ...[
    'template',
    'jobTemplate',
    'strategy',
    'updateStrategy',
    'resources',
    'nodeInfo',
    'daemonEndpoints',
    'loadBalancer',
    'names',
    'acceptedNames',
  ].map((name) => [name, alwaysThere] as const),
  ['containers', containers],
  ['initContainers', listBy('name', { within: { ports: portsBy('containerPort') } })],
  ['ephemeralContainers', listBy('name', { within: { ports: portsBy('containerPort') } })],
  ...['env', 'volumes', 'resourceClaims', 'schedulingGates', 'drivers', 'webhooks', 'matchConditions'].map(
    (name) => [name, listBy('name')] as const,
  ),
  ['imagePullSecrets', references],
  ['claims', builtIn({ list: { names: ['name'], defaults: {} } })],
  ['hostAliases', listBy('ip')],
  ['volumeMounts', listBy('mountPath')],
  ['volumeDevices', listBy('devicePath')],
  [
    'topologySpreadConstraints',
    listBy('topologyKey', { list: { names: ['topologyKey', 'whenUnsatisfiable'], defaults: {} } }),
  ],
  ...[
    'selector',
    'labelSelector',
    'namespaceSelector',
    'podSelector',
    'nodeSelector',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'fieldRef',
    'resourceFieldRef',
    'configMapKeyRef',
    'secretKeyRef',
    'secretRef',
    'roleRef',
    'involvedObject',
    'regarding',
    'related',
  ].map((name) => [name, atomic] as const),
]);

const ROOT: Pick<FieldSchema, 'unowned'> = { unowned: new Set(['apiVersion', 'kind']) };

/** The fields of Kubernetes' own kinds, from an object's root. */
export const builtInFields: FieldSchema = builtIn({
  ...ROOT,
  within: {
    metadata: objectMetadata,
    // Of a ServiceAccount.
    secrets: references,
    imagePullSecrets: plain,
  },
});

/** The same for the group `batch`: a Job's conditions are merged by patches, but owned as a whole. */
const batchFields: FieldSchema = builtIn({
  ...ROOT,
  within: {
    metadata: objectMetadata,
    status: builtIn({ isAlwaysThere: true, within: { conditions: builtIn({ patchKey: 'type' }) } }),
  },
});

/** The fields of a custom resource, from its root: its metadata, and what its own schema says of the rest. */
export function customFields(rest: FieldSchema): FieldSchema {
  return {
    ...rest,
    ...ROOT,
    hasField: (name) => name === 'metadata' || rest.hasField(name),
    field: (name) => (name === 'metadata' ? objectMetadata : rest.field(name)),
  };
}

const unknownFields = customFields(untypedFields);

/** The fields of the objects of an API group; of custom resources, only the metadata is known. */
export function fieldsOfGroup(group: string): FieldSchema {
  if (group === 'batch') return batchFields;
  return group.includes('.') && !group.endsWith('.k8s.io') ? unknownFields : builtInFields;
}
