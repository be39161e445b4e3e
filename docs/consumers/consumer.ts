// Keeps a copy of an address book. Run it, kill it, run it again: node consumer.ts http://localhost:8888 copy.json
import { readFile, rename, writeFile } from 'node:fs/promises';

const [base = 'http://localhost:8888', file = 'copy.json'] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${process.env.API_KEY ?? ''}` };
type Contact = { id: string; full_name: string | null };
type Copy = { after: number; people: Record<string, Contact> };
type Change = { kind: string; id: string | null; contact: Contact | null };

async function readAll(): Promise<Copy> {
  const people: Copy['people'] = {};
  let [after, cursor]: [number | null, string | null] = [null, ''];
  while (cursor !== null) {
    const response = await fetch(`${base}/contacts?limit=1000${cursor && `&cursor=${cursor}`}`, { headers });
    if (!response.ok) throw new Error(await response.text());
    after ??= Number(response.headers.get('changes-next')); // of the first page: what comes later comes again
    const page = (await response.json()) as { items: Contact[]; next_cursor: string | null };
    for (const contact of page.items) people[contact.id] = contact;
    cursor = page.next_cursor;
  }
  return { after: after ?? 0, people };
}

let copy = JSON.parse(await readFile(file, 'utf8').catch(() => 'null')) as Copy | null;
for (;;) {
  try {
    copy ??= await readAll();
    const response = await fetch(`${base}/changes?after=${copy.after}&wait=30&limit=1000`, { headers });
    const { items, next } = (response.ok ? await response.json() : {}) as { items?: Change[]; next?: number };
    if (!items && response.status !== 410) throw new Error(`The service answers ${response.status}`);
    for (const { id, contact } of items ?? []) {
      if (id && contact) copy.people[id] = contact;
      else if (id) delete copy.people[id];
    }
    // Too old a number, or a first sync: the whole list is to be read once more.
    const isNew = !items || items.some(({ kind }) => kind === 'sync.completed');
    copy = isNew ? await readAll() : { ...copy, after: next ?? copy.after };
    await writeFile(`${file}.new`, JSON.stringify(copy)); // the copy and its number, both or neither
    await rename(`${file}.new`, file);
  } catch (error) {
    console.error(String(error));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
