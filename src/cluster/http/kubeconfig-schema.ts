import { z } from 'zod';

/**
 * The parts of a kubeconfig that are used. Empty values count as absent, as kubectl has it.
 *
 * @see https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */

const text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);

const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

const clusterSchema = z.looseObject({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': flag,
  'tls-server-name': text,
  'proxy-url': text,
});

const userSchema = z.looseObject({
  token: text,
  tokenFile: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  username: text,
  password: text,
  as: text,
  exec: z.looseObject({ command: z.string() }).nullish(),
  'auth-provider': z.looseObject({ name: z.string() }).nullish(),
});

const contextSchema = z.looseObject({ cluster: text, user: text });

export const kubeconfigSchema = z.looseObject({
  'current-context': text,
  clusters: listOf(z.looseObject({ name: z.string(), cluster: clusterSchema })),
  users: listOf(z.looseObject({ name: z.string(), user: userSchema })),
  contexts: listOf(z.looseObject({ name: z.string(), context: contextSchema })),
});

function listOf<Entry extends z.ZodType>(entry: Entry) {
  return z
    .array(entry)
    .nullish()
    .transform((list) => list ?? []);
}

export type KubeconfigFile = z.infer<typeof kubeconfigSchema>;
export type KubeconfigCluster = z.infer<typeof clusterSchema>;
export type KubeconfigUser = z.infer<typeof userSchema>;
export type KubeconfigContext = z.infer<typeof contextSchema>;
