// Keeps a copy of an address book: node consumer.ts http://localhost:8888 copy.json
// It ends when the service is away. Start it again, as often as you like: it goes on where it was.
import { readFile, rename, writeFile } from 'node:fs/promises';

type Contact = { id: string; full_name: string | null };
type Change = { kind: string; id: string | null; contact: Contact | null };
type Copy = { after: number; people: Record<string, Contact> };

const [base = 'http://localhost:8888', file = 'copy.json'] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${process.env.API_KEY ?? ''}` };

async function get<T>(path: string): Promise<T & { status: number; changesNext: number }> {
  const response = await fetch(base + path, { headers });
  if (!response.ok && response.status !== 410) throw new Error(await response.text());
  const changesNext = Number(response.headers.get('changes-next'));
  return { ...((await response.json()) as T), status: response.status, changesNext };
}

async function readList(): Promise<Copy> {
  const copy: Copy = { after: 0, people: {} };
  for (let cursor: string | null = ''; cursor !== null;) {
    type Page = { items: Contact[]; next_cursor: string | null };
    const page: Page & { changesNext: number } = await get(
      `/contacts?limit=1000&cursor=${cursor}`.replace(/&cursor=$/, ''),
    );
    copy.after ||= page.changesNext; // of the first page: what changes later comes with the feed
    for (const contact of page.items) copy.people[contact.id] = contact;
    cursor = page.next_cursor;
  }
  return copy;
}

let copy =
  (JSON.parse(await readFile(file, 'utf8').catch(() => 'null')) as Copy | null) ?? (await readList());
for (;;) {
  await writeFile(`${file}.new`, JSON.stringify(copy)); // people and number, both or neither
  await rename(`${file}.new`, file);
  const { status, items, next } = await get<{ items: Change[]; next: number }>(
    `/changes?after=${copy.after}&wait=30`,
  );
  // Gone is what was too long ago; after a first sync, everything is new.
  if (status === 410 || items.some(({ kind }) => kind === 'sync.completed')) copy = await readList();
  else {
    for (const { id, contact } of items) {
      if (contact) copy.people[contact.id] = contact;
      else if (id) delete copy.people[id];
    }
    copy.after = next;
  }
}
