import {
  addTransactionCapability,
  type AuthenticationCreds,
  type BinaryNode,
  configureSuccessfulPairing,
  Curve,
  DEFAULT_CONNECTION_CONFIG,
  generateSignalPubKey,
  hmacSign,
  initAuthCreds,
  type KeyPair,
  makeNoiseHandler,
  NOISE_WA_HEADER,
  proto,
  type SignalKeyStore,
  WA_CERT_DETAILS,
} from '@whiskeysockets/baileys';
import { createSigner, type Signer } from '../wire/xeddsa.js';

/** Prefix of the data that the account signs (`WA_ADV_ACCOUNT_SIG_PREFIX`). */
const ACCOUNT_SIGNATURE = Buffer.from([6, 0]);
const HOUR_SECONDS = 3600;
const ACCOUNT = '15550000000';

const ignore = () => {};
/** Baileys logs the test's invalid signatures as errors. */
const SILENT: Parameters<typeof makeNoiseHandler>[0]['logger'] = {
  level: 'silent',
  child: () => SILENT,
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
};

/** A function of Baileys or libsignal that must accept a valid signature and reject others. */
interface Check {
  readonly name: string;
  /** @param signer signs in place of the correct key; undefined: the correct key */
  readonly run: (signer?: Signer) => void | Promise<void>;
}

/** @param creds of this device; creating them takes a slow signature */
const checksWith = (creds: AuthenticationCreds): readonly Check[] => [
  { name: 'certificate of the server, root', run: (signer) => shakeHands({ root: signer }) },
  { name: 'certificate of the server, leaf', run: (signer) => shakeHands({ intermediate: signer }) },
  { name: 'key of the server', run: (signer) => shakeHands({ certified: signer }) },
  { name: 'dates of the certificates', run: (signer) => shakeHands({ isExpired: signer !== undefined }) },
  { name: 'account signature', run: (signer) => completePairing(creds, signer) },
  { name: 'signed pre-key', run: (signer) => openSession(creds, signer) },
];

/**
 * Tests that Baileys and libsignal verify signatures, through their own functions: the Noise handshake,
 * `pair-success` and a Signal session with a bundle.
 * @throws Error that names the check that accepts an invalid signature or rejects a valid one
 */
export async function testSignatureChecks(): Promise<void> {
  for (const { name, run } of checksWith(initAuthCreds())) {
    await run();
    const isRejected = await Promise.resolve()
      .then(() => run(createSigner()))
      .then(
        () => false,
        () => true,
      );
    if (!isRejected) throw new Error(`Baileys does not verify: ${name}`);
  }
}

/** Replacements for signatures and certificates; omitted ones are valid. */
interface Handshake {
  root?: Signer;
  intermediate?: Signer;
  certified?: Signer;
  isExpired?: boolean;
}

/** Runs Baileys' Noise handshake with a server that is certified by a separate root. */
function shakeHands(wrong: Handshake): void {
  const [root, intermediate, server] = [createSigner(), createSigner(), Curve.generateKeyPair()];
  const dates = validity(wrong.isExpired);
  const chain = proto.CertChain.encode({
    intermediate: certify(wrong.root ?? root, {
      serial: 1,
      issuerSerial: WA_CERT_DETAILS.SERIAL,
      key: intermediate.public,
      ...dates,
    }),
    leaf: certify(wrong.intermediate ?? intermediate, {
      serial: 2,
      issuerSerial: 1,
      key: (wrong.certified ?? server).public,
      ...dates,
    }),
  }).finish();
  trusting(root, () => greet(server, chain));
}

/** No other code runs in this thread while another root is trusted. */
function trusting(root: Signer, work: () => void): void {
  const { PUBLIC_KEY } = WA_CERT_DETAILS;
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(root.public);
  try {
    work();
  } finally {
    WA_CERT_DETAILS.PUBLIC_KEY = PUBLIC_KEY;
  }
}

