import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  entryOf,
  exampleOf,
  formatReason,
  knownCode,
  messageOf,
  nextSteps,
  parseReason,
  REASON_CODES,
  remedyFor,
  told,
  type Reason,
  type ReasonOf,
} from './index.ts';

const NOON = Date.UTC(2026, 0, 1, 12);
const commandsFor = (reason: Reason): readonly string[] => remedyFor(reason, { node: 'gpu-17' }).commands;
const leaving = { blocked: [], stuck: [], leaving: [], deadline: undefined };

describe('Each reason', () => {
  it.each(REASON_CODES)('is told in a sentence that ends without a full stop: %s', (code) => {
    expect(messageOf(exampleOf(code))).toMatch(/^[A-Z].*[^.\s]$/s);
  });

  it.each(REASON_CODES)('has a title, an explanation and a remedy: %s', (code) => {
    const { title, explanation } = entryOf(code);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(explanation).toMatch(/^[A-Z].*\.$/);
    expect(remedyFor(exampleOf(code), { node: 'gpu-17' }).text).toMatch(/^[A-Z].*\.$/);
  });

  it.each(REASON_CODES.filter((code) => entryOf(code).severity === 'failed'))(
    'of a failure has a command that gets the node going: %s',
    (code) => {
      expect(commandsFor(exampleOf(code)).length).toBeGreaterThan(0);
    },
  );

  it('is one of the list, whatever its code is called', () => {
    expect(knownCode('slot')).toBe('slot');
    for (const code of ['constructor', '__proto__', '', undefined]) expect(knownCode(code)).toBeUndefined();
  });
});

describe('The annotation', () => {
  it('holds the code and the message', () => {
    const reason: Reason = { code: 'skipped' };
    expect(formatReason(reason)).toBe(`skipped: ${messageOf(reason)}`);
  });

  it('holds what a node has failed on, under the code of that', () => {
    const cause = { told: true, code: 'drain-timeout', message: 'Too long' } as const;
    expect(formatReason({ code: 'failed', cause })).toBe('drain-timeout: Too long');
    expect(formatReason({ code: 'failed', cause: { code: 'skipped' } })).toMatch(/^skipped: /);
    expect(formatReason({ code: 'failed', cause: undefined })).toMatch(/^failed: /);
  });

  it('is read back as it was written', () => {
    expect(parseReason('drain-timeout: Too long: web')).toEqual({
      told: true,
      code: 'drain-timeout',
      message: 'Too long: web',
    });
    expect(parseReason('failed: two\nlines')?.message).toBe('two\nlines');
  });

  it('is cut between two words to what an annotation can reasonably hold', () => {
    const cause = { told: true, code: 'failed', message: 'word '.repeat(1000) } as const;
    const text = formatReason({ code: 'failed', cause });
    expect(text.length).toBeLessThanOrEqual(1024);
    expect(text).toMatch(/ word…$/);
  });

  it('holds no reason if somebody else wrote it', () => {
    for (const text of [undefined, '', 'Some words: and more']) expect(parseReason(text)).toBeUndefined();
  });

  it('is never misread, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = parseReason(text);
        expect(read === undefined || `${read.code}: ${read.message}` === text).toBe(true);
      }),
    );
  });
});

