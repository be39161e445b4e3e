import type { CreatedKeyDto } from '../../src/api/keys/keys.dto.js';
import { ServedAddressBook } from '../contacts/served-address-book.js';
import { type Answer, Service } from '../support/service.js';

export const MASTER = 'a-key-for-everything-0123456789';

/** Two API replicas that require keys. */
export class AccessWorld {
  private constructor(
    readonly book: ServedAddressBook,
    readonly other: Service,
  ) {}

  static async start(): Promise<AccessWorld> {
    const book = await ServedAddressBook.start({ API_KEY: MASTER });
    await book.clear();
    await book.save('Anna', 'Ben');
    const environment = { DATABASE_URL: book.database.url, ROLE: 'api', API_KEY: MASTER };
    return new AccessWorld(book, await Service.start(environment));
  }

  /** @param key null: none is sent */
  request<Body = { message: string }>(
    method: string,
    path: string,
    key: string | null,
    json?: unknown,
    service: Service = this.book.service,
  ): Promise<Answer<Body>> {
    return service.request<Body>(path, { method, json, key });
  }

  async create(fields: Record<string, unknown>): Promise<CreatedKeyDto> {
    const { status, body, text } = await this.request<CreatedKeyDto>('POST', '/keys', MASTER, {
      name: 'a test',
      ...fields,
    });
    if (status !== 201) throw new Error(text);
    return body;
  }

  async stop(): Promise<void> {
    await this.other.stop();
    await this.book.stop();
  }
}
