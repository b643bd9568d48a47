import { entryOf, remedyFor, told, type Reason, type Remedy, type Severity } from '../../reasons/index.ts';
import type { NodeCourse, Obstacle } from '../../rehearsal/index.ts';
import { present } from '../report/node-report.ts';
import type { Plan } from './make-plan.ts';

/** How a rollout would go, for people and for programs. Times are in seconds after its start. */
export interface PlanReport {
  readonly version?: string;
  readonly totals: PlanTotals;
  /** When the last node that comes through would be; absent: none would. */
  readonly endsAfterSeconds?: number;
  readonly waves: readonly Wave[];
  /** What would keep nodes from being upgraded until somebody does something, and which. */
  readonly blocked: readonly Prediction[];
  /** What would only hold nodes up for a while. */
  readonly delayed: readonly Prediction[];
  readonly nodes: readonly PlannedNode[];
  readonly images: readonly { readonly image: string; readonly state: string; readonly why?: string }[];
  readonly estimates: EstimateReport;
  /** What nobody can know before, or could not be read here. */
  readonly unknown: readonly string[];
}

export interface PlanTotals {
  readonly nodes: number;
  /** Need an upgrade. */
  readonly toUpgrade: number;
  readonly upgraded: number;
  readonly blocked: number;
  /** Would wait for the turn that does not come, because of those that are blocked. */
  readonly waiting: number;
  readonly skipped: number;
}

/** As many nodes as are upgraded at a time, in the order in which they start. */
export interface Wave {
  readonly number: number;
  readonly startsAfterSeconds: number;
  readonly endsAfterSeconds: number;
  readonly nodes: readonly string[];
}

export interface PlannedNode {
  readonly name: string;
  readonly outcome: NodeCourse['outcome'];
  readonly wave?: number;
  readonly startsAfterSeconds?: number;
  readonly endsAfterSeconds?: number;
  /** It was cordoned by somebody, and is left so. */
  readonly staysCordoned?: true;
  readonly reasons: readonly PredictedReason[];
}

export interface PredictedReason {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly remedy: Remedy;
  readonly fromSeconds: number;
  /** Absent: for good. */
  readonly untilSeconds?: number;
}

export interface Prediction {
  readonly code: string;
  readonly nodes: readonly string[];
  /** The first of them. */
  readonly examples: readonly { readonly name: string; readonly reason: PredictedReason }[];
}

export interface EstimateReport {
  readonly driverLoadSeconds: number;
  readonly driversMeasured: number;
  readonly driverStopSeconds: number;
  /** Absent: pods are taken to use all of their grace period. */
  readonly podStopSeconds?: number;
  readonly endsMeasured: boolean;
}

const EXAMPLES = 3;

/** A plan as it is told. */
export function planReport(plan: Plan): PlanReport {
  const { course, version, images } = plan;
  const waves = wavesOf(plan);
  const waveOf = new Map(waves.flatMap(({ number, nodes }) => nodes.map((name) => [name, number] as const)));
  const nodes = course.nodes.map((node) => plannedNode(node, plan, waveOf.get(node.node))).sort(inOrder);
  const isBlocked = (node: PlannedNode): boolean => isHopeless(node) && !isSkipped(node);
  const come = nodes.flatMap(({ outcome, endsAfterSeconds }) =>
    outcome === 'upgraded' && endsAfterSeconds !== undefined ? [endsAfterSeconds] : [],
  );
  return {
    ...present({
      version,
      endsAfterSeconds: come.length === 0 ? undefined : come.reduce((a, b) => Math.max(a, b)),
    }),
    totals: {
      nodes: nodes.length,
      toUpgrade: nodes.filter(({ outcome }) => outcome !== 'untouched').length,
      upgraded: nodes.filter(({ outcome }) => outcome === 'upgraded').length,
      blocked: nodes.filter(isBlocked).length,
      waiting: nodes.filter(({ outcome }) => outcome === 'waiting').length,
      skipped: nodes.filter(isSkipped).length,
    },
    waves,
    blocked: predictions(nodes.filter((node) => isHopeless(node)).flatMap(firstReason)),
    delayed: predictions(nodes.filter(({ outcome }) => outcome === 'upgraded').flatMap(firstReason)),
    nodes,
    images: images.map(({ image, answer }) => ({ image, ...answer })),
    estimates: estimateReport(plan),
    unknown: unknowns(plan),
  };
}

/** Whether something would keep a node from being upgraded; to be skipped is what somebody wants of it. */
export function wouldBlock({ totals }: PlanReport): boolean {
  return totals.blocked + totals.waiting > 0;
}

function isHopeless({ outcome }: PlannedNode): boolean {
  return outcome === 'failed' || outcome === 'stuck';
}

function isSkipped({ reasons }: PlannedNode): boolean {
  return reasons.at(-1)?.code === 'skipped';
}

