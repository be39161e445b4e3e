import { ADDRESS } from '../contact.sql.js';
import type { AddValue } from './contact-filter.sql.js';

/** Orders of lists. `updated` begins with the contact that changed last. */
export const SORTS = ['jid', 'name', 'updated'] as const;
export type ContactSort = (typeof SORTS)[number];

/** Position of a contact in an order. */
export interface ContactPlace {
  /** JID, or LID if the contact has no number. */
  address: string;
  /** The value that the contacts are sorted by before the address; empty if they are sorted by the address alone. */
  key: string;
}

export interface Order {
  /** SQL expressions on row `c`, of type text. */
  key: string;
  by: string;
  /** Whether an index has this order. */
  isIndexed: boolean;
  /** Returns the condition that row `c` comes after a place. */
  after(place: ContactPlace, add: AddValue): string;
}

/** Microseconds since 1970: unlike the text of a time, each such number can be read. */
const UPDATED_US = '(extract(epoch FROM c.updated_at) * 1000000)::bigint';

export const ORDERS: Readonly<Record<ContactSort, Order>> = {
  jid: {
    key: `''`,
    by: ADDRESS,
    isIndexed: true,
    after: ({ address }, add) => `${ADDRESS} > ${add(address)}`,
  },
  name: {
    key: 'c.sort_name',
    by: `c.sort_name, ${ADDRESS}`,
    isIndexed: true,
    after: ({ address, key }, add) => `(c.sort_name, ${ADDRESS}) > (${add(key)}, ${add(address)})`,
  },
  updated: {
    key: `${UPDATED_US}::text`,
    by: `c.updated_at DESC, ${ADDRESS} DESC`,
    isIndexed: false,
    after: ({ address, key }, add) => `(${UPDATED_US}, ${ADDRESS}) < (${add(key)}::bigint, ${add(address)})`,
  },
};
