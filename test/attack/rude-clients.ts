import { setTimeout as sleep } from 'node:timers/promises';
import { exchange, RawConnection } from './raw.js';
import { count, type Outcomes } from './target.js';

const MB = 1_000_000;

export interface Rude {
  port: number;
  /** Header lines that authorize a request, each with a line break. */
  headers: string;
}

const head = (method: string, path: string, headers: string, more = '') =>
  `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}${more}\r\n`;

async function each(times: number, run: (at: number) => Promise<string>): Promise<Outcomes> {
  const outcomes: Outcomes = {};
  await Promise.all(
    Array.from({ length: times }, async (_, at) => count(outcomes, await run(at).catch(() => 'refused'))),
  );
  return outcomes;
}

/** 10,000 bytes of headers are allowed, 100,000 are not. */
export async function longHeads({ port, headers }: Rude): Promise<Outcomes> {
  const outcomes: Outcomes = {};
  for (const bytes of [10_000, 100_000]) {
    const long = `X-Long: ${'x'.repeat(bytes)}\r\n`;
    count(outcomes, await exchange(port, head('GET', '/getcontact?phone=491700000001', headers, long)));
  }
  return outcomes;
}

/** Sends 100 MB, with and without Content-Length, as JSON and as text. */
export async function hugeBodies({ port, headers }: Rude): Promise<Outcomes> {
  const chunk = Buffer.alloc(MB, 'a');
  const kinds = [
    `Content-Type: application/json\r\nContent-Length: ${100 * MB}\r\n`,
    `Content-Type: text/plain\r\nContent-Length: ${100 * MB}\r\n`,
    'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n',
  ];
  return each(kinds.length, async (at) => {
    const connection = await RawConnection.open(port);
    connection.send(head('POST', '/session/pairing-code', headers, kinds[at]));
    const isChunked = kinds[at]?.includes('chunked');
    for (let sent = 0; sent < 100 && !connection.isClosed; sent += 1) {
      if (isChunked) connection.send(`${chunk.length.toString(16)}\r\n`);
      const isTaken = connection.socket.write(chunk);
      if (isChunked) connection.send('\r\n');
      if (!isTaken)
        await Promise.race([
          new Promise((r) => connection.socket.once('drain', r)),
          connection.closes(5_000),
        ]);
    }
    if (isChunked) connection.send('0\r\n\r\n');
    const outcome = await connection.outcome();
    connection.end();
    return outcome;
  });
}

/** Sends one byte per second of an endless head or body. Reports when the slowest client was disconnected. */
export async function trickle(
  { port, headers }: Rude,
  part: 'head' | 'body',
  clients = 100,
): Promise<Outcomes> {
  const startedMs = performance.now();
  let slowestMs = 0;
  const outcomes = await each(clients, async () => {
    const connection = await RawConnection.open(port);
    if (part === 'head') connection.send(`GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n`);
    else
      connection.send(
        head(
          'POST',
          '/session/pairing-code',
          headers,
          'Content-Type: application/json\r\nContent-Length: 1000\r\n',
        ),
      );
    while (!connection.isClosed && performance.now() - startedMs < 60_000) {
      connection.send(part === 'head' ? 'X' : ' ');
      await sleep(1_000);
    }
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
    const outcome = connection.isClosed ? await connection.outcome(0) : 'still open';
    connection.end();
    return outcome === 'silence' ? 'cut' : outcome;
  });
  return { ...outcomes, [`(s until the last was cut)`]: Math.round(slowestMs / 1_000) };
}

/**
 * Requests large responses that are read very slowly. Other clients read at full speed, and must receive everything.
 *
 * @param asOther headers of the fast clients, which have another key
 */
