import { describe, expect, it } from 'vitest';
import type { ContainerStatus, Pod } from '../objects.ts';
import { isReady } from '../pods/pod-facts.ts';
import { PODS } from '../resources.ts';
import { barePod, SmallCluster } from '../testing/small-cluster.ts';
import type { Work } from '../testing/small-cluster.ts';
import type { PodBehaviour } from './behaviour.ts';

const WITH_INIT = { initContainers: [{ name: 'prepare', image: 'example.com/prepare:1' }] };

async function clusterWithPod(
  behaviour: PodBehaviour | (() => PodBehaviour),
  work: Work = {},
  time = 200,
): Promise<SmallCluster> {
  const behaviourOf = typeof behaviour === 'function' ? behaviour : () => behaviour;
  const cluster = new SmallCluster({ nodes: 1, behaviourOf });
  cluster.create(PODS, barePod('pod', work));
  await cluster.pass(time);
  return cluster;
}

function main({ status }: Pod): ContainerStatus {
  return status!.containerStatuses![0]!;
}

function init({ status }: Pod): ContainerStatus {
  return status!.initContainerStatuses![0]!;
}

function conditionsOf({ status }: Pod): object {
  return Object.fromEntries(status!.conditions!.map(({ type, status: value }) => [type, value]));
}

describe('A pod on its node', () => {
  it('is first being created, then running, then Ready', async () => {
    const cluster = await clusterWithPod({ pullTime: 2000, startTime: 3000 });
    expect(cluster.pod('pod').status).toMatchObject({ phase: 'Pending', startTime: '2026-01-01T00:00:00Z' });
    expect(main(cluster.pod('pod')).state).toEqual({ waiting: { reason: 'ContainerCreating' } });
    expect(conditionsOf(cluster.pod('pod'))).toEqual({
      PodScheduled: 'True',
      PodReadyToStartContainers: 'False',
      Initialized: 'True',
      ContainersReady: 'False',
      Ready: 'False',
    });
    await cluster.pass(2000);
    expect(cluster.pod('pod').status).toMatchObject({
      phase: 'Running',
      hostIP: '10.0.0.1',
      podIP: '10.128.0.1',
    });
    expect(main(cluster.pod('pod'))).toMatchObject({
      name: 'main',
      image: 'example.com/work:1',
      ready: false,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: '2026-01-01T00:00:02Z' } },
    });
    expect(isReady(cluster.pod('pod'))).toBe(false);
    await cluster.pass(3000);
    expect(isReady(cluster.pod('pod'))).toBe(true);
    expect(cluster.condition('pod', 'Ready')?.lastTransitionTime).toBe('2026-01-01T00:00:05Z');
  });

  it('that uses the network of its node has the address of it', async () => {
    const cluster = await clusterWithPod({}, { podSpec: { hostNetwork: true } });
    expect(cluster.pod('pod').status).toMatchObject({ hostIP: '10.0.0.1', podIP: '10.0.0.1' });
  });

  it('comes to its end by itself', async () => {
    const cluster = await clusterWithPod(
      { run: { time: 5000, exitCode: 0 } },
      { podSpec: { restartPolicy: 'Never' } },
    );
    expect(isReady(cluster.pod('pod'))).toBe(true);
    await cluster.pass(5000);
    expect(cluster.pod('pod').status?.phase).toBe('Succeeded');
    expect(main(cluster.pod('pod')).state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(cluster.condition('pod', 'Ready')).toMatchObject({ status: 'False', reason: 'PodCompleted' });
  });

  it.each([
    ['Never', 0, 'Succeeded', 0],
    ['Never', 7, 'Failed', 0],
    ['OnFailure', 0, 'Succeeded', 0],
    ['OnFailure', 7, 'Running', 1],
    ['Always', 0, 'Running', 1],
  ])(
    'is started again or not as its restartPolicy %s says, after exit code %i',
    async (restartPolicy, exitCode, phase, restarts) => {
      const cluster = await clusterWithPod(
        { run: { time: 5000, exitCode } },
        { podSpec: { restartPolicy } },
        7000,
      );
      expect(cluster.pod('pod').status?.phase).toBe(phase);
      expect(main(cluster.pod('pod')).restartCount).toBe(restarts);
    },
  );
});

