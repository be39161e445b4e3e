import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { SecretsError } from './secrets.errors.js';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Encrypted text: `enc1:`, the key ID, `:`, and IV, ciphertext and tag in base64. JSON cannot start like this. */
const PREFIX = 'enc1';
const ENCRYPTED = new RegExp(`^${PREFIX}:([0-9a-f]{16}):`);

/** Prefixes reserved for encrypted text, in any version or spelling. */
const RESERVED = /^enc\d*:/i;

/** Table and primary key of a secret. Authenticated: a secret that was moved to another row cannot be decrypted. */
export type RowIdentity = readonly [table: string, ...key: string[]];

/** Encrypts stored secrets with ENCRYPTION_KEY. Without a key, they are stored in plaintext. */
export class Secrets {
  private readonly keys: ReadonlyMap<string, Buffer>;
  /** ID of the key that encrypts; null without a key. */
  readonly currentId: string | null;
  private isPlaintextRejected = false;

  /** @param keys in the format of Config.ENCRYPTION_KEY; the first one encrypts */
  constructor(keys: readonly string[]) {
    this.keys = new Map(keys.map((text) => readKey(text)).map((key) => [idOf(key), key]));
    [this.currentId = null] = this.keys.keys();
  }

  has(id: string): boolean {
    return this.keys.has(id);
  }

  /** Prefix of all texts that the current key has encrypted; null without a key. */
  get currentPrefix(): string | null {
    return this.currentId && `${PREFIX}:${this.currentId}:`;
  }

  get rejectsPlaintext(): boolean {
    return this.isPlaintextRejected;
  }

  /** Makes decrypt() reject plaintext from now on. All secrets are encrypted, so another program wrote it. */
  rejectPlaintext(): void {
    this.isPlaintextRejected = this.currentId !== null;
  }

  encrypt(text: string, row: RowIdentity): string {
    const key = this.currentId && this.keys.get(this.currentId);
    if (!key) return text;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, key, iv).setAAD(aadOf(row));
    const bytes = Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
    return `${this.currentPrefix}${bytes.toString('base64')}`;
  }

  /**
   * Decrypts a text with the key that encrypted it. Returns plaintext unchanged until rejectPlaintext() is called.
   * @throws SecretsError if the key is missing, the text was changed or moved, or plaintext is rejected
   */
  decrypt(text: string, row: RowIdentity): string {
    const [prefix, id] = ENCRYPTED.exec(text) ?? [];
    if (prefix === undefined || id === undefined) return this.acceptPlaintext(text, row);
    const key = this.keys.get(id);
    if (!key)
      throw new SecretsError(
        `${row.join(' ')} is encrypted with the key ${id}, which is not in ENCRYPTION_KEY. Add this key.`,
      );
    const bytes = Buffer.from(text.slice(prefix.length), 'base64');
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
        `${row.join(' ')} cannot be decrypted, because it was changed or moved from another row.`,
      );
    }
  }

  private acceptPlaintext(text: string, row: RowIdentity): string {
    if (!this.isPlaintextRejected && !RESERVED.test(text)) return text;
    throw new SecretsError(
      `${row.join(' ')} is not encrypted by this service. Check that ENCRYPTION_KEY is set for every process. If it ` +
        'is, another program changed the database: restore the row from a backup, or delete the session and link it ' +
        'again.',
    );
  }
}

/** Returns an ID that does not reveal the key: 64 bits of a hash of 256 random bits. */
function idOf(key: Buffer): string {
  return createHash('sha256').update('whatsapp-contacts key id').update(key).digest('hex').slice(0, 16);
}

function readKey(text: string): Buffer {
  return Buffer.from(text, text.length === 64 ? 'hex' : 'base64');
}

function aadOf(row: RowIdentity): Buffer {
  return Buffer.from(JSON.stringify(row));
}
