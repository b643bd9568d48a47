import { z } from 'zod';

/**
 * What the operator writes into a NicClusterPolicy's `status`. The first five fields are those of NVIDIA's operator; `upgrade`
 * and `observedGeneration` are this operator's own.
 *
 * @see docs/contract.md, "Resource"
 */

/** ignore: this is not the policy that counts. error: nothing can be done before somebody changes something. */
export const POLICY_STATES = ['ready', 'notReady', 'ignore', 'error'] as const;

/** The name under which the driver appears in `appliedStates`. */
export const DRIVER_STATE_NAME = 'state-OFED';

/** How many waiting or failed nodes `upgrade.blocked` names at most. */
export const MOST_BLOCKED = 20;

const POLICY_STATE = z.enum(POLICY_STATES);

export const APPLIED_STATE = z.object({
  name: z.string().meta({ description: 'Name of the component: state-OFED.' }),
  state: POLICY_STATE.meta({ description: 'State of the component.' }),
  message: z.string().optional().meta({ description: 'Why it is in that state, for people.' }),
});

/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#condition-v1-meta */
export const CONDITION = z.object({
  type: z.string().max(316),
  status: z.enum(['True', 'False', 'Unknown']),
  observedGeneration: z.int().optional(),
  lastTransitionTime: z.string().meta({ format: 'date-time' }),
  reason: z.string().min(1).max(1024),
  message: z.string().max(32768),
});

export const REMEDY = z.object({
  text: z.string().meta({ description: 'What can be done, for people.' }),
  look: z.array(z.string()).meta({ description: 'Commands that show more and change nothing.' }),
  commands: z.array(z.string()).meta({
    description:
      'Commands that, run in this order, get the node going. Words in capitals are to be filled in.',
  }),
});

export const BLOCKED_NODE = z.object({
  node: z.string().meta({ description: 'Name of the node.' }),
  state: z.string().meta({ description: 'Its upgrade state.' }),
  code: z.string().meta({ description: 'Why it waits or has failed, in one word for programs.' }),
  message: z.string().meta({ description: 'Why it waits or has failed, for people.' }),
  since: z.string().meta({ description: 'Since when.', format: 'date-time' }),
  // Absent in what was written before there was one.
  remedy: REMEDY.optional().meta({ description: 'What can be done about it.' }),
});

const count = (description: string) => z.int().meta({ description });

/** Figures of the rollout to `targetVersion`. Absent in what was written before there were any. */
const rolloutFields = {
  startedAt: z
    .string()
    .optional()
    .meta({ description: 'When the first node came to need this upgrade.', format: 'date-time' }),
  finishedAt: z
    .string()
    .optional()
    .meta({ description: 'Since when no node waits for it or is in the middle of it.', format: 'date-time' }),
  estimatedEnd: z.string().optional().meta({
    description:
      'When it ends at the pace that it has had so far. Absent while too few nodes are upgraded to tell.',
    format: 'date-time',
  }),
  upgraded: count('Nodes whose upgrade has come to its end in this rollout.').optional(),
  podsEvicted: count('Pods evicted in this rollout.').optional(),
  nodeSecondsOutOfService: count(
    'For how long nodes were cordoned for the upgrade, in seconds, summed over all nodes. Brought up to date together with the rest.',
  ).optional(),
};

export const UPGRADE_STATUS = z.object({
  progress: z.string().meta({ description: 'Nodes done and all nodes, as 12/20.' }),
  total: count('Nodes that have, or are to have, a driver.'),
  done: count('Nodes whose driver is up to date.'),
  required: count('Nodes whose upgrade has not begun.'),
  queued: count('Of these, nodes that wait for nothing but their turn.').optional(),
  inProgress: count('Nodes in the middle of their upgrade.'),
  failed: count('Nodes at which a person must look.'),
  byState: z.record(z.string(), z.int()).meta({ description: 'Number of nodes by upgrade state.' }),
  ...rolloutFields,
  targetVersion: z.string().optional().meta({ description: 'The driver version that is wanted.' }),
  blocked: z.array(BLOCKED_NODE).meta({
    description: `Up to ${MOST_BLOCKED} nodes that have failed or wait for something, and for what.`,
  }),
});

export const POLICY_STATUS = z
  .object({
    observedGeneration: z
      .int()
      .optional()
      .meta({ description: 'The generation of spec that this status speaks of.' }),
    state: POLICY_STATE.optional().meta({ description: 'State of the policy as a whole.' }),
    reason: z.string().optional().meta({ description: 'Why it is in that state, for people.' }),
    appliedStates: z.array(APPLIED_STATE).optional().meta({ description: 'State of each component.' }),
    conditions: z
      .array(CONDITION)
      .optional()
      .meta({
        description: 'Ready, OFEDDriverReady, and those of the rollout.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
      }),
    upgrade: UPGRADE_STATUS.optional().meta({ description: 'How far the rollout is.' }),
  })
  .meta({ description: 'What is, as last seen by the operator.' });

export type PolicyState = (typeof POLICY_STATES)[number];
export type AppliedState = Readonly<z.output<typeof APPLIED_STATE>>;
export type Condition = Readonly<z.output<typeof CONDITION>>;
export type BlockedNode = Readonly<z.output<typeof BLOCKED_NODE>>;
export type UpgradeStatus = Readonly<z.output<typeof UPGRADE_STATUS>>;
export type RolloutStatus = Pick<UpgradeStatus, keyof typeof rolloutFields>;
export type PolicyStatus = Readonly<z.output<typeof POLICY_STATUS>>;