function plannedNode(
  { node, outcome, startedAt, endedAt, obstacles, cordoned }: NodeCourse,
  plan: Plan,
  wave: number | undefined,
): PlannedNode {
  return {
    name: node,
    outcome,
    ...present({
      wave,
      startsAfterSeconds: after(startedAt, plan),
      endsAfterSeconds: after(endedAt, plan),
      staysCordoned: cordoned && outcome === 'upgraded' ? (true as const) : undefined,
    }),
    reasons: obstacles.map((obstacle) => predictedReason(obstacle, node, plan)),
  };
}

function predictedReason({ reason, from, until }: Obstacle, node: string, plan: Plan): PredictedReason {
  const { code, message } = told(reason);
  return {
    code,
    severity: entryOf(reason.code).severity,
    message,
    remedy: realRemedy(reason, node, plan.course.imagined),
    fromSeconds: after(from, plan) ?? 0,
    ...present({ untilSeconds: after(until, plan) }),
  };
}

/** Without commands about pods that there are not yet. */
function realRemedy(reason: Reason, node: string, imagined: ReadonlySet<string>): Remedy {
  const { text, look, commands } = remedyFor(reason, { node });
  const isReal = (command: string): boolean => !command.split(/[ /]/).some((word) => imagined.has(word));
  return { text, look: look.filter(isReal), commands: commands.filter(isReal) };
}

function after(time: number | undefined, { now }: Plan): number | undefined {
  return time === undefined ? undefined : Math.max(0, Math.round((time - now) / 1000));
}

function inOrder(a: PlannedNode, b: PlannedNode): number {
  const start = ({ startsAfterSeconds = Infinity }: PlannedNode): number => startsAfterSeconds;
  return (start(a) === start(b) ? 0 : start(a) - start(b)) || (a.name < b.name ? -1 : 1);
}

function wavesOf(plan: Plan): readonly Wave[] {
  const { course, upgrade, now } = plan;
  const started = course.nodes
    .flatMap(({ node, startedAt, endedAt }) =>
      startedAt === undefined ? [] : [{ node, startedAt, endedAt: endedAt ?? startedAt }],
    )
    .sort((a, b) => a.startedAt - b.startedAt || (a.node < b.node ? -1 : 1));
  const size = upgrade.maxParallelUpgrades === 0 ? Math.max(1, started.length) : upgrade.maxParallelUpgrades;
  return Array.from({ length: Math.ceil(started.length / size) }, (_, index) => {
    const nodes = started.slice(index * size, (index + 1) * size);
    const [first] = nodes;
    return {
      number: index + 1,
      startsAfterSeconds: after(first?.startedAt ?? now, plan) ?? 0,
      endsAfterSeconds:
        after(
          nodes.reduce((last, { endedAt }) => Math.max(last, endedAt), now),
          plan,
        ) ?? 0,
      nodes: nodes.map(({ node }) => node),
    };
  });
}

/** What comes later mostly follows from what came first: that a node is not drained in time, from a budget. */
function firstReason({ name, reasons }: PlannedNode): Prediction['examples'] {
  const [reason] = reasons;
  return reason === undefined ? [] : [{ name, reason }];
}

function predictions(all: readonly Prediction['examples'][number][]): readonly Prediction[] {
  const groups = new Map<string, Prediction['examples'][number][]>();
  for (const each of all) {
    const group = groups.get(each.reason.code) ?? [];
    groups.set(each.reason.code, group);
    group.push(each);
  }
  return [...groups].map(([code, group]) => ({
    code,
    nodes: group.map(({ name }) => name),
    examples: group.slice(0, EXAMPLES),
  }));
}

function estimateReport({ estimates }: Plan): EstimateReport {
  const { driverLoad, driversMeasured, driverStop, podStop, endsMeasured } = estimates;
  const seconds = (milliseconds: number): number => Math.round(milliseconds / 1000);
  return {
    driverLoadSeconds: seconds(driverLoad),
    driversMeasured,
    driverStopSeconds: seconds(driverStop),
    ...(podStop === Infinity ? {} : { podStopSeconds: seconds(podStop) }),
    endsMeasured,
  };
}

function unknowns({ images, evictions, unread, course }: Plan): readonly string[] {
  return [
    ...images.flatMap(({ image, answer }) =>
      answer.state === 'unknown' ? [`whether there is an image ${image}: ${answer.why}`] : [],
    ),
    ...(evictions.unasked === undefined ? [] : [evictions.unasked]),
    ...unread,
    ...(course.isCutShort ? ['how it ends: it takes longer than two weeks'] : []),
    'whether the new driver comes up: that it crashes, or an init container does not end, shows where it runs',
    'when jobs end that have no limit, and what people, autoscalers and other controllers do in the meantime',
  ];
}
