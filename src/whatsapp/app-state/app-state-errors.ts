/** The phone has not yet shared the key with which these records are encrypted. */
export class MissingSyncKey extends Error {
  /** @param keyId base64; null when there is none at all yet */
  constructor(readonly keyId: string | null) {
    super(`The phone has not yet shared ${keyId === null ? 'a sync key' : `the sync key ${keyId}`}`);
  }
}

/** What the server or the media server sent is not what the phone has signed; nothing of it was applied. */
export class CorruptAppState extends Error {}

/** The server refuses to give a collection. */
export class CollectionRefused extends Error {
  constructor(
    readonly collection: string,
    readonly code: number,
    text: string,
  ) {
    super(`WhatsApp refuses the collection ${collection}: ${code} ${text}`);
  }
}

/** The collection has moved on while it was read; what was read is dropped, and read again. */
export class OutdatedRead extends Error {
  constructor(collection: string) {
    super(`${collection} has moved on while it was read`);
  }
}

/** Attempts to read what needs a reader process did not end; the next one follows hours later. */
export class ReadSuspended extends Error {
  constructor(collection: string) {
    super(`Attempts to read ${collection} did not end; the next one follows after 6 hours`);
  }
}
