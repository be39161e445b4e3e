/**
 * Sends the same requests with each generated client, and prints the answers. It compiles only if the document describes
 * numbers, booleans, error codes and pictures as such. Compiled and run by generated-clients.ts, next to the clients.
 */
import createClient from 'openapi-fetch';
import { getPerson, type GetPictureResponse, getPicture, listChanges, listContacts } from './hey-api';
import { client } from './hey-api/client.gen';
import * as oazapfts from './oazapfts';
import type { components, paths } from './paths';
import * as swagger from './swagger';

const [, , baseUrl = '', key = ''] = process.argv;
const headers = { 'X-API-Key': key };
const session = 'default';
const unknown = '491709999999';
const query = { limit: 2, has_phone: true };

interface Answers {
  names: (string | null)[];
  next: number;
  code: components['schemas']['ErrorCode'];
  /** Undefined: the client reads every response as text or JSON. */
  isPicture?: boolean;
}

async function openapiFetch(): Promise<Answers> {
  const api = createClient<paths>({ baseUrl, headers });
  const page = await api.GET('/sessions/{session}/contacts', { params: { path: { session }, query } });
  const [{ phone, full_name }] = page.data!.items as [components['schemas']['ContactDetailsDto']];
  const path = { session, phone: phone! };
  const person = await api.GET('/sessions/{session}/contacts/{phone}', { params: { path } });
  const feed = await api.GET('/sessions/{session}/changes', {
    params: { path: { session }, query: { limit: 1 } },
  });
  const rest = await api.GET('/sessions/{session}/changes', {
    params: { path: { session }, query: { after: feed.data!.next, compact: true, wait: 0 } },
  });
  const params = { path: { session, phone: unknown } };
  const missing = await api.GET('/sessions/{session}/contacts/{phone}', { params });
  const picture = await api.GET('/sessions/{session}/contacts/{phone}/picture', {
    params: { path },
    parseAs: 'blob',
  });
  const names = [full_name, person.data!.full_name];
  return { names, next: rest.data!.next, code: missing.error!.code, isPicture: picture.data instanceof Blob };
}

async function heyApi(): Promise<Answers> {
  client.setConfig({ baseUrl, headers });
  const page = await listContacts({ path: { session }, query });
  const phone = page.data!.items[0]!.phone!;
  const person = await getPerson({ path: { session, phone } });
  const feed = await listChanges({ path: { session }, query: { limit: 1 } });
  const rest = await listChanges({ path: { session }, query: { after: feed.data!.next, compact: true } });
  const missing = await getPerson({ path: { session, phone: unknown } });
  const picture = await getPicture({ path: { session, phone } });
  const isPicture: boolean = (picture.data as GetPictureResponse) instanceof Blob;
  const names = [page.data!.items[0]!.full_name, person.data!.full_name];
  return { names, next: rest.data!.next, code: missing.error!.code, isPicture };
}

async function oazapftsClient(): Promise<Answers> {
  Object.assign(oazapfts.defaults, { baseUrl, headers });
  const page = await oazapfts.listContacts(session, { limit: 2, hasPhone: true });
  if (page.status !== 200) throw new Error(String(page.status));
  const [first] = page.data.items;
  const person = await oazapfts.getPerson(session, first!.phone!);
  const feed = await oazapfts.listChanges(session, { limit: 1 });
  if (person.status !== 200 || feed.status !== 200) throw new Error('unexpected status');
  const rest = await oazapfts.listChanges(session, { after: feed.data.next, compact: true });
  const missing = await oazapfts.getPerson(session, unknown);
  if (rest.status !== 200 || missing.status !== 404) throw new Error('unexpected status');
  const names = [first!.full_name, person.data.full_name];
  return { names, next: rest.data.next, code: missing.data.code };
}

async function swaggerTypescriptApi(): Promise<Answers> {
  const { sessions } = new swagger.Api({ baseUrl, baseApiParams: { headers } });
  const { data: page } = await sessions.listContacts(session, query);
  const [first] = page.items;
  const { data: person } = await sessions.getPerson(session, first!.phone!);
  const { data: feed } = await sessions.listChanges(session, { limit: 1 });
  const { data: rest } = await sessions.listChanges(session, { after: feed.next, compact: true });
  const missing = await sessions.getPerson(session, unknown).then(
    () => null,
    ({ error }: swagger.HttpResponse<unknown, swagger.ErrorDto>) => error,
  );
  const { data: picture } = await sessions.getPicture(session, first!.phone!);
  const names = [first!.full_name, person.full_name];
  return { names, next: rest.next, code: missing!.code, isPicture: picture instanceof Blob };
}

const clients = { openapiFetch, heyApi, oazapfts: oazapftsClient, swaggerTypescriptApi };
const answers: Record<string, Answers> = {};
for (const [name, use] of Object.entries(clients)) answers[name] = await use();
console.log(JSON.stringify(answers));
