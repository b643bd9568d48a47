import { SAFE_LOAD_ANNOTATION, STATE_LABEL } from '../../contract/keys.ts';
import { parseState, type NodeState } from '../../contract/states.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import type { NodeChange } from '../actions.ts';
import type { DriverPod, EvictionAttempt, NodeView, WorkloadPod } from '../view.ts';
import { aPod, CRASH } from './builders.ts';

/** What holds for all machines of a world. */
export interface Surroundings {
  readonly now: number;
  /** The revision of which new driver pods are made. */
  readonly wanted: string;
  /** The same, as far as the operator can know it. */
  readonly knownWanted: string | undefined;
  readonly safeLoad: boolean;
  isBroken(machine: string, revision: string): boolean;
}

/** How long things take on a machine, in milliseconds. */
const DRIVER_STARTS = 20_000;
const DRIVER_TERMINATES = 5_000;
const POD_TERMINATES = 3_000;

interface Driver {
  readonly uid: string;
  readonly revision: string;
  /** When it is up, or has turned out to be broken; undefined while its init container holds it back. */
  upAt: number | undefined;
  goneAt: number | undefined;
}

interface Guest {
  readonly pod: WorkloadPod;
  /** A disruption budget forbids its eviction. */
  blocked: boolean;
  goneAt: number | undefined;
}

/** A node as it really is: its object, its kubelet, its pods, and what the operator has read of them. */
export class Machine {
  readonly name: string;
  readonly labels: Record<string, string> = {};
  readonly annotations: Record<string, string> = {};
  unschedulable = false;
  /** As the API server's record tells. */
  cordonedByPerson = false;
  cordonedByOperator = false;
  /** As it really is. */
  isPersonsCordon = false;
  notReadySince: number | undefined;
  driverBelongsHere = true;
  drivers: Driver[] = [];
  guests: Guest[] = [];
  #made = 0;
  #reading: { readonly pods: readonly WorkloadPod[] | undefined; asOf: number } | undefined;
  #evictions = new Map<string, EvictionAttempt>();

  constructor(name: string) {
    this.name = name;
  }

  get state(): NodeState {
    return parseState(lookUp(this.labels, STATE_LABEL));
  }

  // ——— What happens by itself ———

  /** Lets everything happen that is due. */
  progress(around: Surroundings): void {
    if (this.notReadySince !== undefined) return;
    const { now } = around;
    this.guests = this.guests.filter(({ goneAt }) => goneAt === undefined || goneAt > now);
    this.drivers = this.drivers.filter(({ goneAt }) => goneAt === undefined || goneAt > now);
    if (!this.driverBelongsHere) {
      for (const driver of this.drivers) driver.goneAt ??= now + DRIVER_TERMINATES;
    } else if (this.drivers.length === 0) {
      this.#makeDriver(around);
    }
    if (lookUp(this.annotations, SAFE_LOAD_ANNOTATION) !== undefined) return;
    for (const driver of this.drivers) driver.upAt ??= now + DRIVER_STARTS;
  }

