import { Logger } from '@nestjs/common';
import type { AccountsRepository } from '../../../accounts/accounts.repository.js';
import type { AddressBookOwner, PushName } from '../../../contacts/contact-changes.js';
import { cleanName, type ContactsService } from '../../../contacts/contacts.service.js';
import { isRefusal } from '../../../database/database-errors.js';
import type { Ownership } from '../../session/ownership.js';
import { noFacts, type StanzaFacts } from './stanza-facts.js';

export interface FactsWriterOptions {
  owner: AddressBookOwner & { linkedAt: Date };
  contacts: ContactsService;
  accounts: AccountsRepository;
  ownership: Ownership;
}

/** Writes what stanzas say of people. */
export class FactsWriter {
  private readonly logger = new Logger(FactsWriter.name);

  constructor(private readonly options: FactsWriterOptions) {}

  /**
   * In one transaction. A fact that the database refuses (which would be a defect of this service) must not hold up
   * the others: it would be delivered again, and refused again, for ever. So then each is saved by itself.
   */
  async save(facts: StanzaFacts): Promise<void> {
    try {
      await this.write(facts);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const single of singly(facts)) await this.writeOrSkip(single);
    }
  }

  private async writeOrSkip(facts: StanzaFacts): Promise<void> {
    try {
      await this.write(facts);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.logger.error(`The database refuses news of a person; they are lost: ${(error as Error).message}`);
    }
  }

  private async write({ changes, ownPushName }: StanzaFacts): Promise<void> {
    const { ownership, contacts, accounts, owner } = this.options;
    const pushNames = changes.pushNames.map((heard) => this.afterLinking(heard));
    await ownership.transaction(async (tx) => {
      await contacts.apply(tx, owner, { ...changes, pushNames });
      await accounts.update(tx, owner.accountId, { pushName: cleanName(ownPushName) });
    });
  }

  /** What comes over this link is newer than the history told at linking, whatever the clocks say. */
  private afterLinking(heard: PushName): PushName {
    const { linkedAt } = this.options.owner;
    return heard.heardAt > linkedAt ? heard : { ...heard, heardAt: linkedAt };
  }
}

function singly({ changes, ownPushName }: StanzaFacts): StanzaFacts[] {
  const ofPeople = Object.entries(changes).flatMap(([kind, list]) =>
    list.map((entry) => {
      const facts = noFacts();
      return { ...facts, changes: { ...facts.changes, [kind]: [entry] } };
    }),
  );
  return ownPushName === null ? ofPeople : [...ofPeople, { ...noFacts(), ownPushName }];
}
