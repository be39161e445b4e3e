import { randomBytes } from 'node:crypto';
import type { ContactChanges, Picture } from '../../contacts/write/contact-changes.js';
import { type Address, isLid, type Lid } from '../../kernel/identifiers/address.js';
import { Log } from '../../kernel/logging/log.js';
import type { OutgoingProxies } from '../../kernel/network/outgoing-proxies.js';
import { identityQuery, readIdentities } from './identity-query.js';
import { downloadPicture } from './picture-download.js';
import {
  pictureQuery,
  type PictureResponse,
  readPictureError,
  readPictureResponse,
} from './picture-query.js';
import { type ProfileConnection, QueryTimeout, queryWithin } from './profile-connection.js';
import { asRateLimited, RateLimited } from './profile-errors.js';
import { countedFetch } from './profile-fetches.metrics.js';
import { type Profile, profileQuery, readProfiles } from './profile-query.js';

/** Short, because WhatsApp never responds for some contacts, and the others wait. */
const PICTURE_TIMEOUT_MS = 10_000;
const PROFILES_TIMEOUT_MS = 30_000;
/** Short, because the rest of the profiles waits for the keys. */
const IDENTITIES_TIMEOUT_MS = 10_000;
/** Consecutive picture queries without a response, after which WhatsApp is assumed to ignore them (Baileys #2498). */
export const MAX_UNANSWERED = 3;

/** A contact to fetch. */
export interface FetchTarget {
  address: Address;
  /** Null if unknown. */
  lid: Lid | null;
  /** Id of the stored picture, which is not downloaded again; null if there is none. */
  pictureId: string | null;
}

/** A profile, and the time at which it was requested. */
export interface FetchedProfile extends Profile {
  observedAt: Date;
}

/** WhatsApp has not responded to MAX_UNANSWERED consecutive picture queries. */
export class PicturesUnanswered extends Error {}

/** Fetches profiles: two queries for all contacts together, and one query per changed picture. */
export class ProfileFetcher {
  private readonly log = new Log(ProfileFetcher.name);
  private unanswered = 0;
  /** WhatsApp refuses identity queries, or ignores them, on this connection. */
  private refusesIdentities = false;

  constructor(
    private readonly connection: ProfileConnection,
    private readonly proxies: OutgoingProxies,
    private readonly stop: AbortSignal,
  ) {}

  /**
   * @returns profiles by address; contacts that the response does not contain are missing
   * @throws RateLimited, QueryTimeout, or the connection's error
   */
  async fetchProfiles(targets: FetchTarget[]): Promise<Map<Address, FetchedProfile>> {
    // A notification that arrives while the query runs is newer than the response.
    const observedAt = new Date();
    const addresses = targets.map(({ address }) => address);
    const tokens = await this.connection.privacyTokens(targets);
    const query = profileQuery(addresses, { id: randomBytes(8).toString('hex'), tokens });
    const request = countedFetch('profiles', queryWithin(this.connection, query, PROFILES_TIMEOUT_MS));
    const response = await request.catch((error: unknown) => {
      throw asRateLimited(error);
    });
    const profiles = readProfiles(response, addresses);
    const withoutKey = [...profiles].flatMap(([address, { identityKey }]) => (identityKey ? [] : [address]));
    const keys = await this.fetchIdentities(withoutKey);
    for (const [address, key] of keys) {
      const profile = profiles.get(address);
      if (profile) profile.identityKey = key;
    }
    return new Map([...profiles].map(([address, profile]) => [address, { ...profile, observedAt }]));
  }

  /**
   * @returns null if the state of the picture could not be determined, or its download failed
   * @throws RateLimited, PicturesUnanswered, or the connection's error
   */
  async fetchPicture(target: FetchTarget): Promise<Picture | null> {
    const { address, pictureId } = target;
    const response = await this.queryPicture(target);
    if (response.state === 'unknown') return null;
    if (response.state === 'unchanged' || (response.state === 'present' && response.id === pictureId))
      return { address, state: 'unchanged' };
    if (response.state !== 'present') return { address, state: response.state };
    try {
      const { id, url } = response;
      const bytes = await countedFetch('picture_file', downloadPicture(url, this.proxies, this.stop));
      return { address, state: 'present', id, bytes };
    } catch (err) {
      this.stop.throwIfAborted();
      this.log.warn({ err }, 'Downloading picture failed');
      return null;
    }
  }

  private async queryPicture({ address, lid, pictureId }: FetchTarget): Promise<PictureResponse> {
    const tokens = this.connection.wantsPictureTokens()
      ? await this.connection.privacyTokens([{ address, lid }])
      : null;
    const query = pictureQuery(address, { knownId: pictureId, token: tokens?.get(address) ?? null });
    try {
      const response = await countedFetch('picture', queryWithin(this.connection, query, PICTURE_TIMEOUT_MS));
      this.unanswered = 0;
      return readPictureResponse(response);
    } catch (error) {
      if (!(error instanceof QueryTimeout)) {
        this.unanswered = 0;
        return readPictureError(error);
      }
      this.unanswered += 1;
      if (this.unanswered < MAX_UNANSWERED) return { state: 'unknown' };
      this.unanswered = 0;
      throw new PicturesUnanswered();
    }
  }

  /** Returns no keys if WhatsApp refuses the query or does not respond. @throws RateLimited */
  private async fetchIdentities(addresses: Address[]): Promise<Map<Address, Buffer>> {
    if (addresses.length === 0 || this.refusesIdentities) return new Map();
    try {
      const query = queryWithin(this.connection, identityQuery(addresses), IDENTITIES_TIMEOUT_MS);
      return readIdentities(await countedFetch('identities', query), addresses);
    } catch (err) {
      this.stop.throwIfAborted();
      if (asRateLimited(err) instanceof RateLimited) throw new RateLimited();
      this.refusesIdentities = true;
      this.log.warn({ err }, 'Fetching identity keys failed');
      return new Map();
    }
  }
}

/** Returns the changes in a profile, except for the picture. */
export function changesOf(address: Address, profile: FetchedProfile | undefined): ContactChanges {
  if (!profile) return {};
  const { lid, about, business, identityKey, observedAt, textStatus, username } = profile;
  return {
    mappings: lid && !isLid(address) ? [{ jid: address, lid, observedAt }] : [],
    abouts: about ? [{ address, ...about }] : [],
    textStatuses: textStatus ? [{ address, ...textStatus }] : [],
    usernames: username ? [{ address, name: username, observedAt }] : [],
    businessNames: business?.name ? [{ address, ...business.name }] : [],
    businessFlags: business ? [{ address, isBusiness: business.isBusiness }] : [],
    identityKeys: identityKey ? [{ address, key: identityKey, seenAt: new Date() }] : [],
  };
}
