import { spawn } from 'node:child_process';
import { Refusal } from '../refusal.ts';
import type { GlobalOptions } from '../session.ts';

/** A way from a port of this machine to one of a pod, for as long as it lasts. */
export interface Forwarding {
  readonly localPort: number;
  /** Resolves when it was told to end; rejects with a Refusal when it ended by itself. */
  readonly ended: Promise<void>;
}

/** @throws Refusal where it does not come about */
export type Forward = (
  to: { readonly namespace: string; readonly name: string; readonly port: number },
  localPort: number | undefined,
  signal: AbortSignal,
) => Promise<Forwarding>;

/**
 * Forwards by kubectl, which is there wherever its plugins are, and speaks whichever protocol its API server does.
 *
 * @see https://kubernetes.io/docs/reference/kubectl/generated/kubectl_port-forward/
 */
export function forwardByKubectl({ kubeconfig, context }: GlobalOptions, kubectl = 'kubectl'): Forward {
  const target = [
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ...(context === undefined ? [] : ['--context', context]),
  ];
  return ({ namespace, name, port }, localPort, signal) => {
    const ports = `${localPort ?? ''}:${port}`;
    const args = ['port-forward', ...target, '-n', namespace, `pod/${name}`, ports];
    const child = spawn(kubectl, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-1000);
    });
    const ended = new Promise<void>((resolve, reject) => {
      const onEnd = (problem: string): void => {
        if (signal.aborted) resolve();
        else reject(new Refusal(`the port could not be forwarded: ${said.trim() || problem}`));
      };
      child.on('error', ({ message }) => {
        onEnd(message);
      });
      child.on('close', (code) => {
        onEnd(`kubectl ended with status ${code ?? 'unknown'}`);
      });
    });
    const begun = new Promise<number>((resolve) => {
      let told = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        told = (told + text).slice(-1000);
        const [, found] = /Forwarding from \S+:(\d+) ->/.exec(told) ?? [];
        if (found !== undefined) resolve(Number(found));
      });
    });
    return Promise.race([
      begun.then((found): Forwarding => ({ localPort: found, ended })),
      ended.then((): Forwarding => ({ localPort: 0, ended })),
    ]);
  };
}