/** Runs both sides of a handshake with Baileys' handler. */
function greet(server: KeyPair, chain: Uint8Array): void {
  const [client, ephemeral] = [Curve.generateKeyPair(), Curve.generateKeyPair()];
  const options = { NOISE_HEADER: NOISE_WA_HEADER, logger: SILENT };
  // Both sides start with the client's ephemeral key. The server's handler needs no private key.
  const responder = makeNoiseHandler({ ...options, keyPair: client });
  responder.authenticate(ephemeral.public);
  responder.mixIntoKey(Curve.sharedKey(ephemeral.private, client.public));
  const encryptedKey = responder.encrypt(server.public);
  responder.mixIntoKey(Curve.sharedKey(server.private, client.public));
  const serverHello = {
    ephemeral: ephemeral.public,
    static: encryptedKey,
    payload: responder.encrypt(chain),
  };
  const message = proto.HandshakeMessage.fromObject({ serverHello });
  makeNoiseHandler({ ...options, keyPair: client }).processHandshake(message, Curve.generateKeyPair());
}

function certify(
  issuer: Signer,
  details: proto.CertChain.NoiseCertificate.IDetails,
): proto.CertChain.INoiseCertificate {
  const encoded = proto.CertChain.NoiseCertificate.Details.encode(details).finish();
  return { details: encoded, signature: issuer.sign(encoded) };
}

function validity(isExpired = false): { notBefore: number; notAfter: number } {
  const now = Math.floor(Date.now() / 1000);
  return { notBefore: now - HOUR_SECONDS, notAfter: isExpired ? now - 1 : now + HOUR_SECONDS };
}

/** Handles a `pair-success` in which the account signs the identity key of this device. */
function completePairing(creds: AuthenticationCreds, signer?: Signer): void {
  const account = createSigner();
  const details = proto.ADVDeviceIdentity.encode({ rawId: 1, timestamp: 1, keyIndex: 1 }).finish();
  const signed = Buffer.concat([ACCOUNT_SIGNATURE, details, creds.signedIdentityKey.public]);
  const identity = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: account.public,
    accountSignature: (signer ?? account).sign(signed),
  }).finish();
  const hmac = hmacSign(identity, Buffer.from(creds.advSecretKey, 'base64'));
  const content: BinaryNode[] = [
    {
      tag: 'device-identity',
      attrs: {},
      content: proto.ADVSignedDeviceIdentityHMAC.encode({ details: identity, hmac }).finish(),
    },
    { tag: 'device', attrs: { jid: `${ACCOUNT}:1@s.whatsapp.net`, lid: `${ACCOUNT}:1@lid` } },
  ];
  const pairSuccess = { tag: 'pair-success', attrs: {}, content };
  configureSuccessfulPairing({ tag: 'iq', attrs: { id: '1' }, content: [pairSuccess] }, creds);
}

/** Opens a Signal session with a device, from its key bundle. */
async function openSession(creds: AuthenticationCreds, signer?: Signer): Promise<void> {
  const identity = createSigner();
  const keys = addTransactionCapability(emptyStore(), SILENT, {
    maxCommitRetries: 1,
    delayBetweenTriesMs: 0,
  });
  const repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds, keys }, SILENT);
  const publicKey = generateSignalPubKey(Curve.generateKeyPair().public);
  const signature = (signer ?? identity).sign(publicKey);
  try {
    await repository.injectE2ESession({
      jid: `${ACCOUNT}@s.whatsapp.net`,
      session: {
        registrationId: 1,
        identityKey: generateSignalPubKey(identity.public),
        signedPreKey: { keyId: 1, publicKey, signature },
        preKey: { keyId: 1, publicKey: generateSignalPubKey(Curve.generateKeyPair().public) },
      },
    });
  } finally {
    repository.close?.();
  }
}

function emptyStore(): SignalKeyStore {
  return { get: async () => ({}), set: async () => {} };
}
