import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import { EventStream, eventText, type StreamResponse } from './event-stream.ts';

/** A reader that takes what it is sent when the test says so. */
class TestResponse extends EventEmitter {
  readonly sent: string[] = [];
  writableLength = 0;
  writableNeedDrain = false;
  destroyed = false;

  write(text: string): boolean {
    this.sent.push(text);
    this.writableLength += text.length;
    return false;
  }

  read(): void {
    this.writableLength = 0;
    this.emit('drain');
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }

  end(): void {
    this.emit('close');
  }
}

const MEGABYTE = 'x'.repeat(1 << 20);

let clock: VirtualClock;
let response: TestResponse;
let stream: EventStream;

beforeEach(() => {
  clock = new VirtualClock();
  response = new TestResponse();
  stream = new EventStream({
    response: response as unknown as StreamResponse,
    clock,
    everything: () => 'everything',
  });
  stream.begin();
});

describe('A reader', () => {
  it('gets everything first, then what changes', () => {
    stream.send('a');
    stream.send('b');
    expect(response.sent).toEqual(['everything', 'a', 'b']);
  });

  it('that is slow is sent nothing more, and everything anew once it has caught up', () => {
    stream.send(MEGABYTE);
    for (const change of ['a', 'b', 'c']) stream.send(change);
    expect(response.sent).toEqual(['everything', MEGABYTE]);
    response.read();
    stream.send('d');
    expect(response.sent).toEqual(['everything', MEGABYTE, 'everything', 'd']);
    expect(clock.pending).toEqual([]);
  });

  it('that takes nothing at all is given up', async () => {
    stream.send(MEGABYTE);
    stream.send('a');
    await clock.advance(29_999);
    expect(response.destroyed).toBe(false);
    await clock.advance(1);
    expect(response.destroyed).toBe(true);
  });
});

it('cannot be sent an event of somebody else’s making', () => {
  const text = eventText('change', { name: 'x\n\nevent: fleet\ndata: {}\r\n\r\n' });
  expect(text.split('\n')).toHaveLength(4);
  expect(text.split('\n')[1]).toMatch(/^data: \{.*\}$/);
});
