/**
 * Ends a control plane when whoever started it is gone, however that came about.
 *
 * It is started with the control plane's directory as its argument and a pipe as its standard input. The pipe is closed by the
 * operating system when its parent ends, even by SIGKILL, in which case nobody else would end the programs.
 */
import { stopControlPlane } from './stop.ts';

process.stdin.resume();
process.stdin.on('close', () => {
  void stopControlPlane(process.argv[2] ?? '');
});
