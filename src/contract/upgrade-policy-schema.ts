import { z } from 'zod';
import { LabelSelectorError, parseLabelSelector } from '../kubernetes/label-selector-parser.ts';
import { celPattern, ruled, RULES_KEY } from './rule.ts';

/** `spec.ofedDriver.upgradePolicy`: fields and defaults are those of docs/contract.md, "Resource". */

const KEY = '(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?';
const VALUE = '(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?';
const GAP = '[ \\t\\r\\n]*';
const SET = `[ \\t\\r\\n]${GAP}(?:in|notin)${GAP}\\(${GAP}${VALUE}(?:${GAP},${GAP}${VALUE})*${GAP}\\)`;
const COMPARISON = `${GAP}(?:==?|!=)${GAP}${VALUE}|${SET}|${GAP}[<>]${GAP}[0-9]+`;
const REQUIREMENT = `(?:!${GAP}${KEY}|${KEY}(?:${COMPARISON})?)`;

/**
 * The shape of a label selector, as far as the API server can check it. `parseLabelSelector` is the judge; this only keeps most
 * mistakes from being stored at all, so it must never refuse what the parser takes.
 */
export const SELECTOR_PATTERN = new RegExp(
  `^${GAP}(?:${REQUIREMENT}(?:${GAP},${GAP}${REQUIREMENT})*)?${GAP}$`,
);

function podSelector(description: string) {
  return z
    .string()
    .max(1024, { abort: true })
    .superRefine((text, context) => {
      try {
        parseLabelSelector(text);
      } catch (error) {
        if (!(error instanceof LabelSelectorError)) throw error;
        context.addIssue({ code: 'custom', message: `is not valid: ${error.message}` });
      }
    })
    .meta({
      description,
      [RULES_KEY]: [
        {
          rule: `self.matches(${celPattern(SELECTOR_PATTERN)})`,
          message:
            'is not a label selector: write one as for kubectl --selector, such as app=myapp or tier in (batch,train),!keep',
        },
      ],
    })
    .default('');
}

/** A count or a time that may be zero. */
export function nonNegative(field: string, zero: string, description: string) {
  return ruled(z.int32(), description, [
    {
      cel: 'self >= 0',
      test: (value) => value >= 0,
      message: `is negative: ${field} must be 0 (${zero}) or more`,
    },
  ]);
}

const WAIT_FOR_COMPLETION = z.object({
  podSelector: podSelector('Label selector of the pods to wait for; empty: there is nothing to wait for.'),
  timeoutSeconds: nonNegative(
    'timeoutSeconds',
    'wait for ever',
    'How long to wait for them before going on with the next step; 0: for ever.',
  ).default(300),
});

const DRAIN = z.object({
  enable: z.boolean().default(true).meta({ description: 'Drain the node before its driver is restarted.' }),
  force: z.boolean().default(false).meta({ description: 'Also evict pods that no controller owns.' }),
  podSelector: podSelector('Label selector of the pods to drain; empty: all of them.'),
  timeoutSeconds: nonNegative(
    'timeoutSeconds',
    'drain for ever',
    'How long a drain may take before the node fails; 0: for ever.',
  ).default(300),
  deleteEmptyDir: z.boolean().default(false).meta({
    description: 'Also evict pods with emptyDir volumes, whose data is then lost.',
  }),
});

export const UPGRADE_POLICY = ruled(
  z.object({
    autoUpgrade: z.boolean().default(false).meta({
      description: 'Upgrade the driver node by node when it changes; false: every other option is ignored.',
    }),
    paused: z.boolean().default(false).meta({
      description: 'Start no new node; those in progress finish.',
    }),
    maxParallelUpgrades: nonNegative(
      'maxParallelUpgrades',
      'no limit',
      'How many nodes are upgraded at once; 0: no limit.',
    ).default(1),
    safeLoad: z.boolean().default(false).meta({
      description: 'Cordon and drain a node before the driver first loads on it; needs autoUpgrade.',
    }),
    waitForCompletion: WAIT_FOR_COMPLETION.optional().meta({
      description: 'Pods that are given time to complete before the node is drained.',
    }),
    drain: DRAIN.optional().meta({
      description: 'How to drain a node; without this section nodes are not drained.',
    }),
  }),
  'How a changed driver is rolled out.',
  [
    {
      cel: '!self.safeLoad || self.autoUpgrade',
      test: ({ safeLoad, autoUpgrade }) => !safeLoad || autoUpgrade,
      message: 'needs autoUpgrade: set autoUpgrade to true, or safeLoad to false',
      path: ['safeLoad'],
    },
  ],
);
