import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { DEFAULT_NAMESPACE } from '../../src/contract/keys.ts';
import { shuffled, type Card } from '../chaos/deck.ts';
import { Diary, table } from '../chaos/diary.ts';
import { BUDGET, JOB, Mischief } from '../chaos/mischief.ts';
import { leaveOneSeat } from '../chaos/one-seat.ts';
import { Replicas } from '../chaos/replicas.ts';
import {
  createDisruptionBudget,
  createNodes,
  remindKubelets,
  TERMINATES_AFTER_ANNOTATION,
} from '../control-plane/fixtures.ts';
import { countRequests, eventually } from '../control-plane/index.ts';
import { startOperator } from '../harness/index.ts';
import type { Observer } from '../observer/index.ts';
import { DRAINING, NEW, NEWER, OLD, spreadWorkload, WORK } from './fleet.ts';
import { randomFrom } from './random.ts';
import { cordoned } from './sights.ts';
import { describeOnControlPlane } from './suite.ts';

const NODES = 50;
const PARALLEL = 8;
const KILLS = 50;
const RESTARTS = 5;
const PAUSES = 4;

/** The same seed, the same deeds at the same moments; as far as the operator is at each of them, the machine decides. */
const SEED = Number(process.env['CHAOS_SEED'] ?? 1);

const MINUTES = 60_000;

/** What is found here depends on the moment: another try that goes well would prove nothing. */
const LONG = { timeout: 10 * MINUTES, retry: 0 };

const OPERATOR_ACCOUNT = { namespace: DEFAULT_NAMESPACE, name: 'ofed-operator' };

/** The names of two pods of the operator: a container that ends and is started again in its pod is known by the same name. */
const [FIRST, SECOND] = ['ofed-operator-0', 'ofed-operator-1'] as const;

const OPTIONS = { operator: { identity: FIRST } };

