import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { promisify } from 'node:util';

/** Where LibreOffice is installed; undefined if it is not. */
export const libreOfficePath = ['/usr/bin/soffice', '/usr/bin/libreoffice'].find((path) => existsSync(path));

/** Decimal codes of separators in filter options of LibreOffice. */
const CODES = { ',': 44, ';': 59, tab: 9 };
export type Separator = keyof typeof CODES;

/** A cell as LibreOffice has read it. */
export interface Cell {
  /** `float`, `date` and others if the text was converted. */
  type: string;
  text: string;
  formula: string | null;
}

const QUOTE_AND_UTF8 = '34,76,1';

/**
 * Opens files in LibreOffice with its default settings, which run formulas in CSV files.
 *
 * @param files contents by file name; CSV or XLSX
 * @param separator at which CSV files are split
 * @returns the rows of the first sheet of each file
 */
export async function open(
  files: Readonly<Record<string, Buffer>>,
  separator: Separator = ',',
): Promise<Record<string, Cell[][]>> {
  const folder = await mkdtemp(join(tmpdir(), 'office-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const isCsv = Object.keys(files).every((name) => extname(name) === '.csv');
    await promisify(execFile)(
      libreOfficePath ?? 'soffice',
      [
        `-env:UserInstallation=file://${folder}/profile`,
        '--headless',
        ...(isCsv ? [`--infilter=CSV:${CODES[separator]},${QUOTE_AND_UTF8}`] : []),
        '--convert-to',
        'fods',
        '--outdir',
        folder,
        ...Object.keys(files).map((name) => join(folder, name)),
      ],
      { timeout: 120_000 },
    );
    const opened: Record<string, Cell[][]> = {};
    for (const name of Object.keys(files)) {
      const xml = await readFile(join(folder, `${basename(name, extname(name))}.fods`), 'utf8');
      opened[name] = rowsOf(xml);
    }
    return opened;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads the cells of a flat OpenDocument spreadsheet. Drops empty rows and cells at the end. */
function rowsOf(xml: string): Cell[][] {
  const [table = ''] = /<table:table [^]*?<\/table:table>/.exec(xml) ?? [];
  const rows = [...table.matchAll(/<table:table-row[^>]*>([^]*?)<\/table:table-row>/g)].map(
    ([, row = '']) => {
      const cells = [
        ...row.matchAll(/<table:table-cell([^>]*?)(?:\/>|>([^]*?)<\/table:table-cell>)/g),
      ].flatMap(([, attributes = '', content = '']) => {
        const attribute = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(attributes)?.[1];
        const cell = {
          type: attribute('office:value-type') ?? 'empty',
          text: [...content.matchAll(/<text:p(?:\/>|(?: [^>]*)?>([^]*?)<\/text:p>)/g)]
            .map(([, text = '']) => toText(text))
            .join('\n'),
          formula: attribute('table:formula') ?? null,
        };
        const repeated = Number(attribute('table:number-columns-repeated') ?? 1);
        return Array.from({ length: cell.type === 'empty' ? Math.min(repeated, 100) : repeated }, () => cell);
      });
      return cells;
    },
  );
  return rows.filter((row) => row.some(({ type }) => type !== 'empty'));
}

function toText(xml: string): string {
  return xml
    .replace(/<text:s text:c="(\d+)"\/>/g, (_, count: string) => ' '.repeat(Number(count)))
    .replace(/<text:s\/>/g, ' ')
    .replace(/<text:tab\/>/g, '\t')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
