import { stringify } from 'yaml';

/** A kubeconfig with which kubectl, and any other client, reaches a server at `url`. */
export function kubeconfigFor(url: string, token: string): string {
  const server = new URL(url);
  // kubectl sends a user's token over TLS only; what is in the URL it sends in any case.
  server.username = 'kubectl';
  server.password = token;
  const name = 'embedded';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server: server.href.replace(/\/$/, '') } }],
    users: [{ name, user: { token } }],
  });
}
