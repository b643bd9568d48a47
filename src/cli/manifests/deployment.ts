import { SKIP_DRAIN_LABEL } from '../../contract/keys.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';
import { formatListenAddress, type ListenAddress } from '../../operator/telemetry/listen-address.ts';
import { OPERATOR_LABELS, OPERATOR_NAME, operatorObject } from './operator-names.ts';

const METRICS_PORT = 8080;

/** Any user but root. */
const NOBODY = 65532;

export interface DeploymentOptions {
  readonly namespace: string;
  /** The operator's. */
  readonly image: string;
  /** Undefined: it serves no dashboard. */
  readonly dashboardAddress: ListenAddress | undefined;
}

/** The Deployment that runs the operator. */
export function operatorDeployment(options: DeploymentOptions): ApiObject {
  const { namespace } = options;
  const deployment = {
    ...operatorObject({ apiVersion: 'apps/v1', kind: 'Deployment', namespace }),
    spec: {
      // One leads, the other takes over when it fails.
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      selector: { matchLabels: OPERATOR_LABELS },
      template: {
        // The operator must not be drained by the upgrade that it is in the middle of.
        metadata: { labels: { ...OPERATOR_LABELS, [SKIP_DRAIN_LABEL]: 'true' } },
        spec: {
          serviceAccountName: OPERATOR_NAME,
          priorityClassName: 'system-cluster-critical',
          tolerations: [controlPlane('control-plane'), controlPlane('master')],
          affinity: { podAntiAffinity: apart },
          securityContext: {
            runAsNonRoot: true,
            runAsUser: NOBODY,
            runAsGroup: NOBODY,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [container(options)],
        },
      },
    },
  };
  return deployment;
}

function container({ namespace, image, dashboardAddress }: DeploymentOptions) {
  const dashboard = dashboardOf(dashboardAddress);
  return {
    name: OPERATOR_NAME,
    image,
    imagePullPolicy: 'IfNotPresent',
    args: ['run', '--namespace', namespace, '--metrics-address', `:${METRICS_PORT}`, ...dashboard.args],
    // The driver pods' init container runs the same image.
    env: [
      { name: 'OPERATOR_IMAGE', value: image },
      // A container that is restarted is the same as before, and need not wait until its own Lease has run out.
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ],
    ports: [{ name: 'metrics', containerPort: METRICS_PORT, protocol: 'TCP' }, ...dashboard.ports],
    livenessProbe: { httpGet: { path: '/healthz', port: 'metrics' }, periodSeconds: 10, failureThreshold: 6 },
    readinessProbe: { httpGet: { path: '/readyz', port: 'metrics' }, periodSeconds: 5 },
    // No limit on the CPU: a throttled operator leaves nodes cordoned for longer.
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

function dashboardOf(address: ListenAddress | undefined) {
  if (address === undefined) return { args: [], ports: [] };
  return {
    args: ['--dashboard-address', formatListenAddress(address)],
    ports: [{ name: 'dashboard', containerPort: address.port, protocol: 'TCP' }],
  };
}

/** On nodes of their own, where there are several. */
const apart = {
  preferredDuringSchedulingIgnoredDuringExecution: [
    {
      weight: 100,
      podAffinityTerm: {
        labelSelector: { matchLabels: OPERATOR_LABELS },
        topologyKey: 'kubernetes.io/hostname',
      },
    },
  ],
};

function controlPlane(role: 'control-plane' | 'master') {
  return { key: `node-role.kubernetes.io/${role}`, operator: 'Exists', effect: 'NoSchedule' };
}
