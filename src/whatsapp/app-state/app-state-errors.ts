/** The phone has not yet shared the key of these records. */
export class MissingSyncKey extends Error {
  /** @param keyId base64; null if it has not shared any key */
  constructor(readonly keyId: string | null) {
    super(`The phone has not yet shared ${keyId === null ? 'a sync key' : `the sync key ${keyId}`}`);
  }
}

/** Data of the server, the media server or the phone failed verification. None of it was applied. */
export class CorruptAppState extends Error {}

/** The server returned an error instead of a collection. */
export class CollectionRefused extends Error {
  constructor(
    readonly collection: string,
    readonly code: number,
    text: string,
  ) {
    super(`WhatsApp rejected the request for the collection ${collection}: ${code} ${text}`);
  }
}

/** The collection has changed during the read. The result is discarded, and the read repeated. */
export class OutdatedRead extends Error {
  constructor(collection: string) {
    super(`The collection ${collection} has changed during the read`);
  }
}

/** Too many reads in reader processes did not finish. The next attempt follows hours later. */
export class ReadSuspended extends Error {
  constructor(collection: string) {
    super(`Attempts to read the collection ${collection} did not finish; the next one follows in 6 hours`);
  }
}
