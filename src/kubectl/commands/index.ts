import type { AddCommand } from '../session.ts';
import { addExplain } from './explain.ts';
import { addNodes } from './nodes.ts';
import { addStatus } from './status.ts';

/** The plugin's commands, in the order in which its help has them. */
export const COMMANDS: readonly AddCommand[] = [addStatus, addNodes, addExplain];
