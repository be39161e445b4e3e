import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Service } from '../support/service.js';
import { ServedAddressBook } from './served-address-book.js';

const CLIENTS = 50;
const UNSENT = 'unsent';

/** Callers who keep their connections, and go to the other replica when one closes them, as behind a load balancer. */
describe('a rolling restart', () => {
  let book: ServedAddressBook;
  const replicas: Service[] = [];
  const agent = new Agent({ keepAlive: true });
  const outcomes: Record<string, number> = {};

  const start = () => Service.start({ DATABASE_URL: book.database.url, ROLE: 'api' });

  /**
   * @returns the outcome, and whether this replica wants no more. UNSENT if the replica closed the idle connection at
   *   the same time: a GET may then be repeated (RFC 9112, section 9.3.1)
   */
  function ask(port: number, path: string): Promise<{ outcome: string; isOver: boolean }> {
    return new Promise((resolve) => {
      const failed = ({ code = 'cut' }: NodeJS.ErrnoException) => resolve({ outcome: code, isOver: true });
      const asking = request({ host: '127.0.0.1', port, path, agent }, (response) => {
        const isOver = response.headers.connection === 'close';
        response.on('end', () => resolve({ outcome: String(response.statusCode), isOver }));
        response.on('error', failed).resume();
      });
      asking.on('error', (error: NodeJS.ErrnoException) => {
        const isUnsent = asking.reusedSocket && error.code === 'ECONNRESET';
        failed(isUnsent ? { ...error, code: UNSENT } : error);
      });
      asking.end();
    });
  }

  beforeAll(async () => {
    book = await ServedAddressBook.start();
    await book.clear();
    await book.save('Anna', 'Ben', 'Cleo');
    replicas.push(await start(), await start());
  });

  afterAll(async () => {
    agent.destroy();
    await Promise.all(replicas.map((replica) => replica.stop()));
    await book.stop();
  });

  it('causes no failed request for 50 callers', async () => {
    let isDone = false;
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      let at = client % 2;
      const path = client % 5 ? '/getcontact?phone=491700000010' : '/getcontacts';
      while (!isDone) {
        const { outcome, isOver } = await ask(replicas[at]?.port ?? 0, path);
        if (outcome !== UNSENT) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        if (isOver) at = 1 - at;
      }
    });
    await sleep(500);
    for (const at of [0, 1]) {
      expect(await replicas[at]?.stop()).toBe(0);
      replicas[at] = await start();
      await sleep(500);
    }
    isDone = true;
    await Promise.all(clients);
    expect(Object.keys(outcomes)).toEqual(['200']);
    expect(outcomes['200']).toBeGreaterThan(CLIENTS * 2);
  });

  it('is announced by /readyz', async () => {
    const [replica] = replicas;
    const stopped = replica?.stop();
    const seen = new Set<string>();
    for (let outcome = ''; outcome !== 'ECONNREFUSED'; seen.add(outcome))
      ({ outcome } = await ask(replica?.port ?? 0, '/readyz'));
    await stopped;
    expect(seen).toContain('503');
  });
});
