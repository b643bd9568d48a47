import type { Command } from 'commander';
import type { Clock } from '../cluster/clock.ts';
import type { Cluster } from '../cluster/port.ts';
import type { AskForImage } from './gather/registry.ts';
import type { Access } from './gather/scene.ts';
import type { Forward } from './support/port-forward.ts';
import type { ReadLog } from './support/bundle.ts';
import { styleFor, type Style } from './terminal/style.ts';
import type { Terminal } from './terminal/terminal.ts';

/** The flags that every command has. */
export interface GlobalOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace: string;
}

/** A way to the cluster, to be closed when it is no longer used. */
export interface Connection {
  readonly cluster: Cluster;
  readonly readLog: ReadLog;
  readonly askForImage: AskForImage;
  readonly forward: Forward;
  readonly openInBrowser: (url: string) => void;
  readonly close: () => Promise<void>;
}

/** What the plugin runs in. */
export interface Surroundings {
  readonly connect: (options: GlobalOptions) => Promise<Connection>;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Uniform in [0, 1): spreads retries. */
  readonly random: () => number;
  /** Aborts when the person has seen enough. */
  readonly signal: AbortSignal;
}

/** What a command works with. */
export interface Session {
  readonly access: Access;
  readonly terminal: Terminal;
  readonly random: () => number;
  readonly readLog: ReadLog;
  readonly askForImage: AskForImage;
  readonly forward: Forward;
  readonly openInBrowser: (url: string) => void;
  /** As the terminal is at this moment. */
  readonly style: () => Style;
  readonly print: (lines: readonly string[]) => void;
}

/** What a command does; resolves to the exit status. */
export type Action = (session: Session) => Promise<number>;

/** Connects, does what a command does, and keeps its exit status. */
export type Run = (command: Command, action: Action) => Promise<void>;

/**
 * Adds a command to the plugin: its flags, its help, and what it does.
 *
 * @param write for a command that needs no cluster
 */
export type AddCommand = (program: Command, run: Run, write: (text: string) => void) => void;

export const STATUS = { ok: 0, no: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

export function sessionOf(
  { terminal, clock, random, signal }: Surroundings,
  { cluster, close: _, ...ways }: Connection,
  { namespace }: GlobalOptions,
): Session {
  return {
    access: { cluster, clock, namespace, signal },
    terminal,
    random,
    ...ways,
    style: () => styleFor(terminal.look),
    print: (lines) => {
      terminal.out(lines.map((line) => `${line}\n`).join(''));
    },
  };
}
