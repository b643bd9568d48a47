import { describe, expect, it } from 'vitest';

import { etcdModule, kubernetesModule, stagingModules, stagingVersion } from './go-module.ts';

const GO_MOD = `// This is a generated file.

module k8s.io/kubernetes

go 1.26.0

require (
	github.com/example/tool v1.2.3
	k8s.io/api v0.0.0
	k8s.io/client-go v0.0.0
	k8s.io/klog/v2 v2.140.0
)

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/client-go => ./staging/src/k8s.io/client-go
	github.com/example/tool => github.com/example/fork v1.2.4
)
`;

describe('the module in which Kubernetes is built', () => {
  it('replaces every staging module, and nothing else, by what is published under the same number', () => {
    const { files } = kubernetesModule('kube-apiserver', 'v1.36.3', GO_MOD);
    expect(files['go.mod']).toBe(`module controlplane

go 1.26.0

require k8s.io/kubernetes v1.36.3

replace (
	k8s.io/api => k8s.io/api v0.36.3
	k8s.io/client-go => k8s.io/client-go v0.36.3
)
`);
  });

  it('builds the program of that name and tells it its version', () => {
    const { package: built, ldflags } = kubernetesModule('kube-scheduler', 'v1.36.3', GO_MOD);
    expect(built).toBe('k8s.io/kubernetes/cmd/kube-scheduler');
    expect(ldflags).toContain('version.gitVersion=v1.36.3');
  });

  it('understands a replacement that stands alone', () => {
    expect(stagingModules('replace k8s.io/api => ./staging/src/k8s.io/api')).toEqual(['k8s.io/api']);
  });

  it('refuses a go.mod without staging modules: what was read cannot be that of Kubernetes', () => {
    expect(() => stagingModules('module example.org/other\n')).toThrow('no staging modules');
  });

  it('knows the version of a staging module', () => {
    expect(stagingVersion('v1.36.3')).toBe('v0.36.3');
    expect(stagingVersion('v1.37.0-rc.1')).toBe('v0.37.0-rc.1');
  });
});

describe('the module in which etcd is built', () => {
  it('is a main function that calls that of etcd', () => {
    const { files, package: built } = etcdModule('v3.6.11');
    expect(files['go.mod']).toContain('require go.etcd.io/etcd/server/v3 v3.6.11');
    expect(files['main.go']).toContain('etcdmain.Main(os.Args)');
    expect(built).toBe('.');
  });
});
