import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

function turnsOf(most: number): { turns: Turns; offered: string[] } {
  const offered: string[] = [];
  return {
    turns: new Turns(
      () => most,
      (name) => offered.push(name),
    ),
    offered,
  };
}

describe('Turns', () => {
  it('are had by so many at a time, and then by who asked first', () => {
    const { turns, offered } = turnsOf(2);
    expect(['a', 'b', 'c', 'd', 'c'].map((name) => turns.take(name))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(offered).toEqual([]);
    turns.giveBack('a');
    expect(offered).toEqual(['c']);
    expect(turns.take('c')).toBe(true);
    turns.giveBack('b');
    expect(offered).toEqual(['c', 'd']);
  });

  it('go to the next if whoever is offered one has no use for it', () => {
    const { turns, offered } = turnsOf(1);
    for (const name of ['a', 'b', 'c']) turns.take(name);
    turns.giveBack('a');
    turns.pass('b');
    expect(offered).toEqual(['b', 'c']);
  });

  it('can become more while some wait, and fewer', () => {
    let most = 1;
    const offered: string[] = [];
    const turns = new Turns(
      () => most,
      (name) => offered.push(name),
    );
    expect(['a', 'b'].map((name) => turns.take(name))).toEqual([true, false]);
    most = 3;
    expect(['b', 'c', 'd'].map((name) => turns.take(name))).toEqual([true, true, false]);
    most = 1;
    for (const name of ['a', 'b']) {
      turns.giveBack(name);
      expect(turns.take('d')).toBe(false);
    }
    turns.giveBack('c');
    expect(offered.at(-1)).toBe('d');
    expect(turns.take('d')).toBe(true);
  });

  it('are lost on nobody who only looks, and given back once', () => {
    const { turns, offered } = turnsOf(1);
    turns.pass('a');
    for (const name of ['a', 'b']) turns.take(name);
    turns.pass('c');
    turns.giveBack('b');
    expect(offered).toEqual([]);
    turns.giveBack('a');
    turns.giveBack('a');
    expect(offered).toEqual(['b']);
  });

  it('come to everybody in the end, whoever wants one and whoever passes', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.array(fc.boolean(), { maxLength: 30 }), (more, wants) => {
        const served: number[] = [];
        const queue: string[] = wants.map((_, index) => String(index));
        const under: string[] = [];
        const turns = new Turns(
          () => more + 1,
          (name) => queue.push(name),
        );
        const asked = new Set<string>();
        while (queue.length > 0 || under.length > 0) {
          const name = queue.shift();
          if (name === undefined) {
            turns.giveBack(under.shift()!);
            continue;
          }
          // What it wanted when it asked, it may not want any more when its turn comes.
          const wanted = wants[Number(name)] === true || !asked.has(name);
          asked.add(name);
          if (!wanted) turns.pass(name);
          else if (turns.take(name)) {
            served.push(Number(name));
            under.push(name);
          }
        }
        const mustHave = wants.flatMap((wanted, index) => (wanted ? [index] : []));
        expect(served).toEqual(expect.arrayContaining(mustHave));
        expect(new Set(served).size).toBe(served.length);
      }),
    );
  });
});