describe('What is told of pods', () => {
  const eviction = (name: string, budget?: ReasonOf<'eviction-blocked'>['blocked'][number]['budget']) => ({
    ...{ namespace: 'work', name, owner: { kind: 'StatefulSet', name: 'db' }, says: 'Not now.' },
    budget,
  });

  it('names the budget that refuses an eviction, with its figures', () => {
    const budget = { name: 'db', needsHealthy: 3, hasHealthy: 3 };
    const reason: Reason = {
      ...{ code: 'eviction-blocked', ...leaving, blocked: [eviction('db-0', budget)] },
      nextAttemptAt: NOON,
      deadline: NOON + 60_000,
    };
    expect(messageOf(reason)).toBe(
      'Eviction of work/db-0 (StatefulSet db) is refused by PodDisruptionBudget db, which needs 3 healthy pods and has 3. The node fails if they are not gone by 2026-01-01T12:01:00Z',
    );
    expect(nextSteps(reason)).toEqual([
      { what: 'the eviction is asked for again', at: NOON },
      { what: 'the node fails', at: NOON + 60_000 },
    ]);
  });

  it('is what the API server said, where that names no budget', () => {
    const reason: Reason = {
      ...{ code: 'eviction-blocked', ...leaving, blocked: [eviction('db-0')] },
      nextAttemptAt: NOON,
    };
    expect(messageOf(reason)).toBe('Eviction of work/db-0 (StatefulSet db) is refused: Not now');
    expect(commandsFor(reason)).toEqual([]);
  });

  it('names two blocked pods, and counts those beyond; each budget is relaxed once', () => {
    const budget = { name: 'db' };
    const blocked = ['a', 'b', 'c', 'd'].map((name) => eviction(name, budget));
    const reason: Reason = { code: 'eviction-blocked', ...leaving, blocked, nextAttemptAt: NOON };
    expect(messageOf(reason)).toMatch(/work\/a .*work\/b .*\. 2 more evictions refused$/);
    expect(commandsFor(reason)).toHaveLength(1);
  });

  it('names the finalizers of one that does not go, and how to be rid of it', () => {
    const pod = { namespace: 'work', name: 'web', graceEndsAt: NOON };
    const stuck = (finalizers: readonly string[]): Reason => ({
      ...{ code: 'pods-stuck-terminating', ...leaving, stuck: [{ ...pod, finalizers }], nodeReady: false },
    });
    expect(messageOf(stuck(['example.com/hold']))).toBe(
      'Pod work/web should have ended since 2026-01-01T12:00:00Z, but has finalizers: example.com/hold. The node is not Ready, so its pods cannot be stopped',
    );
    expect(commandsFor(stuck(['example.com/hold']))).toEqual([
      `kubectl patch pod -n work web --type=merge -p '{"metadata":{"finalizers":null}}'`,
    ]);
    expect(commandsFor(stuck([]))).toEqual(['kubectl delete pod -n work web --force --grace-period=0']);
  });

  it('names the Job of one that has not ended, and until when it is waited for', () => {
    const pods = [{ namespace: 'work', name: 'train-0', owner: { kind: 'Job', name: 'train' } }];
    expect(messageOf({ code: 'jobs-running', pods, until: NOON })).toBe(
      'Waiting for 1 pod to complete until 2026-01-01T12:00:00Z: work/train-0 (Job train)',
    );
  });
});

describe('What is told of the driver', () => {
  const pod = { namespace: 'ofed', name: 'mofed-1' };
  const container = { pod, container: 'mofed-container', image: 'mofed:1' };

  it('names the image, unless the kubelet’s own words do', () => {
    const failing = (says: string): Reason => ({ code: 'driver-image', ...container, says });
    expect(messageOf(failing('ImagePullBackOff'))).toMatch(
      /^Driver pod ofed\/mofed-1, container mofed-container, image mofed:1: ImagePullBackOff\. /,
    );
    expect(messageOf(failing('ImagePullBackOff (mofed:1 not found)'))).toMatch(
      /^Driver pod ofed\/mofed-1, container mofed-container: ImagePullBackOff \(mofed:1 not found\)\. /,
    );
  });

  it('counts its crashes', () => {
    const crashing = { ...container, says: 'CrashLoopBackOff', restarts: 4 };
    expect(messageOf({ code: 'driver-crashing', ...crashing, exitCode: 137 })).toContain(
      'CrashLoopBackOff, 4 restart(s), last exit code 137. ',
    );
    expect(messageOf({ code: 'driver-crashing', ...crashing, exitCode: undefined })).toContain(
      'CrashLoopBackOff, 4 restart(s). ',
    );
  });
});

describe('A node that has failed', () => {
  it('is told of by its cause, and helped as that needs', () => {
    const cause = exampleOf('driver-crashing');
    expect(told({ code: 'failed', cause })).toEqual({ code: 'driver-crashing', message: messageOf(cause) });
    expect(commandsFor({ code: 'failed', cause })).toEqual(commandsFor(cause));
  });

  it('is helped by what helps such nodes, where only words are left of its cause', () => {
    const failed = (code: string): Reason => ({ code: 'failed', cause: { told: true, code, message: 'x' } });
    const request = 'kubectl annotate --overwrite node gpu-17 nvidia.com/ofed-driver-upgrade-requested=true';
    expect(commandsFor(failed('drain-refused'))).toEqual([
      'kubectl drain gpu-17 --ignore-daemonsets --force --delete-emptydir-data',
      request,
    ]);
    expect(commandsFor(failed('drain-timeout'))).toEqual([request]);
    expect(commandsFor(failed('constructor'))).toEqual([request]);
    expect(commandsFor({ code: 'failed', cause: undefined })).toEqual([request]);
  });
});

describe('A command', () => {
  it('has in quotes what a shell would read otherwise', () => {
    const pods = [{ namespace: 'work', name: `x'; rm -rf $HOME`, owner: undefined }];
    expect(commandsFor({ code: 'jobs-running', pods, until: undefined })).toEqual([
      String.raw`kubectl delete pod -n work 'x'\''; rm -rf $HOME'`,
    ]);
  });
});
