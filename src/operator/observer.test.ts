import { expect, it } from 'vitest';
import { harmless } from './observer.ts';
import { RecordedLog } from './testing/recorders.ts';

it('what goes wrong with looking on is logged, and never reaches the work', () => {
  const log = new RecordedLog();
  const fail = (): never => {
    throw new Error('out of order');
  };
  const observer = harmless({ standsBy: fail, leads: fail, nodeDecided: fail, statusComputed: fail }, log);
  observer.standsBy('operator-1');
  observer.nodeDecided('n1', undefined);
  observer.statusComputed();
  expect(log.messages('error')).toHaveLength(3);
});
