import { KERNEL_LABEL } from '../../contract/keys.ts';
import type { NodeState } from '../../contract/states.ts';
import { poolKey, poolOf } from '../../driver/index.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import { timestamp, type Remedy, type Severity } from '../../reasons/index.ts';
import { driverCondition, type DriverCondition } from '../../upgrade/driver-condition.ts';
import { isCordonedByUpgrade } from '../../upgrade/human-cordon.ts';
import { isRequested, isSkipped } from '../../upgrade/view.ts';
import type { Assessment, NodeAssessment } from '../assess/assess.ts';
import type { Holdup } from '../assess/holdup.ts';
import { shortVersion, versionOfImage } from '../assess/versions.ts';

/** A node as it is told of, to people and to programs. Times are as Kubernetes writes them. */
export interface NodeReport {
  readonly name: string;
  readonly state: NodeState;
  readonly stateSince?: string;
  readonly reason?: ReasonReport;
  readonly driver: DriverReport;
  readonly pool?: string;
  readonly kernel?: string;
  readonly ready: boolean;
  readonly notReadySince?: string;
  /** Absent: the node is schedulable. */
  readonly cordonedBy?: 'upgrade' | 'somebody';
  readonly skipped: boolean;
  readonly requested: boolean;
  /** 1: the next to start. Absent: it waits for no slot. */
  readonly placeInQueue?: number;
}

export interface ReasonReport {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly since?: string;
  readonly next: readonly { readonly what: string; readonly at?: string }[];
  readonly remedy: Remedy;
}

export interface DriverReport {
  /** What runs on the node, as far as its image tells. */
  readonly version?: string;
  readonly wantedVersion?: string;
  readonly condition: DriverCondition['kind'];
  readonly image?: string;
  /** `namespace/name` */
  readonly pod?: string;
  readonly daemonSet?: string;
}

/** What is known of each of the nodes. */
export function nodeReports(
  assessment: Assessment,
  nodes: readonly NodeAssessment[] = assessment.nodes,
): readonly NodeReport[] {
  const places = new Map(assessment.queue.map((name, index) => [name, index + 1]));
  const images = new Map(assessment.scene.driverPods.map((pod) => [pod.uid, pod.image]));
  const wanted = assessment.policy?.driver?.version;
  return nodes.map((each) => ({
    ...nodeReport(each),
    driver: driverReport(each, images, wanted),
    ...present({ placeInQueue: places.get(each.node.name) }),
  }));
}

function nodeReport({ node, view, state, stateSince, holdup }: NodeAssessment): Omit<NodeReport, 'driver'> {
  const pool = poolOf(node.labels);
  return {
    name: node.name,
    state,
    ...present({
      stateSince: time(stateSince),
      reason: holdup && reasonReport(holdup),
      pool: pool !== undefined && 'pool' in pool ? poolKey(pool.pool) : undefined,
      kernel: lookUp(node.labels, KERNEL_LABEL),
    }),
    ready: node.notReadySince === undefined,
    ...present({
      notReadySince: time(node.notReadySince),
      cordonedBy: cordonedBy(view),
    }),
    skipped: isSkipped(view),
    requested: isRequested(view),
  };
}

function cordonedBy(view: NodeAssessment['view']): NodeReport['cordonedBy'] {
  if (!view.node.unschedulable) return undefined;
  return isCordonedByUpgrade(view) ? 'upgrade' : 'somebody';
}

function reasonReport({ code, severity, message, since, next, remedy }: Holdup): ReasonReport {
  return {
    code,
    severity,
    message,
    ...present({ since: time(since) }),
    next: next.map(({ what, at }) => ({ what, ...present({ at: time(at) }) })),
    remedy,
  };
}

function driverReport(
  { node, view }: NodeAssessment,
  images: ReadonlyMap<string, string | undefined>,
  wanted: string | undefined,
): DriverReport {
  const condition = driverCondition(view);
  const pod = 'pod' in condition ? condition.pod : view.driver.pods[0];
  const image = pod && images.get(pod.uid);
  const { daemonSet } = view.driver;
  const version = versionOfImage(image, node.labels);
  return {
    condition: condition.kind,
    ...present({
      version: version && shortVersion(version),
      wantedVersion: view.driver.expected && wanted !== undefined ? shortVersion(wanted) : undefined,
      image,
      pod: pod && `${pod.namespace}/${pod.name}`,
      daemonSet: daemonSet && `${daemonSet.namespace}/${daemonSet.name}`,
    }),
  };
}

function time(milliseconds: number | undefined): string | undefined {
  // A node may say that it is not Ready, and not since when.
  return milliseconds === undefined || milliseconds <= 0 ? undefined : timestamp(milliseconds);
}

type Present<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Those of the fields that have a value. */
export function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
