import { setTimeout as sleep } from 'node:timers/promises';
import type { ContactDto } from '../../src/api/contacts/contact.dto.js';
import type { SessionsWorld } from '../sessions/sessions-world.js';
import { eventually } from '../support/service.js';
import type { Contact } from '../whatsapp-server/contact.js';
import type { Phone } from '../whatsapp-server/phone.js';

const BETWEEN_CHANGES_MS = 100;

/** Another session in the same process, whose contact repeatedly changes its push name, and measurements of it. */
export class Neighbour {
  /** From each change until the API returns it, in ms. */
  readonly delaysMs: number[] = [];
  private readonly contact: Contact;
  private changes = 0;

  constructor(
    private readonly world: SessionsWorld,
    private readonly session: string,
    private readonly phone: Phone,
    number: string,
  ) {
    this.contact = world.server.createContact({ number, pushName: 'Change 0' });
  }

  /** Logins so far; one more for each lost connection. */
  get logins(): number {
    return this.phone.companions[0]?.logins ?? 0;
  }

  get longestMs(): number {
    return Math.round(Math.max(0, ...this.delaysMs));
  }

  /** Makes one change, and measures how long it takes to arrive. */
  async change(): Promise<void> {
    this.changes += 1;
    const name = `Change ${this.changes}`;
    const startedAtMs = performance.now();
    this.contact.setPushName(name);
    await this.contact.sendText(this.phone, 'hello');
    const path = `/sessions/${this.session}/getcontact?phone=${this.contact.number}`;
    await eventually(`${name} of the other session arrives`, async () => {
      const { status, body } = await this.world.api.get<ContactDto>(path);
      return status === 200 && body.push_name === name;
    });
    this.delaysMs.push(performance.now() - startedAtMs);
  }

  /** Makes changes while the work runs, at least one. */
  async during(work: Promise<unknown>): Promise<void> {
    let isDone = false;
    const done = work.finally(() => (isDone = true));
    // The test fails with the first error.
    done.catch(() => {});
    do {
      await this.change();
      await sleep(BETWEEN_CHANGES_MS);
    } while (!isDone);
    await done;
  }
}
