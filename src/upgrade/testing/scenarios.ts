import fc from 'fast-check';
import { REQUESTED_ANNOTATION, SAFE_LOAD_ANNOTATION, SKIP_LABEL, STATE_LABEL } from '../../contract/keys.ts';
import type { UpgradePolicy } from '../../contract/upgrade-policy.ts';
import type { WorkloadPod } from '../view.ts';
import { aPolicy, OLD } from './builders.ts';
import type { Machine } from './machine.ts';
import { World } from './world.ts';

/** What people and faults do to a cluster while drivers are being upgraded. */
const ACTS: Readonly<Record<string, (world: World, machine: Machine, serial: number) => void>> = {
  'another version is wanted': (world, _, serial) => {
    world.want(`revision-${serial}`);
  },
  'the version is set back': (world) => {
    world.want(OLD);
  },
  'the wanted version breaks on all machines': (world) => {
    world.break(world.wanted);
  },
  'the wanted version breaks on a machine': (world, { name }) => {
    world.break(world.wanted, name);
  },
  'what is broken is mended': (world) => {
    world.mendAll();
  },
  'budgets forbid evictions': (_, machine) => {
    for (const guest of machine.guests) guest.blocked = true;
  },
  'budgets allow evictions': (_, machine) => {
    for (const guest of machine.guests) guest.blocked = false;
  },
  'a pod is scheduled': (_, machine, serial) => {
    machine.host({ name: `web-${serial}` });
  },
  'a guarded pod is scheduled': (_, machine, serial) => {
    machine.host({ name: `db-${serial}` }, true);
  },
  'a job is scheduled': (_, machine, serial) => {
    machine.host({ name: `job-${serial}`, labels: { app: 'job' } });
  },
  'an unowned pod is scheduled': (_, machine, serial) => {
    machine.host({ name: `bare-${serial}`, controllerKind: undefined });
  },
  'a DaemonSet’s pod is scheduled': (_, machine, serial) => {
    machine.host({ name: `agent-${serial}`, controllerKind: 'DaemonSet' });
  },
  'jobs complete': (_, machine) => {
    machine.guests = machine.guests.filter(({ pod }) => !isJob(pod));
  },
  'a machine goes away': (world, machine) => {
    machine.notReadySince ??= world.now;
  },
  'a machine comes back': (_, machine) => {
    machine.notReadySince = undefined;
  },
  'a person cordons': (_, machine) => {
    machine.cordonByHand();
  },
  'a person cordons with another tool': (_, machine) => {
    machine.cordonByOtherTool();
  },
  'a person uncordons': (_, machine) => {
    machine.uncordonByHand();
  },
  'a person opens a node for a moment': (_, machine, serial) => {
    machine.uncordonByHand();
    machine.host({ name: `quick-${serial}` });
    machine.cordonByHand();
  },
  'a person deletes the driver pod': (world, machine) => {
    machine.deleteDrivers(world.now);
  },
  'a person requests an upgrade': (_, machine) => {
    machine.annotations[REQUESTED_ANNOTATION] = 'true';
  },
  'a person has a node skipped': (_, machine) => {
    machine.labels[SKIP_LABEL] = 'true';
  },
  'a person has a node skipped no more': (_, machine) => {
    Reflect.deleteProperty(machine.labels, SKIP_LABEL);
  },
  'a person takes the state off a node': (_, machine) => {
    Reflect.deleteProperty(machine.labels, STATE_LABEL);
  },
  'a person garbles the state of a node': (_, machine) => {
    machine.labels[STATE_LABEL] = '__proto__';
  },
  'the operator is restarted': (world) => {
    world.restartOperator();
  },
  'the limit is changed': (world, _, serial) => {
    world.policy = { ...world.policy, maxParallelUpgrades: serial % 4 };
  },
  'the flow is switched off': (world) => {
    world.flow = 'off';
  },
  'the flow is switched on': (world) => {
    world.flow = 'on';
  },
  'a machine loses its driver’s DaemonSet': (_, machine) => {
    machine.driverBelongsHere = false;
  },
  'a machine gets it back': (_, machine) => {
    machine.driverBelongsHere = true;
  },
};

const isJob = ({ labels }: WorkloadPod): boolean => labels.app === 'job';

interface Incident {
  readonly act: string;
  readonly machine: number;
  /** How long nothing else happens afterwards, in milliseconds. */
  readonly quiet: number;
}

export interface Scenario {
  readonly machines: number;
  readonly policy: UpgradePolicy;
  readonly incidents: readonly Incident[];
}

const timeoutSeconds = fc.constantFrom(0, 30, 300);

const policy = fc
  .record({
    maxParallelUpgrades: fc.nat({ max: 3 }),
    safeLoad: fc.boolean(),
    drain: fc.oneof(
      { weight: 1, arbitrary: fc.constant<'off'>('off') },
      { weight: 5, arbitrary: fc.record({ timeoutSeconds, force: fc.boolean() }) },
    ),
    waitForCompletion: fc.option(fc.record({ podSelector: fc.constant('app=job'), timeoutSeconds })),
  })
  .map(({ waitForCompletion, ...spec }) =>
    aPolicy(waitForCompletion === null ? spec : { ...spec, waitForCompletion }),
  );

const incident: fc.Arbitrary<Incident> = fc.record({
  act: fc.oneof(fc.constantFrom(...Object.keys(ACTS)), fc.constant('another version is wanted')),
  machine: fc.nat({ max: 5 }),
  quiet: fc.oneof(fc.nat({ max: 30_000 }), fc.nat({ max: 400_000 }), fc.constant(0)),
});

export const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  machines: fc.integer({ min: 1, max: 6 }),
  policy,
  incidents: fc.array(incident, { minLength: 1, maxLength: 25 }),
});

/** Lets everything in a scenario happen. */
export function play({ machines, policy: spec, incidents }: Scenario): World {
  const world = new World(
    Array.from({ length: machines }, (_, index) => `node-${index}`),
    spec,
  );
  world.run(30_000);
  incidents.forEach(({ act, machine, quiet }, serial) => {
    const befallen = world.machines[machine % machines];
    if (befallen !== undefined) ACTS[act]?.(world, befallen, serial);
    world.run(quiet);
  });
  return world;
}

/** All faults end, and all obstacles are taken away that no operator can take away. */
export function calmDown(world: World): void {
  world.mendAll();
  world.flow = 'on';
  for (const machine of world.machines) {
    machine.notReadySince = undefined;
    machine.driverBelongsHere = true;
    machine.guests = machine.guests.filter(({ pod }) => !isJob(pod));
    for (const guest of machine.guests) guest.blocked = false;
    Reflect.deleteProperty(machine.labels, SKIP_LABEL);
  }
  world.run();
}

/** Mends failed nodes as the manual says: drain by hand, delete the driver pod, remove the safe-load annotation. */
export function recoverByHand(world: World): void {
  for (const machine of world.machines.filter(({ state }) => state === 'upgrade-failed')) {
    machine.drainByHand(world.now);
    machine.deleteDrivers(world.now);
  }
  world.run();
  for (const machine of world.machines.filter(({ state }) => state === 'upgrade-failed')) {
    Reflect.deleteProperty(machine.annotations, SAFE_LOAD_ANNOTATION);
  }
  world.run();
}