  #makeDriver({ now, wanted, safeLoad }: Surroundings): void {
    this.#made += 1;
    if (safeLoad) this.annotations[SAFE_LOAD_ANNOTATION] = 'true';
    this.drivers.push({
      uid: `${this.name}-driver-${this.#made}`,
      revision: wanted,
      upAt: safeLoad ? undefined : now + DRIVER_STARTS,
      goneAt: undefined,
    });
  }

  /** When the next thing happens by itself, after now. */
  nextAt(now: number): number {
    if (this.notReadySince !== undefined) return Infinity;
    const times = [
      ...this.drivers.flatMap(({ upAt, goneAt }) => [upAt, goneAt]),
      ...this.guests.map((g) => g.goneAt),
    ];
    return Math.min(...times.filter((time) => time !== undefined).filter((time) => time > now));
  }

  // ——— What people do ———

  /** `kubectl cordon`, which does nothing on a node that is cordoned. */
  cordonByHand(): void {
    if (this.unschedulable) return;
    this.cordonedByPerson = true;
    this.cordonedByOperator = false;
    this.isPersonsCordon = true;
    this.unschedulable = true;
  }

  /** By a tool that the API server's record does not tell from the upgrade itself: known for a person's only on a node at rest. */
  cordonByOtherTool(): void {
    if (this.unschedulable || !['none', 'upgrade-done'].includes(this.state)) return;
    this.isPersonsCordon = true;
    this.unschedulable = true;
  }

  uncordonByHand(): void {
    this.unschedulable = false;
    this.cordonedByPerson = false;
    this.cordonedByOperator = false;
    this.isPersonsCordon = false;
    this.#staleReading();
  }

  /** `kubectl delete pod` on the driver pod. */
  deleteDrivers(now: number): void {
    for (const driver of this.drivers) driver.goneAt ??= now + DRIVER_TERMINATES;
  }

  /** A pod is scheduled here, if it may be. */
  host(pod: Partial<WorkloadPod>, blocked = false): void {
    if (this.unschedulable) return;
    this.guests.push({ pod: aPod(pod), blocked, goneAt: undefined });
  }

  /** `kubectl drain --ignore-daemonsets --force --delete-emptydir-data`, with all the patience it takes. */
  drainByHand(now: number): void {
    this.cordonByHand();
    for (const guest of this.guests) guest.goneAt ??= now + POD_TERMINATES;
  }

  // ——— What the operator sees and does ———

  view(around: Surroundings): NodeView {
    const { name } = this;
    return {
      node: {
        name,
        uid: name,
        labels: { ...this.labels },
        annotations: { ...this.annotations },
        unschedulable: this.unschedulable,
        cordonedByPerson: this.cordonedByPerson,
        cordonedByOperator: this.cordonedByOperator,
        notReadySince: this.notReadySince,
        deleting: false,
      },
      driver: {
        expected: this.driverBelongsHere,
        wantedRevision: around.knownWanted,
        pods: this.drivers.map((driver) => this.#seen(driver, around)),
      },
      workload:
        this.#reading === undefined
          ? undefined
          : {
              asOf: this.#reading.asOf,
              pods: [
                ...(this.#reading.pods ?? this.pods()).map((pod) => ({
                  ...pod,
                  eviction: this.#evictions.get(pod.uid),
                })),
                ...this.drivers.map((driver) => driverAmongPods(this.#seen(driver, around))),
              ],
            },
    };
  }

  /** The pods that are really there now. */
  pods(): readonly WorkloadPod[] {
    return this.guests.map(({ pod, goneAt }) => ({ ...pod, terminating: goneAt !== undefined }));
  }

  #seen(driver: Driver, around: Surroundings): DriverPod {
    const isUp = driver.upAt !== undefined && driver.upAt <= around.now;
    const broken = around.isBroken(this.name, driver.revision);
    return {
      namespace: 'nvidia-network-operator',
      name: driver.uid,
      uid: driver.uid,
      orphaned: false,
      revision: driver.revision,
      wantedRevision: around.knownWanted,
      terminating: driver.goneAt !== undefined,
      ready: isUp && !broken && this.notReadySince === undefined,
      failure: isUp && broken ? CRASH : undefined,
    };
  }

  patch({ to, unschedulable, annotations = {} }: NodeChange): void {
    if (to === 'none') Reflect.deleteProperty(this.labels, STATE_LABEL);
    else if (to !== undefined) this.labels[STATE_LABEL] = to;
    for (const [key, value] of Object.entries(annotations)) {
      if (value === null) Reflect.deleteProperty(this.annotations, key);
      else this.annotations[key] = value;
    }
    if (unschedulable === undefined) return;
    this.unschedulable = unschedulable;
    this.cordonedByPerson = false;
    this.cordonedByOperator = unschedulable;
    if (!unschedulable) this.#staleReading();
  }

  restartDriver(uid: string, now: number): void {
    const driver = this.drivers.find((each) => each.uid === uid);
    if (driver !== undefined) driver.goneAt ??= now + DRIVER_TERMINATES;
  }

  evict({ uid, eviction }: WorkloadPod, now: number): void {
    const guest = this.guests.find(({ pod }) => pod.uid === uid);
    if (guest === undefined) return;
    const attempts = (eviction?.attempts ?? 0) + 1;
    const result = guest.blocked ? 'blocked' : 'accepted';
    this.#evictions.set(uid, { attempts, at: now, result, message: guest.blocked ? 'budget' : '' });
    if (!guest.blocked) guest.goneAt ??= now + POD_TERMINATES;
  }

  /** One read of the node's pods, as they are at this moment. */
  readOnce(now: number): void {
    this.#reading = { pods: this.pods(), asOf: now };
  }

  /** Pods that are kept current from now on. */
  watch(now: number): void {
    const isWatched = this.#reading !== undefined && this.#reading.pods === undefined;
    if (!isWatched) this.#reading = { pods: undefined, asOf: now };
  }

  stopReading(): void {
    this.#reading = undefined;
    this.#evictions = new Map();
  }

  /** The node has been schedulable since it was read: what was read then proves nothing. */
  #staleReading(): void {
    if (this.#reading !== undefined) this.#reading.asOf = -Infinity;
  }
}

/** A driver pod as it comes with a read of all pods on the node. */
function driverAmongPods({ namespace, name, uid, terminating, ready }: DriverPod): WorkloadPod {
  return aPod({ namespace, name, uid, terminating, ready, controllerKind: 'DaemonSet' });
}
