/** A Postgres URL in the syntax of libpq. Values are decoded. */
export interface DatabaseUrl {
  /** Servers in the listed order. A host that starts with `/` is the directory of a Unix socket. */
  servers: { host: string; port: number }[];
  user?: string;
  password?: string;
  database?: string;
  /** All other parameters, for example sslmode. Unknown ones are ignored, because other libraries add their own. */
  parameters: Record<string, string>;
}

/** The URL is invalid. The message completes "set it to", and contains no part of the URL that may be secret. */
export class DatabaseUrlError extends Error {}

const EXAMPLE =
  'a Postgres URL, for example postgres://user:password@localhost:5432/whatsapp_contacts. Percent-encode special ' +
  'characters in the password as encodeURIComponent does, for example # as %23 and / as %2F';

/** User and password, hosts, database, parameters. */
const PARTS = /^postgres(?:ql)?:\/\/(?:([^\s/?#]*)@)?([^\s/?#]*)(?:\/([^\s?#]*))?(?:\?([^\s#]*))?$/;

/** A host name, an IPv4 address, an IPv6 address in brackets or an encoded path, and a port. */
const SERVER = /^(\[[\da-f:.%]+\]|[^:[\]]*)(?::(\d*))?$/i;

/** Parameters with a fixed set of values, and their variables in the environment. */
const CHOICES = {
  sslmode: {
    variable: 'PGSSLMODE',
    values: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'],
  },
  target_session_attrs: {
    variable: 'PGTARGETSESSIONATTRS',
    values: ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'],
  },
  sslnegotiation: { variable: 'PGSSLNEGOTIATION', values: ['postgres', 'direct'] },
  channel_binding: { variable: 'PGCHANNELBINDING', values: ['disable', 'prefer', 'require'] },
};

/** Variables of libpq that are used for missing parts of the URL. */
const VARIABLES = {
  PGHOST: 'host',
  PGPORT: 'port',
  PGUSER: 'user',
  PGPASSWORD: 'password',
  PGDATABASE: 'dbname',
  PGOPTIONS: 'options',
  PGSSLROOTCERT: 'sslrootcert',
  PGSSLCERT: 'sslcert',
  PGSSLKEY: 'sslkey',
  ...Object.fromEntries(Object.entries(CHOICES).map(([name, { variable }]) => [variable, name])),
};

/**
 * Parses a Postgres URL, including those that `new URL` does not accept: several hosts, and credentials without a host.
 * @throws DatabaseUrlError
 */
export function parseDatabaseUrl(url: string): DatabaseUrl {
  const { credentials, hosts, ...rest } = split(url);
  const { host, port, user, password, dbname, ...parameters } = rest.parameters;
  for (const [name, { variable, values }] of Object.entries(CHOICES)) {
    const value = parameters[name];
    if (value !== undefined && !values.includes(value))
      throw new DatabaseUrlError(
        `a URL in which ${name} (or ${variable}) is ${values.join(', ')}, instead of ${JSON.stringify(value)}`,
      );
  }
  return {
    servers: host || port || hosts ? listServers(hosts, host, port) : [{ host: 'localhost', port: 5432 }],
    user: user ?? credentials.user,
    password: password ?? credentials.password,
    database: dbname ?? rest.database,
    parameters,
  };
}

function split(url: string) {
  const [, login = '', hosts = '', path = '', query = ''] = PARTS.exec(url) ?? [];
  // An unencoded `/` or `?` in the password ends the host, so that the `@` after it is in the path or the query.
  if (!PARTS.test(url) || `${path}${query}`.includes('@')) throw new DatabaseUrlError(EXAMPLE);
  const colon = login.indexOf(':');
  const [user, password] = colon < 0 ? [login, ''] : [login.slice(0, colon), login.slice(colon + 1)];
  return {
    credentials: { user: decode(user) || undefined, password: decode(password) || undefined },
    hosts,
    database: decode(path) || undefined,
    parameters: Object.fromEntries(new URLSearchParams(query)) as Partial<Record<string, string>> &
      Record<string, string>,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DatabaseUrlError(EXAMPLE);
  }
}

/** The parameters replace the hosts of the URL, as in libpq. */
function listServers(hosts: string, host?: string, port?: string): DatabaseUrl['servers'] {
  const listed = (host ? host.split(',') : hosts.split(',')).map((text) => {
    if (host) return { host: text, port: undefined };
    const [, name, number] = SERVER.exec(text) ?? [];
    if (name === undefined) throw new DatabaseUrlError(EXAMPLE);
    return { host: decode(name).replace(/^\[(.*)\]$/, '$1'), port: number || undefined };
  });
  const ports = port ? port.split(',') : [];
  if (ports.length > 1 && ports.length !== listed.length)
    throw new DatabaseUrlError(
      `a URL with one port for all hosts or one for each, instead of ${ports.length} ports and ${listed.length} hosts`,
    );
  return listed.map((server, at) => ({
    host: server.host || 'localhost',
    port: toPort((ports.length > 1 ? ports[at] : ports[0]) || server.port || '5432'),
  }));
}

function toPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new DatabaseUrlError(
    'a URL with ports from 1 to 65535, for example postgres://user@localhost:5432/contacts',
  );
}

/**
 * Completes DATABASE_URL as libpq does: parts that it does not contain come from the variables PG*. Removes quotation
 * marks around it, which `docker run --env-file` does not.
 * @returns undefined if neither DATABASE_URL nor PGHOST is set
 */
export function readDatabaseUrl(env: NodeJS.ProcessEnv): string | undefined {
  const set = (name: string) => (env[name]?.trim() ? env[name] : undefined);
  const url =
    set('DATABASE_URL')
      ?.trim()
      .replace(/^(["'])(.*)\1$/, '$2') ??
    (set('PGHOST') && 'postgres://');
  if (url === undefined || !PARTS.test(url)) return url;
  const missing = Object.entries(VARIABLES).flatMap(([variable, parameter]) => {
    const value = set(variable);
    return value !== undefined && !contains(url, parameter) ? [[parameter, value]] : [];
  });
  // encodeURIComponent, because URLSearchParams would encode a space as "+".
  const added = missing.map((pair) => pair.map((text = '') => encodeURIComponent(text)).join('='));
  return [url, ...added].reduce((all, text) => `${all}${all.includes('?') ? '&' : '?'}${text}`);
}

/** Returns whether the URL sets a parameter, in the query or in its other parts. */
function contains(url: string, parameter: string): boolean {
  const [, login, hosts = '', path, query] = PARTS.exec(url) ?? [];
  const inParts: Record<string, boolean> = {
    user: !!login,
    password: !!login?.includes(':'),
    host: !!hosts,
    port: /:\d+(,|$)/.test(hosts),
    dbname: !!path,
  };
  const parameters = new URLSearchParams(query);
  // Other libraries use `ssl` instead of sslmode.
  return (
    inParts[parameter] || parameters.has(parameter) || !!(parameter === 'sslmode' && parameters.get('ssl'))
  );
}
