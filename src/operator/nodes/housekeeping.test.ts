import { describe, expect, it } from 'vitest';
import { LEGACY_STATE_ANNOTATION, MOFED_WAIT_LABEL, NIC_PRESENT_LABEL } from '../../contract/keys.ts';
import { aStoredDriverPod, aStoredNode } from '../testing/builders.ts';
import { labelsToCorrect, leftovers } from './housekeeping.ts';

const waiting = (value: string) => aStoredNode({ labels: { [MOFED_WAIT_LABEL]: value } });
const withoutNic = (value?: string) =>
  aStoredNode({
    labels: { [NIC_PRESENT_LABEL]: 'false', ...(value === undefined ? {} : { [MOFED_WAIT_LABEL]: value }) },
  });

describe('The label that device plugins wait for', () => {
  it('says to wait as long as no driver is there', () => {
    expect(labelsToCorrect(aStoredNode(), [], true)).toEqual({ [MOFED_WAIT_LABEL]: 'true' });
  });

  it('says to wait while the driver is not Ready', () => {
    const starting = aStoredDriverPod({ ready: false });
    expect(labelsToCorrect(waiting('false'), [starting], true)).toEqual({ [MOFED_WAIT_LABEL]: 'true' });
  });

  it('says to wait no more once the driver is Ready', () => {
    expect(labelsToCorrect(waiting('true'), [aStoredDriverPod()], true)).toEqual({
      [MOFED_WAIT_LABEL]: 'false',
    });
  });

  it('does not count a driver that is about to go, though its container is still Ready', () => {
    const going = aStoredDriverPod({ terminating: true });
    expect(labelsToCorrect(waiting('false'), [going], true)).toEqual({ [MOFED_WAIT_LABEL]: 'true' });
  });

  it('is left as it is where it is right', () => {
    expect(labelsToCorrect(waiting('false'), [aStoredDriverPod()], true)).toEqual({});
    expect(labelsToCorrect(waiting('true'), [], true)).toEqual({});
    expect(labelsToCorrect(withoutNic(), [], true)).toEqual({});
  });

  it('is taken off a node that has no NIC any more', () => {
    expect(labelsToCorrect(withoutNic('true'), [], true)).toEqual({ [MOFED_WAIT_LABEL]: null });
  });

  it('says to wait no more where no driver is wanted and none is left', () => {
    expect(labelsToCorrect(waiting('true'), [], false)).toEqual({ [MOFED_WAIT_LABEL]: 'false' });
  });

  it('still says to wait where no driver is wanted but one is on its way out', () => {
    const going = aStoredDriverPod({ terminating: true });
    expect(labelsToCorrect(waiting('false'), [going], false)).toEqual({ [MOFED_WAIT_LABEL]: 'true' });
  });
});

describe('What old operators left on a node', () => {
  it('is taken away', () => {
    const node = aStoredNode({ annotations: { [LEGACY_STATE_ANNOTATION]: 'upgrade-done' } });
    expect(leftovers(node)).toEqual({ [LEGACY_STATE_ANNOTATION]: null });
  });

  it('is not mentioned where there is nothing', () => {
    expect(leftovers(aStoredNode())).toEqual({});
  });
});
