/**
 * Pieces of pod statuses, as Go templates. They are what a kubelet reports: every container by its own name and image.
 */

interface Conditions {
  readonly initialized: boolean;
  readonly ready: boolean;
  /** Says that the pod has ended, which is why it is not ready. */
  readonly completed?: boolean;
}

const UNREADY = 'containers with unready status: [{{ range .spec.containers }} {{ .name }}{{ end }} ]';
const UNINITIALIZED =
  'containers with incomplete status: [{{ range .spec.initContainers }} {{ .name }}{{ end }} ]';

/** The conditions that a kubelet keeps, all of them. */
export function conditions({ initialized, ready, completed = false }: Conditions): string {
  const unready = completed
    ? { reason: 'PodCompleted', message: '' }
    : { reason: 'ContainersNotReady', message: UNREADY };
  return [
    'conditions:',
    condition('PodReadyToStartContainers', !completed),
    condition('Initialized', initialized, { reason: 'ContainersNotInitialized', message: UNINITIALIZED }),
    condition('Ready', ready, unready),
    condition('ContainersReady', ready, unready),
    '{{ range .spec.readinessGates }}',
    condition('{{ .conditionType }}', true),
    '{{ end }}',
    '',
  ].join('\n');
}

function condition(type: string, holds: boolean, otherwise = { reason: '', message: '' }): string {
  const { reason, message } = holds ? { reason: '', message: '' } : otherwise;
  return [
    `- type: "${type}"`,
    `  status: "${holds ? 'True' : 'False'}"`,
    `  reason: "${reason}"`,
    `  message: "${message}"`,
    '  lastTransitionTime: {{ Now | Quote }}',
  ].join('\n');
}

/** Addresses, generation and start, which every report holds. */
export const PLACE = `
{{ $host := NodeIPWith .spec.nodeName }}
{{ $pod := "10.244.0.1" }}
{{ if .spec.hostNetwork }}{{ $pod = $host }}{{ end }}
hostIP: {{ $host | Quote }}
hostIPs: [{ ip: {{ $host | Quote }} }]
podIP: {{ $pod | Quote }}
podIPs: [{ ip: {{ $pod | Quote }} }]
{{ with .metadata.generation }}observedGeneration: {{ . }}{{ end }}
startTime: {{ or .status.startTime Now | Quote }}
`;

/** The state of a container. */
export const state = {
  running: 'running: { startedAt: {{ Now | Quote }} }',
  succeeded: terminated(0, 'Completed'),
  failed: terminated(1, 'Error'),
  waiting: (reason: string, message = '') =>
    message === ''
      ? `waiting: { reason: ${reason} }`
      : `waiting: { reason: ${reason}, message: '${message}' }`,
} as const;

function terminated(exitCode: number, reason: string): string {
  return `terminated: { exitCode: ${exitCode}, reason: ${reason}, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }} }`;
}

interface ContainerStatus {
  readonly state: string;
  readonly ready: boolean;
  readonly started: boolean;
  readonly lastState?: string;
  /** A template; containers that never failed have 0. */
  readonly restartCount?: string;
}

/** The same status for each of the pod's containers. */
export function containers(each: ContainerStatus): string {
  return `containerStatuses:\n{{ range .spec.containers }}\n${container(each)}{{ end }}\n`;
}

/** The same status for each of the pod's init containers; nothing for a pod without any. */
export function initContainers(each: ContainerStatus): string {
  return `{{ if .spec.initContainers }}\ninitContainerStatuses:\n{{ range .spec.initContainers }}\n${container(each)}{{ end }}\n{{ end }}\n`;
}

function container(each: ContainerStatus): string {
  return [
    '- name: {{ .name | Quote }}',
    '  image: {{ .image | Quote }}',
    '  imageID: {{ .image | Quote }}',
    `  ready: ${each.ready}`,
    `  started: ${each.started}`,
    `  restartCount: ${each.restartCount ?? '0'}`,
    `  state: { ${each.state} }`,
    ...(each.lastState === undefined ? [] : [`  lastState: { ${each.lastState} }`]),
    '',
  ].join('\n');
}
