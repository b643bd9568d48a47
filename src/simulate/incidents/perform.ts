import { attempt, TOOL } from './people.ts';
import type { Happening } from '../scenario.ts';
import type { World } from '../world/world.ts';

/** Has something happen. What it is done to may be gone by now; then nothing does. */
export function perform(world: World, happening: Happening): void {
  switch (happening.kind) {
    case 'version':
      world.writePolicy({ version: happening.version });
      return;
    case 'policy':
      world.writePolicy(happening.change);
      return;
    case 'delete-policy':
      world.deletePolicy();
      later(world, happening.forMs, () => {
        world.writePolicy({});
      });
      return;
    case 'cordon':
    case 'uncordon':
      world.people.cordon(happening.node, happening.kind === 'cordon');
      return;
    case 'cordon-by-tool':
      world.people.cordon(happening.node, true, TOOL);
      return;
    case 'drain':
      world.people.drain(happening.node);
      return;
    case 'delete-driver-pod':
      world.faults.stall('pods', happening.unheardFor);
      world.people.deleteDriverPod(happening.node);
      return;
    case 'label-state':
      world.people.setState(happening.node, happening.value);
      return;
    case 'skip':
      world.people.setSkip(happening.node, happening.on);
      return;
    case 'request':
      world.people.request(happening.node);
      return;
    case 'remove-annotations':
      world.people.removeAnnotations(happening.node);
      return;
    case 'delete-pod':
      world.people.deletePodOf(happening.workload);
      return;
    case 'force-delete-pods':
      forceDeletePods(world, happening.node);
      return;
    case 'move-pod':
      world.movePod(happening.workload, happening.node);
      return;
    case 'move-pod-at-eviction':
      world.movePodAtEviction(happening.workload, happening.node);
      return;
    case 'budget':
      world.setBudget(happening.workload, happening.maxUnavailable, `${happening.workload}-for-a-while`);
      later(world, happening.forMs, () => {
        world.setBudget('', undefined, `${happening.workload}-for-a-while`);
      });
      return;
    case 'scale':
      world.people.scale(happening.workload, happening.replicas);
      return;
    default:
      performOfNature(world, happening);
  }
}

function forceDeletePods(world: World, node: string): void {
  const elsewhere = world.scenario.nodes.find(({ name }) => name !== node);
  for (const pod of world.people.forceDeletePods(node)) {
    if (elsewhere !== undefined) world.movePod(pod, elsewhere.name);
  }
}

type OfNature = Extract<
  Happening,
  {
    kind:
      | `node-${string}`
      | 'not-ready'
      | 'kernel'
      | 'stuck-pods'
      | 'image-missing'
      | `driver-${string}`
      | 'controllers-pause'
      | 'compaction'
      | 'api-server-restart'
      | `kill${string}`
      | 'stop'
      | 'pause'
      | 'clock'
      | 'lease-gone';
  }
>;

function performOfNature(world: World, happening: Exclude<OfNature, { kind: 'delete-driver-pod' }>): void {
  const { machines } = world;
  switch (happening.kind) {
    case 'node-gone': {
      const plan = world.scenario.nodes.find(({ name }) => name === happening.node);
      machines.removeNode(happening.node);
      later(world, happening.forMs, () => {
        if (plan !== undefined) world.addNode({ ...plan, cordoned: false });
      });
      return;
    }
    case 'node-joins':
      world.addNode(happening.node);
      return;
    case 'not-ready':
      machines.setNodeReady(happening.node, false);
      later(world, happening.forMs, () => {
        machines.setNodeReady(happening.node, true);
      });
      return;
    case 'kernel':
      world.setKernel(happening.node, happening.kernel);
      return;
    case 'stuck-pods':
      machines.holdTermination(happening.node, true);
      later(world, happening.forMs, () => {
        machines.holdTermination(happening.node, false);
      });
      return;
    case 'image-missing':
    case 'driver-crashes':
    case 'driver-hangs':
      world.traits.set(happening.version, happening.kernel, happening.kind);
      later(world, happening.forMs, () => {
        world.traits.set(happening.version, happening.kernel, undefined);
      });
      return;
    case 'controllers-pause':
      machines.pause();
      later(world, happening.forMs, () => {
        machines.resume();
      });
      return;
    case 'compaction':
      world.api.compact();
      return;
    case 'api-server-restart':
      world.faults.cutOff(happening.forMs);
      later(world, happening.forMs, () => {
        world.api.compact();
      });
      return;
    default:
      performOnOperator(world, happening);
  }
}

type OnOperator = Extract<Happening, { kind: `kill${string}` | 'stop' | 'pause' | 'clock' | 'lease-gone' }>;

function performOnOperator(world: World, happening: OnOperator): void {
  if (happening.kind === 'lease-gone') {
    world.deleteLease();
    return;
  }
  const replica = world.replicas[happening.replica];
  switch (happening.kind) {
    case 'kill':
      replica?.kill(happening.backAfter);
      return;
    case 'kill-at-call':
      replica?.killAtCall(happening.call, happening.effect, happening.backAfter);
      return;
    case 'stop':
      replica?.stop(happening.backAfter);
      return;
    case 'pause':
      replica?.pause(happening.forMs);
      return;
    case 'clock':
      replica?.setClock(happening.byMs);
      return;
  }
}

/** Some time later, unless everything has been mended by then. */
function later(world: World, milliseconds: number, deed: () => void): void {
  world.clock.after(milliseconds, () => {
    if (!world.isMended) attempt(deed);
  });
}
