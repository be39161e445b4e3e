/** A property of a vCard, with unescaped components of its value. */
export interface VcardProperty {
  name: string;
  parameters: string[];
  values: string[];
}

/**
 * Reads vCards according to RFC 6350, independently of the code that writes them.
 *
 * @throws Error if a line is too long, lacks CRLF, or is not a property
 */
export function readVcards(text: string): VcardProperty[][] {
  if (!text.endsWith('\r\n')) throw new Error('The last line is not ended by CRLF');
  const lines = text.slice(0, -2).split('\r\n');
  for (const line of lines) {
    if (Buffer.byteLength(line) > 75 || /[\r\n]/.test(line)) throw new Error(`No line of a vCard: ${line}`);
  }
  const properties = text.slice(0, -2).replaceAll('\r\n ', '').split('\r\n').map(readProperty);
  const cards: VcardProperty[][] = [];
  for (const property of properties) {
    if (property.name === 'BEGIN') cards.push([]);
    cards.at(-1)!.push(property);
  }
  return cards;
}

function readProperty(line: string): VcardProperty {
  const match = /^([A-Z-]+)((?:;[^:]*)?):(.*)$/su.exec(line);
  if (!match) throw new Error(`No property: ${line}`);
  const [, name, parameters, value] = match as unknown as [string, string, string, string];
  const isText = !/VALUE=uri/.test(parameters) && !['PHOTO', 'IMPP'].includes(name);
  const values = isText
    ? `${value};`.match(/(?:\\.|[^\\;])*;/gsu)!.map((part) => part.slice(0, -1))
    : [value];
  return {
    name,
    parameters: parameters.split(';').filter(Boolean),
    values: isText ? values.map(unescape) : values,
  };
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gsu, (_, escaped: string) =>
    escaped === 'n' || escaped === 'N' ? '\n' : escaped,
  );
}
