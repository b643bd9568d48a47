import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { eventually } from './eventually.ts';
import { endProcesses, isRunning, spawnProcess, tail } from './processes.ts';
import { readState, writeState } from './state-file.ts';
import { stopControlPlane } from './stop.ts';

let directory: string;
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'processes-')));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function start(script = 'setInterval(() => {}, 1000)') {
  const program = process.execPath;
  const logFile = join(directory, 'log');
  const args = ['-e', script, directory];
  const pid = spawnProcess({ program, args, directory, logFile, env: {} });
  return { name: 'sleeper', pid, program, directory, logFile };
}

describe('a program in the background', () => {
  it('runs until it is ended', async () => {
    const sleeper = start();
    expect(isRunning(sleeper)).toBe(true);
    await endProcesses([sleeper]);
    expect(isRunning(sleeper)).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')('has ended although nobody has read so yet', async () => {
    const idle = `require('node:child_process').spawn('/bin/sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], { stdio: 'inherit' })`;
    const { logFile, ...parent } = start(`${idle}; setInterval(() => {}, 1000)`);
    await eventually(() => /^\d+$/.test(tail(logFile)));
    const zombie = { ...parent, pid: Number(tail(logFile)) };
    await eventually(() => readFileSync(`/proc/${zombie.pid}/stat`, 'utf8').includes(') Z '));
    expect(isRunning(zombie)).toBe(false);
    await endProcesses([parent]);
  });

  it.skipIf(process.platform !== 'linux')('is not taken for one of the kernel’s', () => {
    expect(isRunning({ name: 'etcd', pid: 2, program: '/somewhere/etcd', directory })).toBe(false);
  });

  it('writes to its log', async () => {
    const { logFile } = start('console.log("one"); console.error("two")');
    await eventually(() => tail(logFile) === 'one\ntwo');
    expect(tail(logFile, 1)).toBe('two');
  });

  it('is refused if it cannot be executed', () => {
    const logFile = join(directory, 'log');
    expect(() => spawnProcess({ program: '/nowhere', args: [], directory, logFile, env: {} })).toThrow(
      '/nowhere cannot be executed',
    );
  });

  it('is not taken for another one that got the same id', async () => {
    const stranger = { name: 'etcd', pid: process.pid, program: '/somewhere/etcd', directory };
    expect(isRunning(stranger)).toBe(false);
    await endProcesses([stranger]);
  });
});

describe('stopping a control plane by its directory', () => {
  it('ends what runs and removes the directory', async () => {
    const sleeper = start();
    writeState({ directory, server: 'https://127.0.0.1:1', startedAt: '', processes: [sleeper] });
    await expect(stopControlPlane(directory)).resolves.toBe(true);
    expect(isRunning(sleeper)).toBe(false);
    expect(readState(directory)).toBeUndefined();
  });

  it('does nothing where there is none', async () => {
    writeFileSync(join(directory, 'mine'), 'kept');
    await expect(stopControlPlane(directory)).resolves.toBe(false);
    expect(tail(join(directory, 'mine'))).toBe('kept');
  });
});
