import { describe, expect, it } from 'vitest';
import { INITIALLY_UNSCHEDULABLE_ANNOTATION } from '../../contract/keys.ts';
import { aNode } from '../testing/builders.ts';
import { changeOf, decide } from '../testing/outcome.ts';

/** What the write that cordons a node says of the cordon that was there before. */
function noteOf(spec: Parameters<typeof aNode>[0]): string | null | undefined {
  const decision = decide(aNode({ ...spec, state: 'cordon-required', driver: 'outdated' }));
  return changeOf(decision)?.annotations?.[INITIALLY_UNSCHEDULABLE_ANNOTATION];
}

describe('The write that cordons a node', () => {
  it('notes a cordon that a person was quicker to make', () => {
    expect(noteOf({ cordoned: 'by-person' })).toBe('true');
  });

  it('takes back the note of a cordon that is not there any more: whoever uncordoned the node does not want it left cordoned', () => {
    expect(noteOf({ cordoned: false, cordonedBefore: true })).toBeNull();
  });

  it('says nothing where there is nothing to say', () => {
    expect(noteOf({ cordoned: false })).toBeUndefined();
  });
});