/** A fleet that is upgraded all the time, whose workload may lose few pods at a time, with jobs that are waited for. */
describeOnControlPlane('An operator around which all else fails', OPTIONS, (cluster) => {
  const diary = new Diary();
  let random = randomFrom(SEED);
  const mischief = new Mischief({ cluster, random: () => random(), diary });
  /** Somebody keeps this one cordoned. */
  let kept = '';
  let others: readonly string[] = [];
  let rollouts = 0;
  let reminder: { stop(): Promise<void> } | undefined;

  beforeAll(async () => {
    [kept = '', ...others] = await createNodes(cluster.api, { count: NODES });
    await cluster.applyPolicy({
      version: OLD,
      upgradePolicy: {
        ...DRAINING,
        maxParallelUpgrades: PARALLEL,
        waitForCompletion: { podSelector: Object.entries(JOB).flat().join('=') },
      },
    });
    await cluster.rollout({ timeoutMs: 2 * MINUTES });
    const { name, maxUnavailable } = BUDGET;
    await createDisruptionBudget(cluster.api, {
      ...{ namespace: WORK, name, matchLabels: { app: 'work' }, maxUnavailable },
    });
    await spreadWorkload(cluster.api, {
      replicas: NODES,
      annotations: { [TERMINATES_AFTER_ANNOTATION]: '1s' },
    });
    await cluster.people().cordon(kept);
    reminder = remindKubelets(cluster.api);
  }, 5 * MINUTES);

  beforeEach(() => {
    // Whatever the tests before came to.
    random = randomFrom(SEED);
  });

  afterEach(({ task }) => {
    if (task.result?.state !== 'fail') return;
    console.error(`${task.name}: with CHAOS_SEED=${SEED}, this was done:\n${diary.toString()}`);
  });

  afterAll(async () => {
    await reminder?.stop();
    const { total, evictions } = await cluster.requests();
    const refused = await refusedRequests();
    const figures: Iterable<readonly [string, number]> = [
      ['seed', SEED],
      ['nodes', NODES],
      ['rollouts', rollouts],
      ...diary.counts,
      ['requests of the operator', total],
      ['answered 429, evictions aside', refused],
      ['evictions asked for', evictions],
    ];
    console.log(table(figures));
  });

  /** How many requests of the operator were answered 429; those for evictions left out, which a budget may have refused. */
  async function refusedRequests(since = 0): Promise<number> {
    const { controlPlane, operator } = cluster;
    const query = { user: operator.user, code: 429, since };
    const { total, evictions } = await countRequests(controlPlane.auditLog, query);
    return total - evictions;
  }

  const isDone = (observer: Observer): boolean => observer.live().states['upgrade-done'] === NODES;

  async function startRollout(observer: Observer): Promise<void> {
    rollouts += 1;
    const version = rollouts % 2 === 1 ? NEW : NEWER;
    diary.remark(`version ${version} asked for`);
    await cluster.setVersion(version);
    // The policy's status may be of the last rollout yet, if nobody leads at the moment.
    await eventually(() => !isDone(observer), { what: 'the rollout to begin', timeoutMs: MINUTES });
  }

  /** Has everything done while nodes are upgraded, and then waits until all are. */
  async function doAll(deeds: readonly Card['deed'][], observer: Observer): Promise<void> {
    for (const deed of deeds) {
      // It is the first moments after a start in which most is still unknown.
      await sleep(random() * (random() < 0.5 ? 300 : 2000));
      if (isDone(observer)) await startRollout(observer);
      await deed();
      await mischief.strikeOffEvictions();
    }
    diary.remark('left alone');
    await cluster.rollout({ timeoutMs: 4 * MINUTES });
    diary.remark('every node upgraded');
    expect(await cordoned(cluster)).toContain(kept);
  }

  /** What happens in any cluster. */
  const everydayLife = (times: number): readonly Card[] => [
    { times, deed: () => mischief.blockEvictions() },
    { times: 3 * times, deed: () => mischief.startJob(others) },
  ];

  it(
    `upgrades every node and keeps its promises, killed ${KILLS} times, its API server away and its etcd hanging`,
    LONG,
    async () => {
      let restarts = 0;
      const restartApiServer = (): Promise<void> => {
        restarts += 1;
        // One takes its leave, one stays away, the others are back as soon as they can.
        return mischief.restartApiServer({ inOrder: restarts === 2, downMs: restarts === 3 ? 4000 : 0 });
      };
      const deeds = shuffled(
        [
          { times: KILLS - RESTARTS - PAUSES, deed: () => mischief.killOperator() },
          { times: RESTARTS, deed: () => mischief.killDuring(restartApiServer, 5000) },
          { times: PAUSES, deed: () => mischief.killDuring(() => mischief.pauseEtcd(), 10_000) },
          { times: 2, deed: () => mischief.cordon(others) },
          ...everydayLife(5),
        ],
        random,
      );
      const { statistics } = await cluster.observed(async (observer) => {
        await doAll(deeds, observer);
      });
      expect(statistics.mostInProgress).toBe(PARALLEL);
    },
  );

  it(
    'gets on when the API server has a single seat for it and answers 429 to whatever is too much',
    LONG,
    async () => {
      const since = Date.now();
      await cluster.observed(async (observer) => {
        const giveBack = await leaveOneSeat(cluster.api, OPERATOR_ACCOUNT);
        try {
          diary.note('one seat left');
          await startRollout(observer);
          await sleep(15_000);
        } finally {
          await giveBack();
        }
        await doAll([], observer);
      });
      expect(await refusedRequests(since)).toBeGreaterThan(0);
    },
  );

  it(
    'upgrades every node and keeps its promises, two of them, and whoever leads is killed, replaced or paused',
    LONG,
    async () => {
      const second = await startOperator(cluster.controlPlane, { install: false, identity: SECOND });
      try {
        const replicas = new Replicas({ cluster, processes: [cluster.operator, second], diary });
        const deeds = shuffled(
          [
            { times: 4, deed: () => replicas.killLeader() },
            { times: 1, deed: () => replicas.loseLeader() },
            { times: 3, deed: () => replicas.replaceLeader() },
            { times: 2, deed: () => replicas.pauseLeader(20_000 + 5000 * random()) },
            { times: 1, deed: () => mischief.restartApiServer() },
            // Nobody can renew the Lease: both find that it has run out, and want it.
            { times: 1, deed: () => mischief.pauseEtcd({ leastMs: 12_500, mostMs: 14_000 }) },
            ...everydayLife(2),
          ],
          random,
        );
        await cluster.observed(async (observer) => {
          await doAll(deeds, observer);
        });
      } finally {
        await second.stop();
      }
    },
  );
});
