import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ENVIRONMENT, execute } from './program.ts';
import { DEFAULT_IMAGE } from './version.ts';

beforeEach(() => {
  for (const name of ENVIRONMENT) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Runs a command line, without doing what it says. */
async function cli(line: string, result = 0) {
  let out = '';
  let err = '';
  const asked: { command: string; options: unknown }[] = [];
  const command =
    (name: string) =>
    (options: unknown): Promise<number> => {
      asked.push({ command: name, options });
      return Promise.resolve(result);
    };
  const status = await execute(
    line.split(' ').filter((word) => word !== ''),
    { run: command('run'), manifests: command('manifests'), safeLoad: command('safe-load') },
    {
      writeOut: (text) => {
        out += text;
      },
      writeErr: (text) => {
        err += text;
      },
    },
  );
  return { status, out, err, asked };
}

describe('run', () => {
  it('needs no flag', async () => {
    const { status, asked } = await cli('run');
    expect(status).toBe(0);
    expect(asked).toEqual([
      {
        command: 'run',
        options: {
          namespace: 'nvidia-network-operator',
          initImage: DEFAULT_IMAGE,
          logLevel: 'info',
        },
      },
    ]);
  });

  it('takes every flag', async () => {
    const { asked } = await cli(
      'run --kubeconfig /k --namespace net --init-image i:1 --metrics-address [::1]:9090 --log-level DEBUG',
    );
    expect(asked[0]?.options).toEqual({
      kubeconfig: '/k',
      namespace: 'net',
      initImage: 'i:1',
      metricsAddress: { host: '::1', port: 9090 },
      logLevel: 'debug',
    });
  });

  it('takes the namespace and the image from the environment of its pod, unless there are flags', async () => {
    vi.stubEnv('POD_NAMESPACE', 'net');
    vi.stubEnv('OPERATOR_IMAGE', 'i:1');
    expect((await cli('run')).asked[0]?.options).toMatchObject({ namespace: 'net', initImage: 'i:1' });
    expect((await cli('run --namespace other --init-image j:2')).asked[0]?.options).toMatchObject({
      namespace: 'other',
      initImage: 'j:2',
    });
  });

  it('passes on the exit status of what was run', async () => {
    expect((await cli('run --init-image i:1', 3)).status).toBe(3);
  });
});

describe('manifests', () => {
  it('prints everything unless told otherwise', async () => {
    expect((await cli('manifests')).asked).toEqual([
      { command: 'manifests', options: { namespace: 'nvidia-network-operator', image: DEFAULT_IMAGE } },
    ]);
  });

  it('prints chosen parts, each once and in the order in which they are applied', async () => {
    const { asked } = await cli('manifests --only deployment,crd,crd --namespace net --image i:1');
    expect(asked[0]?.options).toEqual({ only: ['crd', 'deployment'], namespace: 'net', image: 'i:1' });
  });

  it('has the dashboard served where it is told to', async () => {
    const dashboardAddress = { host: '127.0.0.1', port: 8090 };
    for (const command of ['manifests', 'run'])
      expect((await cli(`${command} --dashboard-address 127.0.0.1:8090`)).asked).toMatchObject([
        { command, options: { dashboardAddress } },
      ]);
  });
});

describe('safe-load', () => {
  it('needs nothing but the node', async () => {
    vi.stubEnv('NODE_NAME', 'gpu-17.example.com');
    expect((await cli('safe-load')).asked).toEqual([
      {
        command: 'safe-load',
        options: {
          nodeName: 'gpu-17.example.com',
          configmapName: 'ofed-init-container-config',
          configmapNamespace: 'nvidia-network-operator',
          configmapKey: 'config.json',
          logLevel: 'info',
        },
      },
    ]);
  });

  const flags = '--node-name gpu-17 --configmap-name c --configmap-namespace net --configmap-key k.json';

  it('takes every flag', async () => {
    const { asked } = await cli(`safe-load ${flags} --kubeconfig /k --log-level warn`);
    expect(asked[0]?.options).toEqual({
      nodeName: 'gpu-17',
      configmapName: 'c',
      configmapNamespace: 'net',
      configmapKey: 'k.json',
      kubeconfig: '/k',
      logLevel: 'warn',
    });
  });

  it('is what is meant when its flags are given without a command, as the driver pods of the peer operator do', async () => {
    const { asked } = await cli(flags);
    expect(asked).toMatchObject([
      { command: 'safe-load', options: { nodeName: 'gpu-17', configmapName: 'c' } },
    ]);
  });
});

describe('help', () => {
  it.each([
    ['--help', /run the operator/],
    ['run --help', /Examples:\n.*OPERATOR_IMAGE/],
    ['manifests -h', /kubectl apply/],
    ['safe-load --help', /kubectl annotate node/],
  ])('is what "%s" prints', async (line, text) => {
    const { status, out, err, asked } = await cli(line);
    expect([status, err, asked]).toEqual([0, '', []]);
    expect(out).toMatch(text);
  });

  it('is shown to those who say nothing, as an error', async () => {
    const { status, out, err } = await cli('');
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain('Usage: ofed-operator');
  });
});

describe('the version', () => {
  it.each(['--version', 'run --version', 'manifests -V', 'safe-load --version'])(
    'is what "%s" prints',
    async (line) => {
      const { status, out, asked } = await cli(line);
      expect([status, asked]).toEqual([0, []]);
      expect(out).toMatch(/^\d+\.\d+\.\d+.*\n$/);
    },
  );
});

describe('a command line that is wrong', () => {
  it.each([
    ['start', /unknown command 'start'/],
    ['run --init-image i:1 --verbose', /unknown option '--verbose'/],
    ['run --init-image i:1 --kubeconfg x', /Did you mean --kubeconfig\?/],
    ['run --init-image i:1 now', /too many arguments/],
    ['run --init-image', /argument missing/],
    ['run --init-image i:1 --log-level loud', /'loud' is invalid. The levels are debug, info, warn, error\./],
    ['run --init-image i:1 --metrics-address 8080', /"8080" has no port: write HOST:PORT or :PORT/],
    ['run --init-image i:1 --namespace Net', /A namespace is lower-case letters/],
    ['manifests --only crd,crds', /one or more of crd, rbac, deployment/],
    ['manifests --only=', /one or more of crd, rbac, deployment/],
    ['safe-load', /'--node-name <name>' not specified/],
    ['safe-load --node-name a/b', /'a\/b' is invalid\. A name is/],
    ['safe-load --node-name n --configmap-key a/b', /A key is/],
    ['safe-load --node-name n --kubeconfig=', /A file name is missing/],
  ])('"%s" is answered in one line, with status 2', async (line, text) => {
    const { status, out, err, asked } = await cli(line);
    expect([status, out, asked]).toEqual([2, '', []]);
    expect(err).toMatch(text);
    expect(err).toMatch(/^error: [^\n]+\n$/);
  });

  it('may be one in the environment, which is then named', async () => {
    vi.stubEnv('POD_NAMESPACE', 'Net');
    const { status, err } = await cli('run --init-image i:1');
    expect(status).toBe(2);
    expect(err).toContain("from env 'POD_NAMESPACE' is invalid");
  });
});

describe('an error in what was run', () => {
  it('is left to the caller', async () => {
    const broken = (): Promise<number> => Promise.reject(new TypeError('broken'));
    const quiet = { writeOut: () => undefined, writeErr: () => undefined };
    const commands = { run: broken, manifests: broken, safeLoad: broken };
    await expect(execute(['manifests'], commands, quiet)).rejects.toThrow('broken');
  });
});
