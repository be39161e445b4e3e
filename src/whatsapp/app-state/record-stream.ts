import { setImmediate as nextTurn } from 'node:timers/promises';
import { FieldStream, type ReadFields, type WantedMessages } from '../wire/field-stream.js';

/** Reads all records of a collection, and the fields next to them, from a message that arrives in chunks. */
export class RecordStream {
  private waiting: Buffer[] = [];
  private readonly values: ReadFields = {};
  private readonly stream: FieldStream;

  /** @param read called for each record, one after another */
  constructor(
    wanted: WantedMessages,
    recordField: number,
    private readonly read: (record: Buffer) => Promise<void>,
  ) {
    this.stream = new FieldStream(wanted, (field, content) => {
      if (!Buffer.isBuffer(content)) this.values[field] = content[1];
      else if (field === recordField) this.waiting.push(content);
      else this.values[field] = content;
    });
  }

  /** @throws InputRefused, or the error of a record */
  async push(chunk: Buffer): Promise<void> {
    this.stream.push(chunk);
    const { waiting } = this;
    this.waiting = [];
    for (const record of waiting) await this.read(record);
    await nextTurn();
  }

  /** Returns the fields other than records; of a nested message, the value of its field 1. */
  end(): ReadFields {
    this.stream.end();
    return this.values;
  }
}
