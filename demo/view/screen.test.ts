import { expect, it } from 'vitest';
import { Screen } from './screen.ts';

/** What is written, with the codes readable. */
function recorder() {
  const written: string[] = [];
  const screen = new Screen({ write: (text) => written.push(text.replaceAll('\u001b', '^')) });
  return { screen, written };
}

it('draws a block over the one before, in one write', () => {
  const { screen, written } = recorder();
  screen.draw(['one', 'two']);
  screen.draw(['one', '2', 'three']);
  expect(written).toEqual([
    '^[?2026h^[?25l\rone^[K\ntwo^[K\n^[J^[?2026l',
    '^[?2026h^[2A\rone^[K\n2^[K\nthree^[K\n^[J^[?2026l',
  ]);
});

it('writes nothing when nothing has changed', () => {
  const { screen, written } = recorder();
  screen.draw(['one']);
  screen.draw(['one']);
  expect(written).toHaveLength(1);
});

it('gives the cursor back and starts anew below what it leaves', () => {
  const { screen, written } = recorder();
  screen.draw(['one']);
  screen.print('for good');
  screen.draw(['two']);
  expect(written.slice(1)).toEqual(['^[?25h', 'for good\n', '^[?2026h^[?25l\rtwo^[K\n^[J^[?2026l']);
});

it('starts anew when the terminal has another size', () => {
  const written: string[] = [];
  const terminal = {
    columns: 80,
    rows: 24,
    write: (text: string) => written.push(text.replaceAll('\u001b', '^')),
  };
  const screen = new Screen(terminal);
  screen.draw(['one']);
  terminal.columns = 60;
  screen.draw(['one']);
  expect(written.slice(1)).toEqual(['^[?25h', '^[?2026h^[?25l\rone^[K\n^[J^[?2026l']);
});

it('does not touch the cursor when it has drawn nothing', () => {
  const { screen, written } = recorder();
  screen.settle();
  expect(written).toEqual([]);
});

it('draws nothing more once it is closed', () => {
  const { screen, written } = recorder();
  screen.draw(['one']);
  screen.close();
  screen.draw(['two']);
  screen.print('three');
  expect(written.slice(1)).toEqual(['^[?25h']);
});
