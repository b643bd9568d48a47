import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forwardByKubectl } from './port-forward.ts';

const POD = { namespace: 'ns', name: 'pod-1', port: 8090 };

describe('A port that kubectl forwards', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'forward-'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** Something that is called like kubectl, and does this. */
  function kubectl(script: string): string {
    const path = join(folder, 'kubectl');
    writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return path;
  }

  it('is the one that kubectl says, to the pod that is asked for, until it is told to end', async () => {
    const fake = kubectl(`echo "Forwarding from 127.0.0.1:4567 -> 8090"; exec sleep 1000`);
    const stop = new AbortController();
    const forward = forwardByKubectl({ context: 'c', namespace: 'ns' }, fake);
    const { localPort, ended } = await forward(POD, undefined, stop.signal);
    expect(localPort).toBe(4567);
    stop.abort();
    await expect(ended).resolves.toBeUndefined();
  });

  it('is none where kubectl ends, in whose words that is told', async () => {
    const fake = kubectl('echo "error: pods \\"pod-1\\" is forbidden" >&2; exit 1');
    const forwarding = forwardByKubectl({ namespace: 'ns' }, fake)(POD, 9000, new AbortController().signal);
    await expect(forwarding).rejects.toThrow(
      'the port could not be forwarded: error: pods "pod-1" is forbidden',
    );
  });

  it('is none where there is no kubectl', async () => {
    const missing = join(folder, 'missing');
    const forwarding = forwardByKubectl({ namespace: 'ns' }, missing)(
      POD,
      9000,
      new AbortController().signal,
    );
    await expect(forwarding).rejects.toThrow('the port could not be forwarded');
  });
});
