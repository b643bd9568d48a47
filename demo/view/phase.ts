import type { ShownNode } from './fleet.ts';

/** What goes on at a node, in words that need no explanation: what needs a person first, then in the order of the flow. */
export const PHASES = [
  'failed',
  'no driver',
  'old driver',
  'skipped',
  'queued',
  'cordoning',
  'job runs',
  'draining',
  'reloading',
  'checking',
  'uncordon',
  'upgraded',
] as const;

export type Phase = (typeof PHASES)[number];

/** How a phase looks: a letter where there is no room for its word, and its colours, as SGR parameters. */
export interface Look {
  readonly letter: string;
  readonly colour: string;
}

export const LOOKS: Readonly<Record<Phase, Look>> = {
  'no driver': { letter: '·', colour: '90' },
  'old driver': { letter: 'o', colour: '90' },
  skipped: { letter: 's', colour: '90' },
  queued: { letter: 'q', colour: '37' },
  cordoning: { letter: 'c', colour: '30;43' },
  'job runs': { letter: 'j', colour: '30;45' },
  draining: { letter: 'd', colour: '30;43' },
  reloading: { letter: 'r', colour: '30;46' },
  checking: { letter: 'v', colour: '30;46' },
  uncordon: { letter: 'u', colour: '30;46' },
  failed: { letter: 'F', colour: '97;41' },
  upgraded: { letter: '+', colour: '30;42' },
};

export function phaseOf({ state, driver, jobs, skipped }: ShownNode): Phase {
  switch (state) {
    case 'none':
      return driver === 'none' || driver === 'loading' ? 'no driver' : 'old driver';
    case 'upgrade-done':
      return driver === 'new' ? 'upgraded' : 'old driver';
    case 'upgrade-required':
      return skipped ? 'skipped' : 'queued';
    case 'cordon-required':
      return 'cordoning';
    case 'wait-for-jobs-required':
      // Without a job it passes at once to the drain, which is what there is to see.
      return jobs > 0 ? 'job runs' : 'draining';
    case 'pod-deletion-required':
    case 'drain-required':
      return 'draining';
    case 'node-maintenance-required':
    case 'post-maintenance-required':
    case 'pod-restart-required':
      return 'reloading';
    case 'validation-required':
      return 'checking';
    case 'uncordon-required':
      return 'uncordon';
    case 'upgrade-failed':
      return 'failed';
  }
}

/** How many nodes are in each phase; phases without a node are left out. */
export function countPhases(nodes: readonly ShownNode[]): ReadonlyMap<Phase, number> {
  const counts = new Map<Phase, number>();
  for (const phase of PHASES) {
    const count = nodes.filter((node) => phaseOf(node) === phase).length;
    if (count > 0) counts.set(phase, count);
  }
  return counts;
}
