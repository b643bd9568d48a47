import { fieldsOf, textOf, type Json } from '../json.ts';
import { mapField, mapItems, withDefaults } from './defaults.ts';

/**
 * What Kubernetes fills into the spec of a pod, or of a pod template.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/v1/defaults.go
 */
export function defaultPodSpec(spec: Json): Json {
  const filled = withDefaults(withServiceAccount(spec), {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  return mapContainers(mapItems(filled, 'volumes', defaultVolume), defaultContainer);
}

function mapContainers(spec: Json, change: (container: Json) => Json): Json {
  return mapItems(mapItems(spec, 'initContainers', change), 'containers', change);
}

// Two names for one field, of which the older one is still read.
function withServiceAccount(spec: Json): Json {
  const name = textOf(spec['serviceAccountName']) || textOf(spec['serviceAccount']);
  return name === '' ? spec : withDefaults(spec, { serviceAccountName: name, serviceAccount: name });
}

function defaultContainer(container: Json): Json {
  const filled = withDefaults(container, {
    imagePullPolicy: isUnversioned(textOf(container['image'])) ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    resources: {},
  });
  const ports = mapItems(filled, 'ports', (port) => withDefaults(port, { protocol: 'TCP' }));
  const env = mapItems(ports, 'env', defaultVariable);
  return PROBES.reduce((each, probe) => mapField(each, probe, defaultProbe), env);
}

function isUnversioned(image: string): boolean {
  if (image.includes('@')) return false;
  const tag = /:([^/]*)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}

function defaultVariable(variable: Json): Json {
  return mapField(variable, 'valueFrom', (source) => mapField(source, 'fieldRef', defaultFieldRef));
}

function defaultFieldRef(fieldRef: Json): Json {
  return withDefaults(fieldRef, { apiVersion: 'v1' });
}

const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'];

function defaultProbe(probe: Json): Json {
  const filled = withDefaults(probe, {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  return mapField(filled, 'httpGet', (get) => withDefaults(get, { path: '/', scheme: 'HTTP' }));
}

// As octal: 0644.
const DEFAULT_MODE = { defaultMode: 420 };
const FILES = ['configMap', 'secret', 'projected', 'downwardAPI'];

function defaultVolume(volume: Json): Json {
  if (Object.keys(volume).length === 1) return { ...volume, emptyDir: {} };
  const files = FILES.reduce(
    (each, source) => mapField(each, source, (found) => withDefaults(found, DEFAULT_MODE)),
    volume,
  );
  return mapField(files, 'hostPath', (path) => ('type' in path ? path : { ...path, type: '' }));
}

/** What Kubernetes fills into the spec of a pod beyond what a template gets. */
export function defaultPod(spec: Json): Json {
  const filled = withDefaults(defaultPodSpec(spec), { enableServiceLinks: true });
  const onHost = filled['hostNetwork'] === true ? mapContainers(filled, useHostPorts) : filled;
  return mapContainers(onHost, requestLimits);
}

/**
 * What the admission plugins that are on by default add to a pod.
 *
 * @param priority of its priority class
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
 */
export function admitPod(spec: Json, priority: number): Json {
  return withNodeTolerations(
    withDefaults(spec, {
      serviceAccountName: 'default',
      serviceAccount: 'default',
      priority,
      preemptionPolicy: 'PreemptLowerPriority',
    }),
  );
}

function useHostPorts(container: Json): Json {
  return mapItems(container, 'ports', (port) => withDefaults(port, { hostPort: port['containerPort'] }));
}

/** What is limited and not asked for is asked for up to the limit. */
function requestLimits(container: Json): Json {
  const limits = fieldsOf(fieldsOf(container['resources'])['limits']);
  if (Object.keys(limits).length === 0) return container;
  return mapField(container, 'resources', (resources) => ({
    ...resources,
    requests: withDefaults(fieldsOf(resources['requests']), limits),
  }));
}

const NODE_TROUBLE = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/**
 * A pod that says nothing of nodes in trouble leaves one after five minutes.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
 */
function withNodeTolerations(spec: Json): Json {
  const tolerations = Array.isArray(spec['tolerations']) ? spec['tolerations'].map(fieldsOf) : [];
  const missing = NODE_TROUBLE.filter((key) => !tolerations.some((toleration) => tolerates(toleration, key)));
  if (missing.length === 0) return spec;
  const added = missing.map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  }));
  return { ...spec, tolerations: [...tolerations, ...added] };
}

function tolerates({ key, effect }: Json, taint: string): boolean {
  return (!key || key === taint) && (!effect || effect === 'NoExecute');
}