describe('A pod that is deleted', () => {
  it('stays until it has ended in its own time, and has ended before it is gone', async () => {
    const cluster = await clusterWithPod({ stopTime: 8000 });
    const history: string[] = [];
    cluster.api.onChange(({ resource, after }) => {
      if (resource.plural === 'pods') history.push((after as Pod | undefined)?.status?.phase ?? 'gone');
    });
    cluster.delete(PODS, 'pod');
    await cluster.pass(7900);
    expect(cluster.exists(PODS, 'pod')).toBe(true);
    expect(isReady(cluster.pod('pod'))).toBe(true);
    await cluster.pass(200);
    expect(cluster.exists(PODS, 'pod')).toBe(false);
    expect(history[0]).toBe('Running');
    expect(history).toContain('Succeeded');
    expect(history.at(-1)).toBe('gone');
  });

  it('is ended by force when its grace period is over', async () => {
    const cluster = await clusterWithPod(
      { stopTime: 600_000 },
      { podSpec: { terminationGracePeriodSeconds: 20 } },
    );
    let last: Pod | undefined;
    cluster.api.onChange(({ after }) => {
      if (after?.kind === 'Pod') last = after;
    });
    cluster.delete(PODS, 'pod');
    await cluster.pass(19_000);
    expect(cluster.exists(PODS, 'pod')).toBe(true);
    await cluster.pass(2000);
    expect(cluster.exists(PODS, 'pod')).toBe(false);
    expect(last?.status?.phase).toBe('Failed');
    expect(main(last!).state.terminated?.exitCode).toBe(137);
  });

  it('goes sooner when somebody gives it less time', async () => {
    const cluster = await clusterWithPod(
      { stopTime: 600_000 },
      { podSpec: { terminationGracePeriodSeconds: 600 } },
    );
    cluster.delete(PODS, 'pod');
    await cluster.pass(2000);
    cluster.api.delete(PODS, { namespace: 'work', name: 'pod' }, { gracePeriodSeconds: 5 });
    await cluster.pass(2500);
    expect(cluster.exists(PODS, 'pod')).toBe(true);
    await cluster.pass(1500);
    expect(cluster.exists(PODS, 'pod')).toBe(false);
  });

  it('never goes if it is stuck, except by force', async () => {
    const cluster = await clusterWithPod({ stopTime: 'never' });
    cluster.delete(PODS, 'pod');
    await cluster.pass(3_600_000);
    expect(cluster.exists(PODS, 'pod')).toBe(true);
    cluster.api.delete(PODS, { namespace: 'work', name: 'pod' }, { gracePeriodSeconds: 0 });
    expect(cluster.exists(PODS, 'pod')).toBe(false);
    await cluster.pass(60_000);
    expect(cluster.exists(PODS, 'pod')).toBe(false);
  });

  it('is held for as long as its node is', async () => {
    const cluster = await clusterWithPod({ stopTime: 1000 });
    cluster.machines.holdTermination('node-0', true);
    cluster.delete(PODS, 'pod');
    await cluster.pass(600_000);
    expect(cluster.exists(PODS, 'pod')).toBe(true);
    cluster.machines.holdTermination('node-0', false);
    await cluster.pass(0);
    expect(cluster.exists(PODS, 'pod')).toBe(false);
  });

  it('goes at once if nothing of it was ever started', async () => {
    const cluster = await clusterWithPod({ pullTime: 60_000, stopTime: 20_000 });
    cluster.delete(PODS, 'pod');
    await cluster.pass(200);
    expect(cluster.exists(PODS, 'pod')).toBe(false);
  });
});

