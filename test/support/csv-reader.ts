/** Reads CSV by RFC 4180, sharing nothing with what writes it. @throws Error for what the RFC does not allow */
export function readCsv(text: string): string[][] {
  const record: string[] = [];
  const records: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (field.lastIndex < text.length) {
    const start = field.lastIndex;
    const match = field.exec(text);
    if (!match) throw new Error(`No CSV from character ${start} on: ${text.slice(start, start + 80)}`);
    record.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\r\n') records.push(record.splice(0));
  }
  if (record.length > 0) throw new Error('The last record is not ended by CRLF');
  return records;
}
