/** Says what goes on and for how long, every few seconds, until stopped. */
export interface Progress {
  /** What goes on from now. */
  say(what: string): void;
  stop(): void;
}

const INTERVAL_MS = 5000;

/**
 * A line for each thing said, and again every five seconds, with the time since the first: `building etcd, 1 of 6, 0m05s`. At the
 * end an empty line says that there is nothing more to show.
 */
export function startProgress(
  onProgress: (line: string) => void,
  now: () => number = () => performance.now(),
): Progress {
  const start = now();
  let current = '';
  const report = () => {
    if (current !== '') onProgress(`${current}, ${minutesAndSeconds(now() - start)}`);
  };
  const timer = setInterval(report, INTERVAL_MS);
  timer.unref();
  return {
    say(what) {
      current = what;
      report();
    },
    stop() {
      clearInterval(timer);
      if (current !== '') onProgress('');
    },
  };
}

export function minutesAndSeconds(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}

/** Writes progress to standard error: over the line before on a terminal, else a line each. */
export function progressToStderr(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
): (line: string) => void {
  return (line) => {
    if (stream.isTTY) stream.write(`\r\u001b[K${line}`);
    else if (line !== '') stream.write(`${line}\n`);
  };
}
