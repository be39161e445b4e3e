import { describe, expect, it } from '@jest/globals';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { EventEmitter, once } from 'node:events';
import { InboundGate } from './inbound-gate.js';

const message = (id: string): BinaryNode => ({ tag: 'message', attrs: { id } });

/** A gate whose saving the test lets through, or not. */
function createGate() {
  const socket = new EventEmitter();
  const handled: string[] = [];
  const saved: string[][] = [];
  const failures: unknown[] = [];
  const steps = new EventEmitter();
  socket.on('CB:message', ({ attrs }: BinaryNode) => handled.push(attrs.id ?? ''));
  socket.on('CB:receipt', ({ attrs }: BinaryNode) => handled.push(attrs.id ?? ''));
  const save = async (stanzas: BinaryNode[]) => {
    saved.push(stanzas.map(({ attrs }) => attrs.id ?? ''));
    const [error] = (await once(steps, 'step')) as [Error | undefined];
    if (error) throw error;
  };
  const gate = new InboundGate(socket, {
    save,
    answer: async (stanza) => (stanza.attrs.answered ? null : stanza),
    failed: (error) => failures.push(error),
  });
  const step = async (error?: Error) => {
    steps.emit('step', error);
    await new Promise(setImmediate);
  };
  return { socket, gate, handled, saved, failures, step };
}

describe('the inbound gate', () => {
  it('shows a stanza to Baileys only when it is saved', async () => {
    const { socket, handled, step } = createGate();
    socket.emit('CB:message', message('1'));
    expect(handled).toEqual([]);
    await step();
    expect(handled).toEqual(['1']);
  });

  it('saves what came meanwhile together, and keeps the order', async () => {
    const { socket, handled, saved, step } = createGate();
    for (const id of ['1', '2', '3']) socket.emit('CB:message', message(id));
    await step();
    await step();
    expect(saved).toEqual([['1'], ['2', '3']]);
    expect(handled).toEqual(['1', '2', '3']);
  });

  it('lets through at once what Baileys does not acknowledge', () => {
    const { socket, handled } = createGate();
    socket.emit('CB:receipt', message('1'));
    expect(handled).toEqual(['1']);
  });

  it('does not show what is answered already', async () => {
    const { socket, handled, step } = createGate();
    socket.emit('CB:message', { tag: 'message', attrs: { id: '1', answered: 'true' } });
    socket.emit('CB:message', message('2'));
    await step();
    await step();
    expect(handled).toEqual(['2']);
  });

  it('shows nothing of what could not be saved, nor anything after it', async () => {
    const { socket, handled, failures, step } = createGate();
    socket.emit('CB:message', message('1'));
    socket.emit('CB:message', message('2'));
    await step(new Error('disk full'));
    socket.emit('CB:message', message('3'));
    await step();
    expect(handled).toEqual([]);
    expect(failures).toEqual([new Error('disk full')]);
  });

  it('shows nothing once it is closed, though it was saved', async () => {
    const { socket, gate, handled, step } = createGate();
    socket.emit('CB:message', message('1'));
    gate.close();
    await step();
    expect(handled).toEqual([]);
  });
});
