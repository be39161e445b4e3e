/** Values that differ with each run. */
const GENERATED = [
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/,
  /^[A-Z0-9]{8}$/,
  /^[0-9a-f]{12}$/,
  /^w(ac|st)_/,
  /^wh_[0-9a-f]{16}$/,
];

/**
 * Returns the differences between a documented and a real JSON value. Numbers, times and generated values can differ.
 * `…` in the documented one replaces the rest of a string, an array or an object.
 */
export function differences(documented: unknown, real: unknown, at = 'body'): string[] {
  const isEqual =
    typeof documented === 'object' && documented !== null ? undefined : isLike(documented, real);
  if (isEqual !== undefined) {
    return isEqual ? [] : [`${at}: ${JSON.stringify(real)} instead of ${JSON.stringify(documented)}`];
  }
  if (typeof real !== 'object' || real === null || Array.isArray(documented) !== Array.isArray(real)) {
    return [`${at}: ${JSON.stringify(real)} has another type`];
  }
  const { '…': rest, ...expected } = documented as Record<string, unknown>;
  const isPartial = rest !== undefined || Object.values(expected).includes('…');
  const names = Object.keys(expected).filter((name) => expected[name] !== '…');
  const others = Object.keys(real).filter((name) => !isPartial && !(name in expected));
  return [
    ...others.map((name) => `${at}.${name} is not documented`),
    ...names.flatMap((name) =>
      differences(expected[name], (real as Record<string, unknown>)[name], `${at}.${name}`),
    ),
  ];
}

function isLike(documented: unknown, real: unknown): boolean {
  if (typeof documented !== 'string' || typeof real !== 'string') {
    return typeof documented === 'number' ? typeof real === 'number' : documented === real;
  }
  if (GENERATED.some((form) => form.test(documented) && form.test(real))) return true;
  const [start = ''] = documented.split('…');
  return documented.includes('…') ? real.startsWith(start) : documented === real;
}

/** Reads JSON or NDJSON, in which `…` can also replace the rest of an array. */
export function parseDocumented(text: string): unknown {
  const lines = text.trim().split('\n');
  const isNdjson = lines.length > 1 && lines.every((line) => /^\{.*\}$/.test(line));
  return JSON.parse(isNdjson ? `[${lines.join()}]` : text.replace(/,…\]/, ',"…"]'));
}

/** Replaces times, and line breaks of network protocols. */
export function normaliseText(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(/20\d\d-?\d\d-?\d\dT[\d:]+Z/g, 'a time');
}
