import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Deployment } from '../support/deployment.js';
import { eventually, type LogEntry, type Service } from '../support/service.js';

const API_KEY = 'a-key-that-no-log-may-show';
/** 32 bytes in base64: a key of any kind. */
const KEY = /[A-Za-z0-9+/]{43}=/;

let deployment: Deployment;
let service: Service;
const headers = { 'X-API-Key': API_KEY };
const lines = () => service.entries;
const isOpened = ({ message, status }: LogEntry) => message === 'Session status changed' && status === 'open';

beforeAll(async () => {
  deployment = await Deployment.create();
  const levels = { LOG_LEVEL: 'trace', BAILEYS_LOG_LEVEL: 'trace' };
  service = await deployment.start('all', { API_KEY, ...levels });
});

afterAll(() => deployment.remove());

it('contains no names, texts, pairing codes or keys, even at the lowest level', async () => {
  const { phone, server } = deployment;
  const { body } = await eventually('WhatsApp returns a code', async () => {
    const request = { phone: '491701230000' };
    const answer = await service.post<{ code: string }>('/session/pairing-code', request, API_KEY);
    return answer.status === 200 && answer;
  });
  await phone.enterPairingCode(body.code);
  const session = async () =>
    (await service.request<{ qr: string | null; contacts: { sync: string } }>('/session', { headers })).body;
  await eventually('the first sync is complete', async () => (await session()).contacts.sync === 'complete');
  const ben = server.createContact({ number: '491705554444', pushName: 'Zebulon Pushname' });
  await phone.saveContact({ number: '491705554444', fullName: 'Zebediah Fullname', firstName: 'Zebediah' });
  await ben.sendText(phone, 'A secret of Zebulon');
  await eventually('both names are there', async () => {
    const { text } = await service.request('/getcontact?phone=491705554444', { headers });
    return text.includes('Zebulon') && text.includes('Zebediah');
  });
  await service.request('/contacts?search=zebediah', { headers });
  const created = await service.post<{ key: string }>('/keys', { name: 'crm', scopes: ['admin'] }, API_KEY);
  const log = service.output;
  expect(lines().some(isOpened)).toBe(true);
  expect(log).not.toMatch(/zeb(ulon|ediah)|secret of|anna|müller/i);
  for (const secret of [
    API_KEY,
    created.body.key,
    body.code,
    `${body.code.slice(0, 4)}-${body.code.slice(4)}`,
  ])
    expect(log).not.toContain(secret);
  expect(log).not.toMatch(KEY);
});

it('is JSON with level, time, context, session and account', () => {
  const open = lines().find(isOpened);
  expect(open).toMatchObject({ level: 'info', context: 'SessionReporter', session: 'default', account: 1 });
  expect(Date.parse(open?.timestamp ?? '')).not.toBeNaN();
  expect(lines().some(({ context }) => context === 'Baileys')).toBe(true);
});

it('records a failed request with the request ID of the caller, which the response also contains', async () => {
  await deployment.database.query('ALTER TABLE contact RENAME TO gone');
  const {
    status,
    headers: got,
    body,
  } = await service.request<{ code: string; message: string }>('/getcontact?phone=491701234567', {
    headers: { ...headers, 'X-Request-Id': 'from-a-caller.7' },
  });
  await deployment.database.query('ALTER TABLE gone RENAME TO contact');
  expect([status, body.code, got.get('x-request-id')]).toEqual([500, 'unexpected_error', 'from-a-caller.7']);
  expect(body.message).toContain('from-a-caller.7');
  expect(lines().some(({ requestId, level }) => requestId === 'from-a-caller.7' && level === 'error')).toBe(
    true,
  );
  const forged = await service.request('/livez', { headers: { 'X-Request-Id': 'a b{"x":1}' } });
  expect(forged.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

it('contains each problem of an outage once, as a warning with advice, however often it is retried', async () => {
  const { server } = deployment;
  const start = lines().length;
  const since = (message: string) => lines().filter((line, at) => at >= start && line.message === message);
  const states = (...levels: string[]) =>
    since('Session status changed').filter(({ level }) => levels.includes(level));
  await server.goDown();
  const attempts = () => since('Connection ended').filter(({ openMs }) => openMs === 0);
  await eventually('four attempts have failed', async () => attempts().length >= 4);
  const problems = states('warn').map(({ status, reasonCode }) => `${status} ${String(reasonCode)}`);
  expect(problems.length).toBeGreaterThan(0);
  expect(new Set(problems).size).toBe(problems.length);
  expect(states('warn').at(-1)).toMatchObject({ advice: expect.any(String) });
  expect(states('info')).toEqual([]);
  await server.comeBack();
  await eventually('it is connected again', async () => states('info').some(isOpened));
});
