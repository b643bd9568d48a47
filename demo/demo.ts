/** `npm run demo`: an upgrade of a whole fleet, live. */
import { story } from '../src/invariants/index.ts';
import { Ending } from './ending.ts';
import { lookAround, tellUntil } from './keep.ts';
import { parseOptions, type DemoOptions } from './options.ts';
import { runShow } from './show.ts';
import { shortcomings, summary } from './summary.ts';
import { canShowLive, type Display } from './view/display.ts';
import { LiveDisplay } from './view/live-display.ts';
import { PlainDisplay } from './view/plain-display.ts';
import { inColour, plain } from './view/text.ts';

const NOTHING_LEFT = '\nstopped; nothing is left behind\n';
const SOMETHING_LEFT = '\nstopped; not everything could be cleared away\n';
const KEEP = ' npm run demo -- --keep leaves it all running for your kubectl.';
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), {
    writeOut: (text) => process.stdout.write(text),
    writeErr: (text) => process.stderr.write(text),
  });
  if (typeof options === 'number') return options;
  const live = !options.plain && canShowLive(process.stdout, process.env);
  return perform(options, live ? new LiveDisplay(process.stdout) : new PlainDisplay(process.stdout), live);
}

async function perform(options: DemoOptions, display: Display, live: boolean): Promise<number> {
  const ending = new Ending();
  const interrupted = new AbortController();
  let kept = false;
  const interrupt = (status: number): void => {
    interrupted.abort();
    display.close();
    // What is only starting at this moment ends with this process.
    void ending.run().then((all) => {
      if (process.stdout.writable) process.stdout.write(all ? NOTHING_LEFT : SOMETHING_LEFT);
      process.exit(kept ? 0 : status);
    });
  };
  for (const [signal, status] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      interrupt(status);
    });
  }
  // Nobody reads any further: `npm run demo | head`.
  process.stdout.on('error', () => {
    interrupt(1);
  });
  process.once('exit', () => {
    display.close();
  });
  try {
    const { cast, outcome } = await runShow({ options, display, ending });
    display.print('', ...summary(outcome, display.width, live ? inColour : plain));
    const wrong = shortcomings(outcome);
    if (outcome.report.violations.length > 0) throw new Error(story(outcome.report));
    if (wrong.length > 0) throw new Error(wrong.join('; '));
    if (!options.keep) {
      display.print('', KEEP);
      return 0;
    }
    kept = true;
    display.print(...lookAround(cast));
    await tellUntil(cast, live ? inColour : plain, interrupted.signal);
    return 0;
  } catch (error) {
    // An interruption breaks what is under way, which is not worth telling.
    if (interrupted.signal.aborted) return SIGNALS.SIGINT;
    display.close();
    process.stderr.write(`\nerror: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await ending.run();
  }
}

process.exit(await main());
