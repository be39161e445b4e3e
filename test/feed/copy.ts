import type { ChangeDto } from '../../src/api/changes/changes.dto.js';
import type { ContactDto } from '../../src/api/contacts/contact.dto.js';
import type { ContactDetailsDto } from '../../src/api/contacts/contact-details.dto.js';
import type { ContactPageDto } from '../../src/api/contacts/contact-list.dto.js';

/** Sends a GET request to the service. @throws if there is no response */
export type Get = <Body>(path: string) => Promise<{ status: number; headers: Headers; body: Body }>;

/** Thrown when the list has to be read again because the feed cannot continue. */
export class ReadAgain extends Error {}

/** State of a consumer: the contacts and its position in the feed, which are stored together. */
export class Copy {
  private constructor(
    readonly people: ReadonlyMap<string, ContactDetailsDto>,
    readonly position: number,
  ) {}

  /** Reads the whole list. The feed repeats changes that are made between its pages. */
  static async read(get: Get, prefix: string): Promise<Copy> {
    const people = new Map<string, ContactDetailsDto>();
    let cursor: string | null = null;
    let position: number | null = null;
    do {
      const { status, headers, body }: Awaited<ReturnType<typeof get<ContactPageDto>>> =
        await get<ContactPageDto>(`${prefix}/contacts?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`);
      if (status !== 200) throw new Error(`${prefix}/contacts answers ${status}`);
      position ??= Number(headers.get('changes-next'));
      for (const item of body.items) people.set(item.id, item);
      cursor = body.next_cursor;
    } while (cursor !== null);
    return new Copy(people, position);
  }

  /**
   * Follows the feed; what it has seen already, it passes by.
   * @param isCompact whether numbers may be missing
   * @throws ReadAgain
   */
  with(changes: ChangeDto[], { next, isCompact = false }: { next?: number; isCompact?: boolean } = {}): Copy {
    const people = new Map(this.people);
    let { position } = this;
    for (const change of changes) {
      const { seq, kind, id, contact } = change;
      if (seq <= position) continue;
      if (!isCompact && seq !== position + 1) throw new Error(`${seq} follows on ${position}`);
      position = seq;
      if (kind === 'sync.completed') throw new ReadAgain();
      if (id === null) continue;
      if (contact === null) people.delete(id);
      else people.set(id, contact);
    }
    return new Copy(people, Math.max(position, next ?? 0));
  }

  /** In what it differs from the lists of the service. */
  async differences(get: Get, prefix: string): Promise<string[]> {
    const [list, names] = [
      await get<ContactPageDto>(`${prefix}/contacts?limit=1000`),
      await get<ContactDto[]>(`${prefix}/getcontacts`),
    ];
    return [
      ...compare('/contacts', list.body.items, [...this.people.values()]),
      ...compare('/getcontacts', names.body, [...this.people.values()].flatMap(toNames)),
    ];
  }
}

/** Returns the contact as /getcontacts does; null without a number or without any of the three names. */
function toNames({
  jid,
  push_name: push,
  full_name: full,
  first_name: first,
}: ContactDetailsDto): ContactDto[] {
  if (jid === null || (push ?? full ?? first) === null) return [];
  return [{ jid, push_name: push ?? '', full_name: full ?? '', first_name: first ?? '' }];
}

function compare(what: string, listed: object[], copied: object[]): string[] {
  const sorted = (items: object[]) =>
    items.map((item) => JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();
  const [expected, actual] = [sorted(listed), sorted(copied)];
  return [
    ...expected.filter((item) => !actual.includes(item)).map((item) => `${what}: not in the copy: ${item}`),
    ...actual.filter((item) => !expected.includes(item)).map((item) => `${what}: only in the copy: ${item}`),
  ];
}
