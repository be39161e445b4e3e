// Copies an address book to a file and keeps it up to date: node consumer.ts http://localhost:8888 copy.json
// Requires Node.js 22.18 or later. Set API_KEY if the service requires a key. The program exits on errors and continues when
// you start it again.
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
    copy.after ||= page.changesNext; // of the first page, because the feed contains all later changes
    for (const contact of page.items) copy.people[contact.id] = contact;
    cursor = page.next_cursor;
  }
  return copy;
}

let copy =
  (JSON.parse(await readFile(file, 'utf8').catch(() => 'null')) as Copy | null) ?? (await readList());
for (;;) {
  await writeFile(`${file}.new`, JSON.stringify(copy));
  await rename(`${file}.new`, file); // contacts and position change atomically
  const { status, items, next } = await get<{ items: Change[]; next: number }>(
    `/changes?after=${copy.after}&wait=30`,
  );
  // The position is no longer in the feed, or the first sync has added contacts that are not in the feed.
  if (status === 410 || items.some(({ kind }) => kind === 'sync.completed')) copy = await readList();
  else {
    for (const { id, contact } of items) {
      if (contact) copy.people[contact.id] = contact;
      else if (id) delete copy.people[id];
    }
    copy.after = next;
  }
}
