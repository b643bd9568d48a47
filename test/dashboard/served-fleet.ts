import { buildPage } from '../../build-page.mjs';
import { VirtualClock } from '../../src/cluster/memory/virtual-clock.ts';
import { FleetFeed } from '../../src/dashboard/server/feed.ts';
import type { PageFiles } from '../../src/dashboard/server/routes.ts';
import { startDashboard } from '../../src/dashboard/server/server.ts';
import { openAccess, type Access } from '../../src/dashboard/server/token-access.ts';
import { TestFleet } from '../../src/dashboard/testing/test-fleet.ts';

let page: Promise<PageFiles> | undefined;

/** A fleet that is as the test says, and the dashboard that shows it. Changes are told when the clock goes on. */
export interface ServedFleet {
  readonly clock: VirtualClock;
  readonly feed: FleetFeed;
  readonly fleet: TestFleet;
  readonly url: string;
  close(): void;
}

export interface ServeOptions {
  /** Whom it is shown to. Default: everybody who can reach the loopback interface. */
  readonly access?: Access;
}

export async function serveFleet({ access }: ServeOptions = {}): Promise<ServedFleet> {
  page ??= buildPage();
  const clock = new VirtualClock();
  const feed = new FleetFeed(clock);
  const fleet = new TestFleet(feed);
  const stop = new AbortController();
  const address = access === undefined ? { host: '127.0.0.1', port: 0 } : { port: 0 };
  const served = await startDashboard(
    { address, feed, page: await page, clock, access: access ?? openAccess },
    stop.signal,
  );
  feed.leads(fleet);
  return {
    ...{ clock, feed, fleet, url: `http://127.0.0.1:${served.address.port}/` },
    close: () => {
      stop.abort();
    },
  };
}
