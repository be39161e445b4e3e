import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { expect, jest } from '@jest/globals';
import { EventSource } from 'eventsource';
import { Webhook } from 'standardwebhooks';
import { parse, parseAllDocuments } from 'yaml';
import type { ChangeDto } from '../../src/api/changes/changes.dto.js';
import type { PasskeyDto } from '../../src/api/sessions/passkey/passkey.dto.js';
import { loadConfig } from '../../src/kernel/config/load-config.js';
import { MASTER } from '../access/access-world.js';
import { assertionOf, beginPasskey, isOpen, requirePasskey, startUnlinked } from '../linking/link-world.js';
import { errorsAt } from '../openapi/document.js';
import { createTestDatabase } from '../support/test-database.js';
import { World } from '../support/world.js';
import type { Passkey } from '../whatsapp-server/linking/passkey.js';
import { DocumentedService, type Run } from './documented-service.js';
import { differences, normaliseText, parseDocumented } from './documented-values.js';
import { type Example, ROOT } from './markdown-examples.js';
import { NOT_RUN, RUN } from './not-tested.js';
import { programsOf, shellErrors } from './shell-commands.js';

/** Requests that need a WhatsApp server. */
const LINKING = /\/session\/(pairing-code|passkey)/;
/** IDs of webhooks in the documentation. */
const WEBHOOK = /wh_[0-9a-f]{16}/g;

/** A way to test some examples. */
interface Runner {
  name: string;
  claims: (example: Example) => boolean;
  run: (example: Example) => Promise<void> | void;
}

/** Backends of all examples. */
export let documented: DocumentedService;
let world: World;
let passkey: Passkey;
let ceremony: PasskeyDto;
/** The webhook that the page has created. */
let webhook = '';
const runs = new Map<Example, Run>();

/** Starts the service that most examples use, and one that is not linked. */
export async function startBackends(): Promise<void> {
  [documented, world] = await Promise.all([
    DocumentedService.start(),
    World.create({}, { number: '491701234567' }),
  ]);
  await world.startService();
  await world.service.qr();
}

export async function stopBackends(): Promise<void> {
  await Promise.all([documented.stop(), world.stop()]);
}

/** Runs commands against the service. Creates the session `sales` unless the commands do. */
async function run(example: Example): Promise<void> {
  const { text } = example;
  if (/POST \S+\/sessions /.test(text)) await documented.deleteSales();
  else if (text.includes('sales')) await documented.createSales();
  const isStream = text.includes('/changes/stream');
  const commands = text.replace(WEBHOOK, webhook);
  const done = await documented
    .run(isStream ? `${commands} || test $? = 28` : commands, { maxSeconds: isStream ? 2 : undefined })
    .catch((error: unknown) =>
      Promise.reject(new Error(`${example.page}:${example.line}: ${String(error)}`)),
    );
  expectSuccess(example, done);
  runs.set(example, done);
  if (/POST \S+\/webhooks /.test(text)) [webhook = ''] = done.output.match(WEBHOOK) ?? [];
}

/** Each command of a list succeeds; a request with If-None-Match returns 304. */
function expectSuccess({ text }: Example, { responses }: Run): void {
  const commands = text
    .replace(/\\\n/g, '')
    .split('\n')
    .filter((line) => line.startsWith('curl'));
  expect(responses).toHaveLength(commands.length);
  commands.forEach((command, at) => {
    const { status, body } = responses[at] ?? { status: 0, body: '' };
    const isExpected = command.includes('If-None-Match') ? status === 304 : status >= 200 && status < 300;
    expect([command, isExpected || `${status} ${body}`]).toEqual([command, true]);
  });
}

/** Returns the body that a documented response belongs to. */
async function realBody({ request, operation = '' }: Example): Promise<string> {
  if (request) return runs.get(request)?.responses[0]?.body ?? '';
  const [method = '', path = ''] = operation.split(' ');
  return (await documented.request(path.replace('{phone}', '491701234567'), { method })).text;
}

const isResponse = ({ request, operation }: Example) => (request ?? operation) !== undefined;

