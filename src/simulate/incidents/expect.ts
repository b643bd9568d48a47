import { BUSY_NODE, type Happening, type Incident } from '../scenario.ts';
import type { World } from '../world/world.ts';
import { attempt } from './people.ts';
import { perform } from './perform.ts';

/** Has an incident happen when its time has come, or, after that, when a node comes to the state that it waits for. */
export function expect(world: World, incident: Incident): void {
  const { at, when, ...happening } = incident;
  world.clock.after(at, () => {
    if (when === undefined) {
      happen(world, happening, world.sight.busyNode);
      return;
    }
    world.sight.onNextIn(when.state, (node) => {
      world.clock.after(when.after, () => {
        if (world.clock.monotonic() < world.troublesEnd) happen(world, happening, node);
      });
    });
  });
}

function happen(world: World, happening: Happening, node = ''): void {
  world.incidents[happening.kind] = (world.incidents[happening.kind] ?? 0) + 1;
  const aimed = 'node' in happening && happening.node === BUSY_NODE ? { ...happening, node } : happening;
  world.trace.add('incident', () => JSON.stringify(aimed));
  // What it is to be done to may be gone.
  attempt(() => {
    perform(world, aimed as Happening);
  });
}
