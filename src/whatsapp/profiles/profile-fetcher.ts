import { Logger } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { type Address, isLid, type Lid } from '../../contacts/address.js';
import type { ContactChanges, Picture } from '../../contacts/write/contact-changes.js';
import { downloadPicture } from './picture-download.js';
import { pictureQuery, readPictureAnswer, readPictureError, type PictureAnswer } from './picture-query.js';
import { asRateLimited } from './profile-errors.js';
import { NoAnswer, type ProfileConnection, queryWithin } from './profile-connection.js';
import { type Profile, profileQuery, readProfiles } from './profile-query.js';

/** Some people are asked about in vain; they must not hold up the others. */
const PICTURE_TIMEOUT_MS = 10_000;
const PROFILES_TIMEOUT_MS = 30_000;

/** A person to be asked about. */
export interface Person {
  address: Address;
  /** When it is known besides a number. */
  lid: Lid | null;
  /** Id of the picture that is kept; it is not fetched again. */
  pictureId: string | null;
}

/** Asks WhatsApp about people: one query for all of them, and one each for the picture. */
export class ProfileFetcher {
  private readonly logger = new Logger(ProfileFetcher.name);

  constructor(
    private readonly connection: ProfileConnection,
    private readonly stop: AbortSignal,
  ) {}

  /**
   * @returns what WhatsApp tells, by address; people of whom it tells nothing are missing
   * @throws RateLimited, NoAnswer, or the connection's error
   */
  async fetchProfiles(people: Person[]): Promise<Map<Address, Profile>> {
    const query = profileQuery(
      people.map(({ address }) => address),
      randomBytes(8).toString('hex'),
    );
    const answer = await queryWithin(this.connection, query, PROFILES_TIMEOUT_MS).catch((error: unknown) => {
      throw asRateLimited(error);
    });
    return readProfiles(answer);
  }

  /**
   * @returns null when nothing new could be learned of it; what is known stays
   * @throws RateLimited, or the connection's error
   */
  async fetchPicture({ address, lid, pictureId }: Person): Promise<Picture | null> {
    const answer = await this.askForPicture(address, lid);
    if (answer.state === 'unknown') return null;
    if (answer.state === 'present' && answer.id === pictureId) return null;
    if (answer.state !== 'present') return { address, state: answer.state };
    try {
      const { id, url } = answer;
      return { address, state: 'present', id, bytes: await downloadPicture(url, this.stop) };
    } catch (error) {
      this.stop.throwIfAborted();
      this.logger.warn(`A picture cannot be fetched: ${(error as Error).message}`);
      return null;
    }
  }

  private async askForPicture(address: Address, lid: Lid | null): Promise<PictureAnswer> {
    const token = await this.connection.privacyToken(address, lid);
    try {
      return readPictureAnswer(
        await queryWithin(this.connection, pictureQuery(address, token), PICTURE_TIMEOUT_MS),
      );
    } catch (error) {
      return error instanceof NoAnswer ? { state: 'unknown' } : readPictureError(error);
    }
  }
}

/** What was learned of one person, as news of people. */
export function changesOf(
  address: Address,
  profile: Profile | undefined,
  picture: Picture | null,
): ContactChanges {
  const { lid, about, business, identityKey } = profile ?? {};
  return {
    mappings: lid && !isLid(address) ? [{ jid: address, lid, observedAt: new Date() }] : [],
    abouts: about ? [{ address, ...about }] : [],
    businessNames: business?.name ? [{ address, name: business.name }] : [],
    businessFlags: business ? [{ address, isBusiness: business.isBusiness }] : [],
    identityKeys: identityKey ? [{ address, key: identityKey, seenAt: new Date() }] : [],
    pictures: picture ? [picture] : [],
  };
}
