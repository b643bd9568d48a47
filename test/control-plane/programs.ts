import { join } from 'node:path';

import type { Service } from './versions.ts';

/** Where everything of one control plane is. All paths are inside `directory`. */
export interface Layout {
  readonly directory: string;
  readonly etcdPort: number;
  readonly etcdPeerPort: number;
  readonly apiPort: number;
}

/** The names of the files in a control plane's directory. */
export const file = {
  tokens: (directory: string) => join(directory, 'tokens.csv'),
  serviceAccountKey: (directory: string) => join(directory, 'service-account.key'),
  serviceAccountPublicKey: (directory: string) => join(directory, 'service-account.pub'),
  certificates: (directory: string) => join(directory, 'certificates'),
  ca: (directory: string) => join(directory, 'certificates', 'apiserver.crt'),
  auditPolicy: (directory: string) => join(directory, 'audit-policy.json'),
  auditLog: (directory: string) => join(directory, 'audit.log'),
  adminKubeconfig: (directory: string) => join(directory, 'admin.kubeconfig'),
  kwok: (directory: string) => join(directory, 'kwok.yaml'),
  state: (directory: string) => join(directory, 'state.json'),
  log: (directory: string, program: string) => join(directory, `${program}.log`),
} as const;

function etcdArguments({ directory, etcdPort, etcdPeerPort }: Layout): readonly string[] {
  const client = `http://127.0.0.1:${etcdPort}`;
  const peer = `http://127.0.0.1:${etcdPeerPort}`;
  return [
    `--data-dir=${join(directory, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
    '--quota-backend-bytes=8589934592',
    '--log-level=warn',
  ];
}

function apiServerArguments({ directory, etcdPort, apiPort }: Layout): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${apiPort}`,
    `--cert-dir=${file.certificates(directory)}`,
    `--token-auth-file=${file.tokens(directory)}`,
    '--anonymous-auth=true',
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${file.serviceAccountPublicKey(directory)}`,
    `--service-account-signing-key-file=${file.serviceAccountKey(directory)}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--endpoint-reconciler-type=none',
    '--allow-privileged=true',
    `--audit-policy-file=${file.auditPolicy(directory)}`,
    `--audit-log-path=${file.auditLog(directory)}`,
    // One file, whatever its size: the count reads it whole.
    '--audit-log-maxsize=0',
    '--shutdown-delay-duration=0s',
    // Told to end, it asks everybody to come again instead of waiting a minute for connections to be closed.
    '--shutdown-send-retry-after=true',
  ];
}

/** The controllers whose work a driver upgrade or its tests can meet. The others only cost start-up time and memory. */
const CONTROLLERS = [
  'daemonset-controller',
  'deployment-controller',
  'disruption-controller',
  'garbage-collector-controller',
  'job-controller',
  'namespace-controller',
  'node-lifecycle-controller',
  'pod-garbage-collector-controller',
  'replicaset-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'statefulset-controller',
  'taint-eviction-controller',
] as const;

const CLIENT_ARGUMENTS = ['--kube-api-qps=2000', '--kube-api-burst=4000', '--leader-elect=false'];

function controllerManagerArguments({ directory }: Layout): readonly string[] {
  return [
    `--kubeconfig=${file.adminKubeconfig(directory)}`,
    ...CLIENT_ARGUMENTS,
    '--secure-port=0',
    `--service-account-private-key-file=${file.serviceAccountKey(directory)}`,
    `--root-ca-file=${file.ca(directory)}`,
    `--controllers=${CONTROLLERS.join(',')}`,
    // Simulated kubelets renew their leases rarely; a node is made NotReady on purpose, never by a busy machine.
    '--node-monitor-grace-period=4h',
    '--node-monitor-period=2s',
    '--concurrent-daemonset-syncs=8',
  ];
}

function schedulerArguments({ directory }: Layout): readonly string[] {
  return [`--kubeconfig=${file.adminKubeconfig(directory)}`, ...CLIENT_ARGUMENTS, '--secure-port=0'];
}

function kwokArguments({ directory }: Layout): readonly string[] {
  return [
    `--kubeconfig=${file.adminKubeconfig(directory)}`,
    `--config=${file.kwok(directory)}`,
    '--manage-all-nodes',
  ];
}

const ARGUMENTS: Readonly<Record<Service, (layout: Layout) => readonly string[]>> = {
  etcd: etcdArguments,
  'kube-apiserver': apiServerArguments,
  'kube-controller-manager': controllerManagerArguments,
  'kube-scheduler': schedulerArguments,
  kwok: kwokArguments,
};

/** A program's command line. Every one names the directory, by which its process is recognised. */
export function argumentsOf(service: Service, layout: Layout): readonly string[] {
  return ARGUMENTS[service](layout);
}

/** KWOK would otherwise read a person's own settings from their home. */
export function environmentOf(directory: string): Readonly<Record<string, string>> {
  return { KWOK_WORKDIR: join(directory, 'kwok') };
}
