import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { SecretsError } from './secrets.errors.js';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Of a sealed text: `enc1:`, the id of the key, `:`, and IV, ciphertext and tag in base64. JSON never begins so. */
const PREFIX = 'enc1';
const SEALED = new RegExp(`^${PREFIX}:([0-9a-f]{16}):`);

/** Which row a secret belongs to: the table and its primary key. A secret that was moved to another row cannot be opened. */
export type RowIdentity = readonly [table: string, ...key: string[]];

/** Beginnings that only an encrypted text may have, in any version or spelling. */
const RESERVED = /^enc\d*:/i;

/** Encrypts stored secrets with ENCRYPTION_KEY; without a key, they are stored as they are. */
export class Secrets {
  private readonly keys: ReadonlyMap<string, Buffer>;
  /** The id of the key that encrypts; null: none does. */
  readonly currentId: string | null;
  private isPlaintextRejected = false;

  /** @param keys as in Config.ENCRYPTION_KEY; the first seals */
  constructor(keys: readonly string[]) {
    this.keys = new Map(keys.map((text) => readKey(text)).map((key) => [idOf(key), key]));
    [this.currentId = null] = this.keys.keys();
  }

  has(id: string): boolean {
    return this.keys.has(id);
  }

  /** What the texts begin with that the current key has sealed; null when none seals. */
  get currentPrefix(): string | null {
    return this.currentId && `${PREFIX}:${this.currentId}:`;
  }

  get rejectsPlaintext(): boolean {
    return this.isPlaintextRejected;
  }

  /** From now on open() throws for texts that are not encrypted: all were, so another program wrote them. */
  rejectPlaintext(): void {
    this.isPlaintextRejected = this.currentId !== null;
  }

  seal(text: string, row: RowIdentity): string {
    const key = this.currentId && this.keys.get(this.currentId);
    if (!key) return text;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, key, iv).setAAD(aadOf(row));
    const bytes = Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
    return `${this.currentPrefix}${bytes.toString('base64')}`;
  }

  /**
   * @param sealed what seal() has given, with whichever of the keys; or a text from before encryption
   * @throws SecretsError when its key is not supplied, when it was changed or moved, and when it is not encrypted although
   * rejectPlaintext() was called
   */
  open(sealed: string, row: RowIdentity): string {
    const [prefix, id] = SEALED.exec(sealed) ?? [];
    if (prefix === undefined || id === undefined) return this.acceptPlaintext(sealed, row);
    const key = this.keys.get(id);
    if (!key)
      throw new SecretsError(
        `${row.join(' ')} is encrypted with the key ${id}, which is not in ENCRYPTION_KEY.`,
      );
    const bytes = Buffer.from(sealed.slice(prefix.length), 'base64');
    const tagAt = bytes.length - TAG_BYTES;
    try {
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(aadOf(row))
        .setAuthTag(bytes.subarray(tagAt));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, tagAt)), decipher.final()]).toString();
    } catch {
      throw new SecretsError(
        `${row.join(' ')} cannot be decrypted: it was changed, or belongs to another row.`,
      );
    }
  }

  private acceptPlaintext(text: string, row: RowIdentity): string {
    if (!this.isPlaintextRejected && !RESERVED.test(text)) return text;
    throw new SecretsError(
      `${row.join(' ')} is not encrypted as this service encrypts secrets. Check that ENCRYPTION_KEY is set for every process. ` +
        'If it is, another program changed the database: restore the row from a backup, or delete the session and link it again.',
    );
  }
}

/** Tells keys apart in the database, and gives nothing away: 64 bits of a hash of 256 random bits. */
function idOf(key: Buffer): string {
  return createHash('sha256').update('whatsapp-contacts key id').update(key).digest('hex').slice(0, 16);
}

function readKey(text: string): Buffer {
  return Buffer.from(text, text.length === 64 ? 'hex' : 'base64');
}

function aadOf(row: RowIdentity): Buffer {
  return Buffer.from(JSON.stringify(row));
}
