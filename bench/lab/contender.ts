import type { ControlPlane } from '../../test/control-plane/index.ts';

/** A program that upgrades a fleet, to be measured. */
export interface Contender {
  /** As the table calls it. */
  readonly name: string;
  /** Starts it. Resolves when it has taken in what there is and waits for work. */
  start(controlPlane: ControlPlane): Promise<RunningContender>;
}

export interface RunningContender {
  readonly pid: number;
  /** The name under which the API server's audit log has its requests. */
  readonly user: string;
  /** Asks for another version of the driver in the way that this one listens to; {@link Ask.begin} is the moment from which it counts. */
  ask(request: Ask): Promise<void>;
  /** How long its event loop kept callers waiting since the last call; undefined: it does not say. */
  eventLoopDelay(): Promise<EventLoopDelay | undefined>;
  /** That it has ended before its time, and the end of its log; empty if it has not. */
  obituary(): string;
  stop(): Promise<void>;
}

export interface Ask {
  readonly version: string;
  readonly begin: () => void;
}

export interface EventLoopDelay {
  readonly p99Ms: number;
  readonly mostMs: number;
}