/** The ways to test an example, in the order in which they are tried. */
export const runners: Runner[] = [
  {
    name: 'works while linking',
    claims: ({ text }) => text.startsWith('curl') && LINKING.test(text),
    run: async (example) => {
      const { text } = example;
      if (text.includes("-d '…'")) {
        const assertion = assertionOf(passkey, ceremony);
        const body = JSON.stringify({ token: ceremony.token, assertion });
        expectSuccess(example, await runInWorld(text.replace('…', body)));
        return isOpen(world);
      }
      if (text.includes('DELETE')) await requestPasskey();
      const done = await runInWorld(text);
      expectSuccess(example, done);
      runs.set(example, done);
    },
  },
  {
    name: 'runs in bash',
    claims: ({ language, text }) =>
      isShell(language, text) &&
      /\w/.test(programsOf(text).join()) &&
      programsOf(text).every((name) => RUN.includes(name)),
    run,
  },
  {
    name: 'has valid commands',
    claims: ({ language, text }) =>
      isShell(language, text) && programsOf(text).every((name) => name in NOT_RUN || RUN.includes(name)),
    run: ({ text }) => expect(shellErrors(text)).toEqual([]),
  },
  {
    name: 'has valid settings',
    claims: ({ language, text }) => isShell(language, text) && programsOf(text).length === 0,
    run: ({ text }) => {
      const settings: Record<string, string> = Object.fromEntries(
        text
          .split('\n')
          .map((line) => [line.replace(/=.*/, ''), line.replace(/^\w+=/, '').replace(/'/g, '')]),
      );
      const others = Object.keys(settings).filter((name) => !/^(OWNER|API|SESSION)_URL$|^NODE_/.test(name));
      const config = loadConfig({ API_KEY: MASTER, ...settings });
      expect(others.filter((name) => !(name in config))).toEqual([]);
    },
  },
  {
    name: 'is the response to the request above',
    claims: (example) =>
      /^(json)?$/.test(example.language) && /^[[{]/.test(example.text) && isResponse(example),
    run: async (example) => {
      expect(differences(parseDocumented(example.text), parseDocumented(await realBody(example)))).toEqual(
        [],
      );
    },
  },
  {
    name: 'is the start of the exported file',
    claims: ({ text }) => /^(BEGIN:VCARD|jid,phone)/.test(text),
    run: async (example) => {
      const expected = normaliseText(example.text).split('\n');
      const real = normaliseText(await realBody(example)).split('\n');
      expect(real.slice(0, expected.length)).toEqual(expected);
    },
  },
  {
    name: 'is in the response headers above',
    claims: ({ text, request }) => text.startsWith('Changes-Next:') && request !== undefined,
    run: ({ text, request }) => {
      const [name = ''] = text.split(' ');
      expect(runs.get(request as Example)?.output).toMatch(new RegExp(`^${name} \\d{16}`));
    },
  },
  {
    name: 'has valid headers',
    claims: ({ text }) => text.startsWith('Authorization:'),
    run: async ({ text }) => {
      for (const line of text.replaceAll('<key>', MASTER).split('\n')) {
        const [name = '', value = ''] = line.split(': ');
        const response = await fetch(`${documented.keyUrl}/access`, { headers: { [name]: value } });
        expect([name, response.status]).toEqual([name, 200]);
      }
    },
  },
  {
    name: 'has the headers of a limited key',
    claims: ({ text }) => text.startsWith('RateLimit-Policy:'),
    run: async ({ text }) => {
      const body = { name: 'crm', scopes: ['contacts:read'], requests_per_minute: 600 };
      const created = await documented.request('/keys', {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      });
      const { key } = created.body as { key: string };
      const { headers } = await fetch(`${documented.keyUrl}/access`, { headers: { 'X-API-Key': key } });
      for (const line of text.split('\n')) {
        const [name = '', value = ''] = line.split(': ');
        expect(headers.get(name)?.replace(/\d+/g, '1')).toBe(value.replace(/\d+/g, '1'));
      }
    },
  },
  {
    name: 'is the error of an unknown contact',
    claims: ({ text }) => text.includes('"code": "contact_not_found"'),
    run: async ({ text }) => {
      const Accept = text.includes('"type"') ? 'application/problem+json' : '*/*';
      const { status, text: real } = await documented.request('/contacts/491709999999', {
        headers: { Accept },
      });
      expect(status).toBe(404);
      expect(JSON.parse(real)).toEqual(JSON.parse(text));
    },
  },
  {
    name: 'is in the session',
    claims: ({ page, text }) => page === 'docs/linking.md' && text.startsWith('"'),
    run: async ({ text }) => {
      const fields = JSON.parse(`{${text}}`) as Record<string, unknown>;
      for (const [name, value] of Object.entries(fields)) {
        expect(errorsAt(`/components/schemas/SessionDto/properties/${name}`, value)).toEqual([]);
      }
      if (!text.includes('"assertion"')) return;
      await requestPasskey();
      const session = (await world.service.session()) as unknown as Record<string, unknown>;
      expect(differences(fields.passkey, session.passkey)).toEqual([]);
    },
  },
  {
    name: 'is a configuration of an MCP client',
    claims: ({ text }) => text.includes('"mcpServers"'),
    run: async ({ text }) => {
      const { mcpServers } = JSON.parse(text.replace('wac_…', MASTER)) as {
        mcpServers: Record<string, { url: string; headers: Record<string, string> }>;
      };
      for (const { url, headers } of Object.values(mcpServers)) {
        const { status } = await fetch(url.replace('http://localhost:8888', documented.keyUrl), {
          method: 'POST',
          headers: {
            ...headers,
            'Content-Type': 'application/json',
            Accept: 'application/json, text/event-stream',
          },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
        });
        expect(status).toBe(200);
      }
    },
  },
  {
    name: 'equals the manifest for Kubernetes',
    claims: ({ language, text }) => language === 'yaml' && text.includes('livenessProbe:'),
    run: ({ text }) => {
      const [manifest] = parseAllDocuments(
        readFileSync(join(ROOT, 'deploy/kubernetes/base/api.yaml'), 'utf8'),
      );
      const { spec } = manifest?.toJS() as { spec: { template: { spec: { containers: [object] } } } };
      expect(spec.template.spec.containers[0]).toMatchObject(parse(text) as Record<string, unknown>);
    },
  },
  {
    name: 'is a valid compose file',
    claims: ({ language, text }) => language === 'yaml' && text.startsWith('services:'),
    run: ({ text }) => {
      const { services, secrets } = parse(text) as Record<string, Record<string, { secrets?: string[] }>>;
      const used = Object.values(services ?? {}).flatMap((service) => service.secrets ?? []);
      expect(used).toEqual(Object.keys(secrets ?? {}));
    },
  },
  {
    name: 'runs in Postgres',
    claims: ({ language }) => language === 'sql',
    run: async ({ text }) => {
      const database = await createTestDatabase();
      try {
        await database.query(text);
      } finally {
        await database.drop();
      }
    },
  },
  {
    name: 'follows the changes',
    claims: ({ text }) => text.startsWith('async function follow'),
    run: follow,
  },
  {
    name: 'is a delivery with a valid signature',
    claims: ({ text }) => text.includes('webhook-signature:'),
    run: ({ page, text }) => {
      const [head = '', body = ''] = text.split('\n\n');
      const lines = head
        .split('\n')
        .slice(1)
        .map((line) => line.split(': '));
      const headers = Object.fromEntries(lines) as Record<string, string>;
      const [secret = ''] = /whsec_[\w+/=]+/.exec(readFileSync(join(ROOT, page), 'utf8')) ?? [];
      const now = jest.spyOn(Date, 'now').mockReturnValue(Number(headers['webhook-timestamp']) * 1000);
      try {
        const payload = new Webhook(secret).verify(body, headers);
        expect(errorsAt('/components/schemas/WebhookPayloadDto', payload)).toEqual([]);
      } finally {
        now.mockRestore();
      }
    },
  },
];

export function isShell(language: string, text: string): boolean {
  if (language !== '') return language === 'sh';
  return /^[A-Z_]+=|^(curl|docker|export|gh|git|npm|npx|ssh) /.test(text);
}

async function runInWorld(commands: string): Promise<Run> {
  return documented.run(commands, { url: `http://127.0.0.1:${world.service.port}` });
}

/** Starts a link that needs a passkey. */
async function requestPasskey(): Promise<void> {
  await startUnlinked(world);
  passkey = requirePasskey(world);
  const { linked, ceremony: started } = await beginPasskey(world, 'qr');
  linked.catch(() => {});
  ceremony = started;
}

/** Runs the function of the example until it has received the change, also after a lost connection. */
async function follow({ text }: Example): Promise<void> {
  const sources: EventSource[] = [];
  class Source extends EventSource {
    constructor(path: string) {
      super(documented.keyUrl + path);
      sources.push(this);
    }
  }
  const request = (path: string, init: RequestInit) => fetch(documented.keyUrl + path, init);
  const names = ['key', 'EventSource', 'fetch', 'apply'];
  const start = compileFunction(`${text}\nreturn follow;`, names) as (
    ...values: unknown[]
  ) => (after: number) => Promise<void>;
  try {
    const change = await new Promise<ChangeDto>((apply, fail) => {
      start(MASTER, Source, request, apply)(1_767_261_600_000_041).catch(fail);
    });
    expect(change.contact).toMatchObject({ push_name: 'anni' });
  } finally {
    for (const source of sources) source.close();
  }
}
