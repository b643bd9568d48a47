import type { NodeView } from '../upgrade/view.ts';
import type { Standing } from './nodes/standing-reasons.ts';
import type { LiveStatus } from './status/status-reporter.ts';
import type { Logger } from './telemetry/log.ts';

/**
 * Who looks on: told of what the operator does as it does it, so that nothing has to be asked for again and again. Each method returns at
 * once, for it is called in the middle of the work.
 */
export interface Observer {
  /** This process waits for its turn; `leader` is who leads, where that is known. */
  standsBy(leader: string | undefined): void;
  /** This process leads, and has read everything. */
  leads(sight: Sight): void;
  /** What is known of a node may have changed; undefined: it is gone. */
  nodeDecided(name: string, view: NodeView | undefined): void;
  /** What holds of all nodes together may have changed. */
  statusComputed(): void;
}

/** What the operator knows at the moment at which it is asked. */
export interface Sight {
  node(name: string): NodeView | undefined;
  /** What a node waits for or has failed on. */
  standing(name: string): Standing | undefined;
  /** Whether that is more than what passes in a moment. */
  stands(name: string): boolean;
  /** Undefined: there is no policy. */
  status(): LiveStatus | undefined;
}

/** What goes wrong with looking on never reaches the work. */
export function harmless(observer: Observer, log: Logger): Observer {
  const attempt = (tell: () => void): void => {
    try {
      tell();
    } catch (error) {
      log.error({ error }, 'observer failed: the work goes on');
    }
  };
  return {
    standsBy: (leader) => {
      attempt(() => {
        observer.standsBy(leader);
      });
    },
    leads: (sight) => {
      attempt(() => {
        observer.leads(sight);
      });
    },
    nodeDecided: (name, view) => {
      attempt(() => {
        observer.nodeDecided(name, view);
      });
    },
    statusComputed: () => {
      attempt(() => {
        observer.statusComputed();
      });
    },
  };
}
