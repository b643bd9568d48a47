/** Says how far many runs have come: on a terminal in a line that moves, elsewhere in a line now and then. */
export function progressLine(count: number): (done: number, failed: number) => void {
  const step = Math.max(1, Math.ceil(count / 10));
  let told = 0;
  return (done, failed) => {
    const line = `${done} of ${count} runs, ${failed} failed`;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${line}${done === count ? '\n' : ''}`);
    } else if (done - told >= step || done === count) {
      told = done;
      console.error(line);
    }
  };
}