describe('A pod that cannot come up', () => {
  it('crashes again and again, with longer and longer pauses', async () => {
    const cluster = await clusterWithPod({ startTime: 500, failure: 'crash-loop' });
    await cluster.pass(500);
    expect(main(cluster.pod('pod')).state.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
    await cluster.pass(3000);
    expect(main(cluster.pod('pod'))).toMatchObject({
      restartCount: 1,
      ready: false,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1 } },
    });
    expect(main(cluster.pod('pod')).state.waiting?.message).toMatch(
      /^back-off 10s restarting failed container=main pod=pod_work\(.+\)$/,
    );
    expect(cluster.pod('pod').status?.phase).toBe('Running');
    const restarts: number[] = [];
    for (let minute = 0; minute < 5; minute += 1) {
      await cluster.pass(60_000);
      restarts.push(main(cluster.pod('pod')).restartCount);
    }
    // After 10 s, 20 s, 40 s, 80 s, and the next one 160 s after that.
    expect(restarts).toEqual([3, 4, 5, 5, 5]);
  });

  it('is Ready at the next start after it was mended', async () => {
    let failure: PodBehaviour['failure'] = 'crash-loop';
    const cluster = await clusterWithPod(() => (failure === undefined ? {} : { failure }));
    await cluster.pass(5000);
    failure = undefined;
    await cluster.pass(3000);
    expect(isReady(cluster.pod('pod'))).toBe(false);
    await cluster.pass(5000);
    expect(isReady(cluster.pod('pod'))).toBe(true);
  });

  it('waits for an image that is not there, and takes it as soon as it is told to look again', async () => {
    let failure: PodBehaviour['failure'] = 'image-missing';
    const cluster = await clusterWithPod(() => (failure === undefined ? {} : { failure }));
    const message =
      'failed to pull and unpack image "example.com/work:1": failed to resolve reference "example.com/work:1": example.com/work:1: not found';
    expect(main(cluster.pod('pod')).state).toEqual({ waiting: { reason: 'ErrImagePull', message } });
    await cluster.pass(1000);
    expect(main(cluster.pod('pod')).state).toEqual({
      waiting: {
        reason: 'ImagePullBackOff',
        message: `Back-off pulling image "example.com/work:1": ErrImagePull: ${message}`,
      },
    });
    expect(cluster.pod('pod').status?.phase).toBe('Pending');
    await cluster.pass(600_000);
    failure = undefined;
    cluster.machines.retry(cluster.pod('pod').metadata.uid!);
    await cluster.pass(0);
    expect(isReady(cluster.pod('pod'))).toBe(true);
  });

  it('runs and is not ready until its probe finds it so', async () => {
    let failure: PodBehaviour['failure'] = 'never-ready';
    const cluster = await clusterWithPod(() => (failure === undefined ? {} : { failure }));
    await cluster.pass(600_000);
    expect(cluster.pod('pod').status?.phase).toBe('Running');
    expect(main(cluster.pod('pod'))).toMatchObject({ ready: false, restartCount: 0 });
    expect(cluster.condition('pod', 'Ready')?.message).toBe('containers with unready status: [main]');
    failure = undefined;
    await cluster.pass(10_000);
    expect(isReady(cluster.pod('pod'))).toBe(true);
  });
});

