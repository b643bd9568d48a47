import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ApiClient } from './api-client.ts';
import { kubeconfig } from './credentials.ts';
import { file } from './programs.ts';
import type { Binaries, Service } from './versions.ts';

export interface ServiceAccountRef {
  readonly namespace: string;
  readonly name: string;
}

export interface KubectlOptions {
  readonly stdin?: string;
  /** Default: the administrator's. */
  readonly kubeconfig?: string;
}

export interface ApiServerRestart {
  /** Default: 0. */
  readonly downMs?: number;
  /** True: it is told to end (SIGTERM) and finishes what it is doing, as when it is updated. Default: it is killed, as when it crashes. */
  readonly inOrder?: boolean;
}

/** A control plane that runs. */
export interface ControlPlane {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** The certificate of the API server, as PEM text. */
  readonly ca: string;
  readonly caFile: string;
  readonly adminToken: string;
  readonly adminKubeconfig: string;
  /** Logs, keys and data. Gone after `stop` unless asked for. */
  readonly directory: string;
  /** Every request of the ServiceAccounts in the operator's namespace; see `countRequests`. */
  readonly auditLog: string;
  readonly binaries: Binaries;
  /** A client with the administrator's rights. */
  readonly api: ApiClient;
  /** The programs' process ids, as they are now. */
  pids(): Readonly<Partial<Record<Service, number>>>;
  /** @returns standard output. @throws Error with what kubectl wrote to standard error */
  kubectl(...args: readonly string[]): Promise<string>;
  kubectlWith(options: KubectlOptions, ...args: readonly string[]): Promise<string>;
  /** A token for a ServiceAccount, which must exist. Lasts a day. */
  tokenFor(account: ServiceAccountRef): Promise<string>;
  /** The path of a kubeconfig for a ServiceAccount, which must exist. */
  kubeconfigFor(account: ServiceAccountRef): Promise<string>;
  /** Ends the API server and starts it again: every connection breaks, and for `downMs` milliseconds there is no server. */
  restartApiServer(options?: ApiServerRestart): Promise<void>;
  /**
   * Stops etcd where it stands (SIGSTOP), as a disk or a machine that hangs does: the API server answers nothing that it has to ask it.
   *
   * @returns what lets it go on
   */
  pauseEtcd(): () => void;
  /** Kills one program and starts it again. Not KWOK: its kubelets' leases would outlive it. */
  restart(program: 'kube-controller-manager' | 'kube-scheduler'): Promise<void>;
  /** Ends every program, at once, and removes the directory. Does nothing the second time. */
  stop(): Promise<void>;
}

export interface Access {
  readonly directory: string;
  readonly server: string;
  readonly binaries: Binaries;
  readonly api: ApiClient;
}

/** Runs kubectl; its cache stays in the control plane's directory. */
export function kubectlRunner({ directory, binaries }: Access) {
  return (options: KubectlOptions, ...args: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = execFile(
        binaries.kubectl,
        [
          `--kubeconfig=${options.kubeconfig ?? file.adminKubeconfig(directory)}`,
          `--cache-dir=${join(directory, 'kubectl-cache')}`,
          ...args,
        ],
        { maxBuffer: 1 << 30, env: { ...process.env, KUBERC: 'off' } },
        (error, stdout, stderr) => {
          if (error === null) resolve(stdout);
          else reject(new Error(`kubectl ${args.join(' ')}: ${stderr.trim() || error.message}`));
        },
      );
      child.stdin?.end(options.stdin ?? '');
    });
}

/** Asks the API server for a ServiceAccount's token, as a kubelet does for its pods. */
export async function serviceAccountToken(api: ApiClient, account: ServiceAccountRef): Promise<string> {
  const path = `/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}/token`;
  const answer = await api.create<{ status: { token: string } }>(path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 86_400 },
  });
  return answer.status.token;
}

/** Writes a kubeconfig into the control plane's directory. */
export function writeKubeconfig(
  { directory, server }: Pick<Access, 'directory' | 'server'>,
  user: { readonly name: string; readonly token: string; readonly path: string },
): string {
  const content = kubeconfig({ server, caFile: file.ca(directory), token: user.token, user: user.name });
  writeFileSync(user.path, content, { mode: 0o600 });
  return user.path;
}
