import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { InboundGate } from './inbound-gate.js';

const stanza = (tag: string, id: string, attrs: Record<string, string> = {}): BinaryNode => ({
  tag,
  attrs: { id, from: '491701234567@s.whatsapp.net', ...attrs },
});
const message = (id: string) => stanza('message', id);

/** Emits a frame under the names that Baileys' `onMessageReceived` uses. */
function receive(socket: EventEmitter, frame: BinaryNode): void {
  socket.emit('frame', frame);
  socket.emit(`TAG:${frame.attrs.id}`, frame);
  for (const [name, value] of Object.entries(frame.attrs)) {
    socket.emit(`CB:${frame.tag},${name}:${value}`, frame);
  }
  socket.emit(`CB:${frame.tag}`, frame);
}

/** A gate whose save operations the test resolves or rejects one by one. */
function createGate() {
  const socket = new EventEmitter();
  const handled: string[] = [];
  const saved: string[][] = [];
  const pauses: boolean[] = [];
  const failures: unknown[] = [];
  const steps = new EventEmitter();
  for (const tag of ['message', 'receipt', 'presence', 'iq'])
    socket.on(`CB:${tag}`, ({ attrs }: BinaryNode) => handled.push(attrs.id ?? ''));
  const gate = new InboundGate(socket, {
    save: async (stanzas) => {
      saved.push(stanzas.map(({ attrs }) => attrs.id ?? ''));
      const [error] = (await once(steps, 'step')) as [Error | undefined];
      if (error) throw error;
    },
    respond: async (each) => (each.attrs.acknowledged ? null : each),
    flush: async () => {},
    setPaused: (isPaused) => pauses.push(isPaused),
    failed: (error) => failures.push(error),
  });
  const turns = async () => {
    for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate);
  };
  const step = async (error?: Error) => {
    await turns();
    steps.emit('step', error);
    await turns();
  };
  return { socket, gate, handled, saved, pauses, failures, step, turns };
}

describe('InboundGate', () => {
  it('passes a stanza to Baileys only after it is saved, and only once', async () => {
    const { socket, handled, step } = createGate();
    receive(socket, message('1'));
    expect(handled).toEqual([]);
    await step();
    expect(handled).toEqual(['1']);
  });

  it('saves stanzas that arrive in one packet together', async () => {
    const { socket, handled, saved, step } = createGate();
    for (const id of ['1', '2', '3']) receive(socket, message(id));
    await step();
    expect(saved).toEqual([['1', '2', '3']]);
    expect(handled).toEqual(['1', '2', '3']);
  });

  it('saves stanzas that arrive during a save together, in order', async () => {
    const { socket, handled, saved, step, turns } = createGate();
    receive(socket, message('1'));
    await turns();
    for (const id of ['2', '3']) receive(socket, message(id));
    await step();
    await step();
    expect(saved).toEqual([['1'], ['2', '3']]);
    expect(handled).toEqual(['1', '2', '3']);
  });

  it('saves at most 100 stanzas at once', async () => {
    const { socket, saved, step } = createGate();
    for (let id = 0; id < 250; id += 1) receive(socket, message(String(id)));
    for (let batch = 0; batch < 3; batch += 1) await step();
    expect(saved.map(({ length }) => length)).toEqual([100, 100, 50]);
  });

  it('stops reading from the connection while too many stanzas wait', async () => {
    const { socket, pauses, step } = createGate();
    for (let id = 0; id < 1_100; id += 1) receive(socket, message(String(id)));
    expect(pauses).toEqual([true]);
    for (let batch = 0; batch < 11; batch += 1) await step();
    expect(pauses).toEqual([true, false]);
  });

  it('immediately passes stanzas that must not be acknowledged', () => {
    const { socket, handled } = createGate();
    receive(socket, stanza('presence', '1'));
    receive(socket, stanza('iq', '2'));
    expect(handled).toEqual(['1', '2']);
  });

  it('intercepts stanzas of every other tag', async () => {
    const { socket, saved, step } = createGate();
    for (const tag of ['status', 'appdata', 'receipt', 'invented']) receive(socket, stanza(tag, tag));
    await step();
    await step();
    expect(saved.flat()).toEqual(['status', 'appdata', 'receipt', 'invented']);
  });

  it('does not let a sender answer a query of this device by choosing its id', async () => {
    const { socket, step } = createGate();
    const answers: BinaryNode[] = [];
    socket.on('TAG:query-1', (answer: BinaryNode) => answers.push(answer));
    receive(socket, message('query-1'));
    await step();
    expect(answers).toEqual([]);
    receive(socket, stanza('iq', 'query-1'));
    expect(answers).toHaveLength(1);
  });

  it('does not pass on a stanza that is acknowledged', async () => {
    const { socket, handled, step } = createGate();
    receive(socket, stanza('message', '1', { acknowledged: 'true' }));
    receive(socket, message('2'));
    await step();
    await step();
    expect(handled).toEqual(['2']);
  });

  it('passes on neither a stanza that cannot be saved nor any after it', async () => {
    const { socket, handled, failures, step } = createGate();
    receive(socket, message('1'));
    receive(socket, message('2'));
    await step(new Error('disk full'));
    receive(socket, message('3'));
    await step();
    expect(handled).toEqual([]);
    expect(failures).toEqual([new Error('disk full')]);
  });

  it('passes on nothing after it is closed, not even saved stanzas', async () => {
    const { socket, gate, handled, step } = createGate();
    receive(socket, message('1'));
    gate.close();
    await step();
    expect(handled).toEqual([]);
  });
});
