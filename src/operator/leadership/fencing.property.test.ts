import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NEW, OLD, SharedFleet, type TestReplica } from './testing/shared-fleet.ts';

/** What befalls the operators, and what people do. */
type Happening =
  | { readonly kind: 'stands-still'; readonly replica: 0 | 1; readonly clock: 'goes-on' | 'stands-still' }
  | { readonly kind: 'goes-on' | 'is-killed' | 'is-delivered'; readonly replica: 0 | 1 }
  | { readonly kind: 'is-held-up' | 'is-lost'; readonly replica: 0 | 1; readonly calls: string }
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'switch'; readonly on: boolean };

const replica = fc.constantFrom(0 as const, 1 as const);
const calls = fc.constantFrom(
  'patch nodes',
  'patch nodes n1',
  'delete pods',
  'evict',
  'patch leases',
  'patch',
);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constant('stands-still' as const),
    replica,
    clock: fc.constantFrom('goes-on' as const, 'stands-still' as const),
  }),
  fc.record({ kind: fc.constantFrom('goes-on', 'is-killed', 'is-delivered'), replica }),
  fc.record({ kind: fc.constantFrom('is-held-up', 'is-lost'), replica, calls }),
  fc.record({ kind: fc.constant('version' as const), version: fc.constantFrom(OLD, NEW) }),
  fc.record({ kind: fc.constant('switch' as const), on: fc.boolean() }),
);

/** How long until the next thing happens, in milliseconds: moments, or long enough for another to lead. */
const pause = fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 400, max: 14_000 }));

const ROUNDS = Number(process.env['OFED_TEST_ROUNDS'] ?? 12);

it('Whatever befalls two operators, they do no harm, and the rollout ends', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.tuple(happening, pause), { minLength: 10, maxLength: 50 }),
      async (limit, story) => {
        const fleet = new SharedFleet({ nodes: ['n1', 'n2', 'n3', 'n4', 'n5'], maxParallelUpgrades: limit });
        const replicas = [fleet.start('a'), fleet.start('b')];
        await fleet.until(() => fleet.isDone);
        for (const [event, milliseconds] of story) {
          await happen(event, fleet, replicas);
          await fleet.clock.advance(milliseconds);
          expect(fleet.wrongs).toEqual([]);
        }
        await comeRight(fleet, replicas);
        expect(fleet.wrongs).toEqual([]);
        for (const name of fleet.names) expect(fleet.node(name).metadata.annotations).toBeUndefined();
      },
    ),
    { numRuns: ROUNDS },
  );
}, 600_000);

async function happen(event: Happening, fleet: SharedFleet, replicas: TestReplica[]): Promise<void> {
  if (event.kind === 'version') {
    fleet.set({ version: event.version });
    return;
  }
  if (event.kind === 'switch') {
    fleet.set({ upgradePolicy: { autoUpgrade: event.on } });
    return;
  }
  const { name, process } = replicas[event.replica]!;
  switch (event.kind) {
    case 'stands-still':
      process.stop(event.clock);
      break;
    case 'goes-on':
      await process.goOn();
      break;
    case 'is-held-up':
      process.hold((call) => call.startsWith(event.calls));
      break;
    case 'is-lost':
      process.lose((call) => call.startsWith(event.calls));
      break;
    case 'is-delivered':
      process.deliver();
      break;
    case 'is-killed':
      process.kill();
      // What it has sent may arrive long after its end.
      fleet.clock.after(20_000, () => {
        process.deliver();
      });
      replicas[event.replica] = fleet.start(name);
      break;
  }
}

async function comeRight(fleet: SharedFleet, replicas: readonly TestReplica[]): Promise<void> {
  for (const { process } of replicas) {
    await process.goOn();
    process.deliver();
  }
  await fleet.clock.advance(30_000);
  fleet.set({ upgradePolicy: { autoUpgrade: true } });
  fleet.set({ version: '24.04-0.7.0.0.0' });
  await fleet.clock.advance(1000);
  await fleet.until(() => fleet.isDone);
}
