/**
 * The programs of a control plane, and which versions of them are built. They are built from their Go modules, so that no
 * container engine and no download of binaries is needed: a Go toolchain is.
 */

export const KUBERNETES_VERSION = 'v1.36.3';
export const ETCD_VERSION = 'v3.6.11';
export const KWOK_VERSION = 'v0.8.0';

/** The Go that Kubernetes' own go.mod asks for. */
export const MINIMUM_GO = { major: 1, minor: 26 } as const;

export const PROGRAMS = [
  'etcd',
  'kube-apiserver',
  'kubectl',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
] as const;

export type Program = (typeof PROGRAMS)[number];

/** The programs that run all the time; kubectl is called now and then. */
export type Service = Exclude<Program, 'kubectl'>;

/** Where each program is: absolute paths. */
export type Binaries = Readonly<Record<Program, string>>;

/** Names the folder of one set of built programs: another version or machine is another folder. */
export function versionsKey(platform: string = process.platform, arch: string = process.arch): string {
  return `kubernetes-${KUBERNETES_VERSION}_etcd-${ETCD_VERSION}_kwok-${KWOK_VERSION}_${platform}-${arch}`;
}