export async function slowReaders(
  { port, headers }: Rude,
  path: string,
  clients: number,
  asOther: { headers: string; readers: number },
): Promise<Outcomes> {
  const held = await Promise.all(Array.from({ length: clients }, () => RawConnection.open(port)));
  for (const connection of held) {
    connection.socket.pause();
    connection.send(head('GET', path, headers));
  }
  await sleep(2_000);
  const proper = await each(asOther.readers, async () => {
    const connection = await RawConnection.open(port);
    connection.send(head('GET', path, asOther.headers, 'Connection: close\r\n'));
    const hasEnded = await connection.closes(30_000);
    const status = await connection.outcome(0);
    connection.end();
    return hasEnded ? `${status} of the others` : 'no end for the others';
  });
  // Reads a byte from time to time, so that timeouts for idle connections do not apply.
  for (let second = 0; second < 10; second += 1) {
    for (const connection of held) connection.socket.read(1);
    await sleep(1_000);
  }
  const outcomes: Outcomes = { ...proper };
  for (const connection of held) {
    connection.socket.resume();
    await sleep(0);
  }
  await sleep(1_000);
  for (const connection of held) {
    count(outcomes, await connection.outcome(0));
    connection.end();
  }
  return outcomes;
}

/** Sends many requests without waiting for responses. */
export async function pipelined(
  { port, headers }: Rude,
  path: string,
  clients: number,
  requests: number,
): Promise<Outcomes> {
  return each(clients, async () => {
    const connection = await RawConnection.open(port);
    let answers = 0;
    connection.socket.on('data', (data: Buffer) => {
      answers += data.toString('latin1').split('HTTP/1.1 200').length - 1;
    });
    connection.send(head('GET', path, headers).repeat(requests));
    await connection.closes(5_000);
    connection.end();
    return answers > 0 ? 'answered' : 'cut';
  });
}

/** Sends requests that some proxies, routers or file systems interpret differently. */
export async function tricks({ port, headers }: Rude): Promise<Outcomes> {
  const paths = [
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%2f..%2fetc/passwd',
    '//getcontacts',
    '/getcontacts/',
    '/GETCONTACTS',
    '/getcontacts%00',
    '/getcontacts%20',
    '/getcontacts;a=b',
    '/%67etcontacts',
    '/sessions/default/../other/getcontacts',
    '/sessions/%2e%2e/getcontacts',
    '/sessions/default%2Fgetcontacts',
    '/contacts/%ff',
    '/contacts/%',
    '/contacts/__proto__',
    '/sessions/constructor',
    '/keys/__proto__',
    `/${'a'.repeat(10_000)}`,
    '/getcontact?phone[]=1&phone[a]=2',
    '/getcontact?__proto__[x]=1&phone=1',
    `/getcontact?${'a=1&'.repeat(2_000)}phone=1`,
    'http://evil.example/getcontacts',
    '*',
  ];
  const outcomes: Outcomes = {};
  for (const path of paths) count(outcomes, await exchange(port, head('GET', path, headers)));
  const odd = [
    'GET /livez\r\n\r\n',
    'GET /livez HTTP/1.0\r\n\r\n',
    'GET /livez HTTP/1.1\r\n\r\n',
    'GET /livez HTTP/9.9\r\nHost: a\r\n\r\n',
    'GET /livez HTTP/1.1\nHost: a\n\n',
    'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    'TRACE / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
    'NONSENSE / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
    head('POST', '/keys', headers, 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n') +
      '0\r\n\r\nGET /x HTTP/1.1\r\n\r\n',
    head('POST', '/keys', headers, 'Content-Length: 1\r\nContent-Length: 2\r\n') + '{}',
    head('POST', '/keys', headers, 'Transfer-Encoding: nonsense\r\n') + '{}',
    head('POST', '/keys', headers, 'Transfer-Encoding: chunked\r\n') + 'zz\r\n',
    head('GET', '/livez', headers, 'Upgrade: websocket\r\nConnection: Upgrade\r\n'),
    head('GET', '/livez', headers, 'Expect: 100-continue\r\n'),
    head('GET', '/livez', headers, 'Expect: nonsense\r\n'),
    head(
      'POST',
      '/keys',
      headers,
      'Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n',
    ) + '{}',
    '\0\0\0\0\0\0\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ];
  for (const text of odd) count(outcomes, await exchange(port, text));
  return outcomes;
}
