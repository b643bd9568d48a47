import type { AddCommand } from '../session.ts';
import { addCompletion } from './completion.ts';
import { addDashboard } from './dashboard.ts';
import { addExplain } from './explain.ts';
import { addNodes } from './nodes.ts';
import { addPlan } from './plan.ts';
import { addPause, addResume } from './pause.ts';
import { addRetry } from './retry.ts';
import { addRollback } from './rollback.ts';
import { addSkip } from './skip.ts';
import { addSnapshot } from './snapshot.ts';
import { addStatus } from './status.ts';

/** The plugin's commands, in the order in which its help has them. */
export const COMMANDS: readonly AddCommand[] = [
  addStatus,
  addNodes,
  addExplain,
  addDashboard,
  addPlan,
  addPause,
  addResume,
  addRetry,
  addSkip,
  addRollback,
  addSnapshot,
  addCompletion,
];
