import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min, ValidateBy } from 'class-validator';
import ipaddr from 'ipaddr.js';
import { PROXY_URL_FORM, ProxyUrl } from '../network/proxy-url.js';
import { isTrustworthyUrl } from '../network/trustworthy-url.js';
import { parseDatabaseUrl } from './database-url.js';

/** Converts text to a number. Returns other text unchanged, so that the error message contains it. */
const toNumber = ({ value }: { value: unknown }) => (/^-?\d+$/.test(String(value)) ? Number(value) : value);

const toBoolean = ({ value }: { value: unknown }) => {
  const text = String(value).toLowerCase();
  return text === 'true' || (text === 'false' ? false : value);
};

export const toWords = ({ value }: { value: unknown }) =>
  typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value;

export const toList = ({ value }: { value: unknown }) =>
  toWords({ value: typeof value === 'string' ? value.toLowerCase() : value });

/** @param form used in the error message, for example "number of days" */
export function Integer(
  min: number,
  max: number,
  { form, example }: { form: string; example: number },
): PropertyDecorator {
  const message = `a ${form} from ${min} to ${max}, for example ${example}`;
  const decorators = [Transform(toNumber), IsInt({ message }), Min(min, { message }), Max(max, { message })];
  return (config, name) => decorators.forEach((decorate) => decorate(config, name));
}

export function Flag(): PropertyDecorator {
  const decorators = [Transform(toBoolean), IsBoolean({ message: 'true or false' })];
  return (config, name) => decorators.forEach((decorate) => decorate(config, name));
}

export const OneOf = (values: readonly string[]) =>
  IsIn(values, { message: values.join(', ').replace(/, (\w+)$/, ' or $1') });

/** Accepts the URLs that libpq accepts. The message depends on the fault. */
export function PostgresUrl(): PropertyDecorator {
  const problem = (url: unknown) => {
    try {
      parseDatabaseUrl(String(url));
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  return ValidateBy({
    name: 'isPostgresUrl',
    validator: { validate: (url) => !problem(url), defaultMessage: (invalid) => problem(invalid?.value) },
  });
}

/** An optional proxy. @param orDirect whether `direct` is also valid */
export function Proxy({ orDirect = false } = {}): PropertyDecorator {
  const validate = (text: unknown) =>
    (orDirect && text === 'direct') || ProxyUrl.parse(String(text)) !== null;
  const message = orDirect ? `direct, or ${PROXY_URL_FORM}` : PROXY_URL_FORM;
  const decorators = [IsOptional(), ValidateBy({ name: 'isProxyUrl', validator: { validate } }, { message })];
  return (config, name) => decorators.forEach((decorate) => decorate(config, name));
}

/** Accepts `https:` URLs, and `http:` URLs of this machine. */
export function ServerUrl(example: string): PropertyDecorator {
  const validator = { validate: (text: unknown) => isTrustworthyUrl(String(text)) };
  const message = `an https URL without user, query and fragment, or http on localhost, for example ${example}`;
  return ValidateBy({ name: 'isServerUrl', validator }, { message });
}

/** Names of address ranges in the setting "trust proxy" of Express. */
const NAMED_RANGES = ['loopback', 'linklocal', 'uniquelocal'];

/** A list of IP addresses, CIDRs and named ranges. A range of all addresses is invalid. */
export function TrustedAddresses(): PropertyDecorator {
  const validate = (text: unknown) =>
    NAMED_RANGES.includes(String(text)) ||
    ipaddr.isValid(String(text)) ||
    (ipaddr.isValidCIDR(String(text)) && !String(text).endsWith('/0'));
  const message =
    'the addresses of your proxies, separated by commas: IP addresses, CIDRs other than /0, loopback, linklocal or ' +
    'uniquelocal, for example 10.0.0.7,172.16.0.0/12';
  return listOf(ValidateBy({ name: 'isTrustedAddress', validator: { validate } }, { each: true, message }));
}

/** A list of origins, in the form that browsers send. */
export function Origins(): PropertyDecorator {
  const validate = (text: unknown) => /^https?:/.test(String(text)) && originOf(String(text)) === text;
  const message =
    'origins separated by commas, without a path, for example https://app.example.com,http://localhost:5173. ' +
    '"*" is not possible: list each origin whose pages you trust with an API key';
  return listOf(ValidateBy({ name: 'isOrigin', validator: { validate } }, { each: true, message }));
}

function listOf(validate: PropertyDecorator): PropertyDecorator {
  return (config, name) => [Transform(toList), validate].forEach((decorate) => decorate(config, name));
}

function originOf(text: string): string | null {
  return URL.canParse(text) ? new URL(text).origin : null;
}
