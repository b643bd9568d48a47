/**
 * How the programs are built from their Go modules.
 *
 * None of them can simply be `go install`ed except KWOK: Kubernetes' and etcd's own go.mod files replace modules by folders of
 * their source trees, and Go refuses to install a module that has replacements. So a module of our own requires them and, for
 * Kubernetes, replaces each of its staging modules by the version published under the same number.
 */

/** A module to be written to disk, and what is built in it. */
export interface GoModule {
  readonly files: Readonly<Record<string, string>>;
  /** The package to build. */
  readonly package: string;
  readonly ldflags: string;
}

const GO_LANGUAGE_VERSION = '1.26.0';

/**
 * The names of the modules that Kubernetes' go.mod takes from its own `staging` folder.
 *
 * @param kubernetesGoMod the text of go.mod in `k8s.io/kubernetes`
 * @throws Error if there is none, which means that the file is not what was expected
 */
export function stagingModules(kubernetesGoMod: string): readonly string[] {
  const names = [...kubernetesGoMod.matchAll(/^\s*(?:replace\s+)?(k8s\.io\/[\w./-]+)\s+=>\s+\.\/staging\//gm)]
    .map((match) => match[1])
    .filter((name) => name !== undefined);
  if (names.length === 0) throw new Error('no staging modules found in the go.mod of k8s.io/kubernetes');
  return names;
}

/** The version under which the staging modules of a Kubernetes version are published: v1.36.3 is v0.36.3. */
export function stagingVersion(kubernetesVersion: string): string {
  return kubernetesVersion.replace(/^v1\./, 'v0.');
}

/** The module in which kube-apiserver, kube-controller-manager, kube-scheduler and kubectl are built. */
export function kubernetesModule(program: string, version: string, kubernetesGoMod: string): GoModule {
  const replacements = stagingModules(kubernetesGoMod).map(
    (name) => `\t${name} => ${name} ${stagingVersion(version)}`,
  );
  const goMod = [
    'module controlplane',
    `go ${GO_LANGUAGE_VERSION}`,
    `require k8s.io/kubernetes ${version}`,
    ['replace (', ...replacements, ')'].join('\n'),
  ].join('\n\n');
  return {
    files: { 'go.mod': `${goMod}\n` },
    package: `k8s.io/kubernetes/cmd/${program}`,
    ldflags: `-s -w -X k8s.io/component-base/version.gitVersion=${version}`,
  };
}

/** The module in which etcd is built: a main function that calls etcd's own. */
export function etcdModule(version: string): GoModule {
  const goMod = [
    'module controlplane',
    `go ${GO_LANGUAGE_VERSION}`,
    `require go.etcd.io/etcd/server/v3 ${version}`,
  ].join('\n\n');
  const main = [
    'package main',
    'import (\n\t"os"\n\n\t"go.etcd.io/etcd/server/v3/etcdmain"\n)',
    'func main() { etcdmain.Main(os.Args) }',
  ].join('\n\n');
  return { files: { 'go.mod': `${goMod}\n`, 'main.go': `${main}\n` }, package: '.', ldflags: '-s -w' };
}
