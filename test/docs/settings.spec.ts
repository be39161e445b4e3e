import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CONFIG_RULES } from '../../src/kernel/config/config-rules.js';
import { ROOT } from './markdown-examples.js';

const COMPOSE = 'docker-compose.yml';
const SCALED = 'deploy/compose.scaled.yml';

/** Settings that the compose files set themselves, with the reason. */
const FIXED: Record<string, string> = {
  ALLOW_ANONYMOUS: 'the port is published on the loopback interface only',
  DATABASE_SCHEMA: 'the database has no other programs',
  DATABASE_URL: 'the address of the Postgres container',
  DATA_DIR: 'the image contains no Postgres',
  HOST: 'the image listens on all addresses',
  PORT: 'the port that Docker publishes',
  ROLE: 'differs between the containers',
};
const FIXED_IN_SCALED: Record<string, string> = {
  ...FIXED,
  ALLOWED_HOSTS: 'has no effect with API_KEY, which is required',
  TRUSTED_PROXIES: 'the address of the nginx container',
};

/** Variables of `.env.example` for docker compose itself. */
const OF_COMPOSE = ['POSTGRES_PASSWORD'];

/** Settings that every role uses. */
const OF_ALL_ROLES = ['API_KEY', 'CHECKS_PER_DAY', 'ENCRYPTION_KEY', 'LOG_LEVEL'];

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const namesIn = (path: string, pattern: RegExp) =>
  [...new Set(Array.from(read(path).matchAll(pattern), ([, name = '']) => name))].sort();

const settings = Object.keys(CONFIG_RULES).sort();

interface Service {
  environment?: Record<string, string>;
}

/** Returns the settings that containers receive from `.env`, by container. */
function passed(path: string): Record<string, string[]> {
  const { services } = parse(read(path), { merge: true }) as { services: Record<string, Service> };
  const entries = Object.entries(services).map(([name, { environment = {} }]): [string, string[]] => [
    name,
    Object.keys(environment).filter((key) => environment[key]?.startsWith(`\${${key}:`)),
  ]);
  return Object.fromEntries(entries);
}

describe('the documentation of settings', () => {
  it('lists them in docs/configuration.md', () => {
    const [, table = ''] = read('docs/configuration.md').split(/^## .*$/m);
    const names = Array.from(table.matchAll(/^\| `([A-Z0-9_]+)` /gm), ([, name]) => name);
    expect(names.sort()).toEqual(settings);
  });

  it('lists them in .env.example', () => {
    const names = namesIn('.env.example', /^#([A-Z0-9_]+)=/gm);
    expect(names).toEqual([...settings, ...OF_COMPOSE].sort());
  });

  it.each([
    [COMPOSE, FIXED],
    [SCALED, FIXED_IN_SCALED],
  ])('passes them to the service in %s', (path, fixed) => {
    const { postgres, ...containers } = passed(path);
    expect(postgres).toBeDefined();
    const found = new Set(Object.values(containers).flat());
    expect(settings.filter((name) => !found.has(name))).toEqual(Object.keys(fixed).sort());
  });

  it('passes those of all roles to both roles', () => {
    const { api = [], session = [] } = passed(SCALED);
    expect(api).toEqual(expect.arrayContaining(OF_ALL_ROLES));
    expect(session).toEqual(expect.arrayContaining(OF_ALL_ROLES));
  });
});
