import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { type Address, isLid, type Lid } from '../../kernel/identifiers/address.js';
import type { ContactChanges, Picture } from '../../contacts/write/contact-changes.js';
import { iqErrorCode } from '../wire/iq-error.js';
import { identityQuery, readIdentities } from './identity-query.js';
import { downloadPicture } from './picture-download.js';
import { pictureQuery, readPictureAnswer, readPictureError, type PictureAnswer } from './picture-query.js';
import { asRateLimited, RateLimited } from './profile-errors.js';
import { type FetchResult, profileFetches } from './profile-fetches.metrics.js';
import { NoAnswer, type ProfileConnection, queryWithin } from './profile-connection.js';
import { type Profile, profileQuery, readProfiles } from './profile-query.js';

/** Some people are asked about in vain; they must not hold up the others. */
const PICTURE_TIMEOUT_MS = 10_000;
const PROFILES_TIMEOUT_MS = 30_000;
/** Keys are not worth keeping the rest of a profile back for. */
const IDENTITIES_TIMEOUT_MS = 10_000;
/** Pictures in a row that WhatsApp gives no answer to: then it wants none of these requests (Baileys issue 2498). */
const MAX_UNANSWERED = 3;

/** A person to be asked about. */
export interface Person {
  address: Address;
  /** When it is known besides a number. */
  lid: Lid | null;
  /** Id of the picture that is kept; it is not fetched again. */
  pictureId: string | null;
}

/** WhatsApp leaves requests for pictures unanswered. */
export class PicturesUnanswered extends Error {
  constructor() {
    super(`WhatsApp has not answered ${MAX_UNANSWERED} requests for pictures in a row`);
  }
}

/** Asks WhatsApp about people: two queries for all of them, and one each for a picture that has changed. */
export class ProfileFetcher {
  private readonly logger = new Logger(ProfileFetcher.name);
  private unanswered = 0;
  /** The identity query is known to be of no use on this connection. */
  private refusesIdentities = false;

  constructor(
    private readonly connection: ProfileConnection,
    private readonly stop: AbortSignal,
  ) {}

  /**
   * @returns what WhatsApp tells, by address; people of whom it tells nothing are missing
   * @throws RateLimited, NoAnswer, or the connection's error
   */
  async fetchProfiles(people: Person[]): Promise<Map<Address, Profile>> {
    const addresses = people.map(({ address }) => address);
    const tokens = await this.connection.privacyTokens(people);
    const query = profileQuery(addresses, { id: randomBytes(8).toString('hex'), tokens });
    const answer = await counted('profiles', queryWithin(this.connection, query, PROFILES_TIMEOUT_MS)).catch(
      (error: unknown) => {
        throw asRateLimited(error);
      },
    );
    const profiles = readProfiles(answer, addresses);
    const withoutKey = [...profiles].flatMap(([address, { identityKey }]) => (identityKey ? [] : [address]));
    const keys = await this.fetchIdentities(withoutKey);
    for (const [address, key] of keys) {
      const profile = profiles.get(address);
      if (profile) profile.identityKey = key;
    }
    return profiles;
  }

  /**
   * @returns null when nothing new could be learned of it; what is known stays
   * @throws RateLimited, PicturesUnanswered, or the connection's error
   */
  async fetchPicture({ address, lid, pictureId }: Person): Promise<Picture | null> {
    const answer = await this.askForPicture({ address, lid, pictureId });
    if (answer.state === 'unknown') return null;
    if (answer.state === 'unchanged' || (answer.state === 'present' && answer.id === pictureId))
      return { address, state: 'unchanged' };
    if (answer.state !== 'present') return { address, state: answer.state };
    try {
      const { id, url } = answer;
      return {
        address,
        state: 'present',
        id,
        bytes: await counted('picture_file', downloadPicture(url, this.stop)),
      };
    } catch (error) {
      this.stop.throwIfAborted();
      this.logger.warn(`A picture cannot be fetched: ${(error as Error).message}`);
      return null;
    }
  }

  private async askForPicture({ address, lid, pictureId }: Person): Promise<PictureAnswer> {
    const tokens = this.connection.wantsPictureTokens()
      ? await this.connection.privacyTokens([{ address, lid }])
      : null;
    const query = pictureQuery(address, { knownId: pictureId, token: tokens?.get(address) ?? null });
    try {
      const answer = await counted('picture', queryWithin(this.connection, query, PICTURE_TIMEOUT_MS));
      this.unanswered = 0;
      return readPictureAnswer(answer);
    } catch (error) {
      if (!(error instanceof NoAnswer)) {
        this.unanswered = 0;
        return readPictureError(error);
      }
      this.unanswered += 1;
      if (this.unanswered < MAX_UNANSWERED) return { state: 'unknown' };
      this.unanswered = 0;
      throw new PicturesUnanswered();
    }
  }

  /** What is refused, or not answered, costs nobody the rest of their profile. @throws RateLimited */
  private async fetchIdentities(people: Address[]): Promise<Map<Address, Buffer>> {
    if (people.length === 0 || this.refusesIdentities) return new Map();
    try {
      const query = queryWithin(this.connection, identityQuery(people), IDENTITIES_TIMEOUT_MS);
      return readIdentities(await counted('identities', query), people);
    } catch (error) {
      this.stop.throwIfAborted();
      if (asRateLimited(error) instanceof RateLimited) throw new RateLimited();
      this.refusesIdentities = true;
      this.logger.warn(`Identity keys cannot be fetched: ${(error as Error).message}`);
      return new Map();
    }
  }
}

/** Counts a request by its result. */
async function counted<T>(kind: string, request: Promise<T>): Promise<T> {
  try {
    const answer = await request;
    profileFetches.inc({ kind, result: 'answered' });
    return answer;
  } catch (error) {
    profileFetches.inc({ kind, result: resultOf(error) });
    throw error;
  }
}

function resultOf(error: unknown): FetchResult {
  if (error instanceof NoAnswer) return 'unanswered';
  if (asRateLimited(error) instanceof RateLimited) return 'limited';
  return iqErrorCode(error) === null ? 'failed' : 'refused';
}

/** What was learned of one person, but for the picture, as changes of people. */
export function changesOf(address: Address, profile: Profile | undefined): ContactChanges {
  const { lid, about, business, identityKey, textStatus, username } = profile ?? {};
  const now = new Date();
  return {
    mappings: lid && !isLid(address) ? [{ jid: address, lid, observedAt: now }] : [],
    abouts: about ? [{ address, ...about }] : [],
    textStatuses: textStatus ? [{ address, ...textStatus }] : [],
    usernames: username ? [{ address, name: username, observedAt: now }] : [],
    businessNames: business?.name ? [{ address, ...business.name }] : [],
    businessFlags: business ? [{ address, isBusiness: business.isBusiness }] : [],
    identityKeys: identityKey ? [{ address, key: identityKey, seenAt: now }] : [],
  };
}
