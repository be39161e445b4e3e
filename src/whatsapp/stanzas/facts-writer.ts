import { Logger } from '@nestjs/common';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { isRefusal } from '../../database/database-errors.js';
import type { Transaction } from '../../database/transaction.js';
import type { StanzaFactsWriter } from './stanza-facts-writer.js';
import { noFacts, type StanzaFacts } from './stanza-facts.js';

/** Saves what stanzas say, so that no fact can hold up the others. */
export class FactsWriter {
  private readonly logger = new Logger(FactsWriter.name);

  constructor(
    private readonly owner: AddressBookOwner & { linkedAt: Date },
    private readonly writer: StanzaFactsWriter,
    private readonly transact: (work: (tx: Transaction) => Promise<void>) => Promise<void>,
  ) {}

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

  private async write(facts: StanzaFacts): Promise<void> {
    await this.transact((tx) => this.writer.write(tx, this.owner, facts));
  }
}

function singly({ changes, ...others }: StanzaFacts): StanzaFacts[] {
  const ofPeople = Object.entries(changes).flatMap(([kind, list]) =>
    list.map((entry) => {
      const facts = noFacts();
      return { ...facts, changes: { ...facts.changes, [kind]: [entry] } };
    }),
  );
  return [...ofPeople, { ...others, changes: noFacts().changes }];
}