describe('An init container', () => {
  it('goes before the others', async () => {
    const cluster = await clusterWithPod({ initTime: 3000, pullTime: 1000 }, { podSpec: WITH_INIT });
    expect(cluster.pod('pod').status?.phase).toBe('Pending');
    expect(init(cluster.pod('pod'))).toMatchObject({ ready: false, state: { running: {} } });
    expect(main(cluster.pod('pod')).state).toEqual({ waiting: { reason: 'PodInitializing' } });
    expect(cluster.condition('pod', 'Initialized')).toMatchObject({
      status: 'False',
      message: 'containers with incomplete status: [prepare]',
    });
    await cluster.pass(3000);
    expect(init(cluster.pod('pod'))).toMatchObject({ ready: true, state: { terminated: { exitCode: 0 } } });
    expect(cluster.condition('pod', 'Initialized')?.status).toBe('True');
    expect(cluster.pod('pod').status?.phase).toBe('Pending');
    await cluster.pass(1000);
    expect(isReady(cluster.pod('pod'))).toBe(true);
  });

  it('lets nothing else start for as long as its program goes on', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const cluster = await clusterWithPod({ initGate: () => gate }, { podSpec: WITH_INIT });
    await cluster.pass(3_600_000);
    expect(init(cluster.pod('pod'))).toMatchObject({ restartCount: 0, state: { running: {} } });
    open();
    await cluster.pass(0);
    expect(isReady(cluster.pod('pod'))).toBe(true);
  });

  it('is started again when its program fails', async () => {
    let runs = 0;
    const initGate = (): Promise<void> => {
      runs += 1;
      return runs < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve();
    };
    const cluster = await clusterWithPod({ initGate }, { podSpec: WITH_INIT }, 4000);
    expect(init(cluster.pod('pod'))).toMatchObject({
      restartCount: 1,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1 } },
    });
    expect(cluster.pod('pod').status?.phase).toBe('Pending');
    await cluster.pass(10_000);
    expect(isReady(cluster.pod('pod'))).toBe(true);
    expect(runs).toBe(3);
  });

  it('is told to stop when its pod is deleted', async () => {
    let isStopped = false;
    const initGate = (signal: AbortSignal): Promise<void> =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          isStopped = true;
          reject(new Error('stopped'));
        });
      });
    const cluster = await clusterWithPod({ initGate }, { podSpec: WITH_INIT });
    cluster.delete(PODS, 'pod');
    await cluster.pass(1000);
    expect(isStopped).toBe(true);
    expect(cluster.exists(PODS, 'pod')).toBe(false);
  });

  it('ends the pod when it fails, if nothing is to be started again', async () => {
    const podSpec = { ...WITH_INIT, restartPolicy: 'Never' };
    const cluster = await clusterWithPod({ failure: 'init-fails' }, { podSpec });
    expect(cluster.pod('pod').status?.phase).toBe('Failed');
    expect(main(cluster.pod('pod')).state).toEqual({ waiting: { reason: 'PodInitializing' } });
  });
});

describe('A kubelet', () => {
  it('that is not heard of neither starts nor ends anything, and then catches up', async () => {
    const cluster = await clusterWithPod({ startTime: 1000 }, {}, 2000);
    cluster.machines.setNodeReady('node-0', false);
    cluster.delete(PODS, 'pod');
    cluster.create(PODS, barePod('next', { podSpec: { nodeName: 'node-0' } }));
    await cluster.pass(40_000);
    expect(cluster.exists(PODS, 'pod')).toBe(true);
    expect(cluster.pod('next').status).not.toHaveProperty('startTime');
    cluster.machines.setNodeReady('node-0', true);
    await cluster.pass(2000);
    expect(cluster.exists(PODS, 'pod')).toBe(false);
    expect(isReady(cluster.pod('next'))).toBe(true);
  });

  it('goes on with pods that ran before it was started', async () => {
    const first = await clusterWithPod({ startTime: 60_000 }, {}, 120_000);
    const ran = first.pod('pod');
    const second = new SmallCluster({ nodes: 1, behaviourOf: () => ({ startTime: 60_000 }) });
    second.machines.pause('scheduler');
    second.create(PODS, barePod('pod'));
    const ref = { namespace: 'work', name: 'pod' };
    const { status } = ran;
    second.api.patch(
      PODS,
      ref,
      { type: 'merge', body: { status } },
      { fieldManager: 'x', subresource: 'status' },
    );
    second.change(PODS, ref, { spec: { nodeName: 'node-0' } });
    await second.pass(10_000);
    expect(second.pod('pod').status).toEqual(ran.status);
  });

  it('leaves alone what somebody else has declared to have failed', async () => {
    const cluster = await clusterWithPod({ run: { time: 60_000, exitCode: 0 } });
    const ref = { namespace: 'work', name: 'pod' };
    const body = { status: { phase: 'Failed', reason: 'Evicted' } };
    cluster.api.patch(PODS, ref, { type: 'merge', body }, { fieldManager: 'x', subresource: 'status' });
    await cluster.pass(120_000);
    expect(cluster.pod('pod').status).toMatchObject(body.status);
    cluster.delete(PODS, 'pod');
    expect(cluster.exists(PODS, 'pod')).toBe(false);
  });

  it('keeps what others say of a pod', async () => {
    const cluster = await clusterWithPod({ stopTime: 5000 });
    cluster.evict('pod');
    await cluster.pass(1000);
    expect(cluster.condition('pod', 'DisruptionTarget')).toMatchObject({ status: 'True' });
  });
});
