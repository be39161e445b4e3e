import { Injectable } from '@nestjs/common';
import type { AccountTx } from './account-tx.js';
import { IdentityKeysRepository } from './identity-keys.repository.js';
import { PicturesRepository } from './pictures.repository.js';

const NAME_IS_LATER = `s.push_name_at > coalesce(t.push_name_at, '-infinity')`;

const USERNAME_IS_LATER = `s.username_at > coalesce(t.username_at, '-infinity')`;

const STATUS_IS_LATER = `s.text_status IS NOT NULL AND (t.text_status IS NULL
  OR coalesce(s.text_status_set_at, '-infinity') >= coalesce(t.text_status_set_at, '-infinity'))`;

const ABOUT_IS_LATER = `s.about_state IS NOT NULL AND (t.about_state IS NULL
  OR coalesce(s.about_set_at, '-infinity') >= coalesce(t.about_set_at, '-infinity'))`;

/** Columns of a profile, and their values when the profile of row `s` moves to row `t`. */
const PROFILE: Record<string, string> = {
  push_name: `CASE WHEN ${NAME_IS_LATER} THEN s.push_name ELSE t.push_name END`,
  push_name_at: 'greatest(s.push_name_at, t.push_name_at)',
  username: `CASE WHEN ${USERNAME_IS_LATER} THEN s.username ELSE t.username END`,
  username_at: 'greatest(s.username_at, t.username_at)',
  business_name: `CASE WHEN coalesce(s.is_business, t.is_business) IS NOT FALSE
    THEN coalesce(s.business_name, t.business_name) END`,
  is_business: 'coalesce(s.is_business, t.is_business)',
  about: `CASE WHEN ${ABOUT_IS_LATER} THEN s.about ELSE t.about END`,
  about_set_at: `CASE WHEN ${ABOUT_IS_LATER} THEN s.about_set_at ELSE t.about_set_at END`,
  about_state: `CASE WHEN ${ABOUT_IS_LATER} THEN s.about_state ELSE t.about_state END`,
  text_status: `CASE WHEN ${STATUS_IS_LATER} THEN s.text_status ELSE t.text_status END`,
  text_status_emoji: `CASE WHEN ${STATUS_IS_LATER} THEN s.text_status_emoji ELSE t.text_status_emoji END`,
  text_status_set_at: `CASE WHEN ${STATUS_IS_LATER} THEN s.text_status_set_at ELSE t.text_status_set_at END`,
  text_status_expires_at: `CASE WHEN ${STATUS_IS_LATER}
    THEN s.text_status_expires_at ELSE t.text_status_expires_at END`,
  profile_fetched_at: 'greatest(s.profile_fetched_at, t.profile_fetched_at)',
  profile_attempted_at: 'greatest(s.profile_attempted_at, t.profile_attempted_at)',
  profile_missed_at: 'greatest(s.profile_missed_at, t.profile_missed_at)',
  profile_requested_at: 'least(s.profile_requested_at, t.profile_requested_at)',
};

const MOVED = Object.entries(PROFILE)
  .map(([column, value]) => `${column} = ${value}`)
  .join(', ');
const CLEARED = Object.keys(PROFILE)
  .map((column) => `${column} = NULL`)
  .join(', ');

/** IDs of two contacts. */
export interface RowMove {
  from: string;
  to: string;
}

/**
 * Moves profiles between rows: push name, username, business, about text, picture, identity keys, and the times of
 * fetches. If both rows have a value, the later one is stored. All keys are stored.
 */
@Injectable()
export class ProfileMovesRepository {
  constructor(
    private readonly pictures: PicturesRepository,
    private readonly identityKeys: IdentityKeysRepository,
  ) {}

  /** The arrays prevent a comparison of all contacts with all others; see LidMappingsRepository. */
  async move(tx: AccountTx, moves: RowMove[]): Promise<void> {
    if (moves.length === 0) return;
    const from = moves.map((move) => move.from);
    const values = [from, moves.map(({ to }) => to)];
    await tx.query(
      `WITH s AS MATERIALIZED (
         SELECT m.target, s.* FROM unnest($2::bigint[], $3::bigint[]) AS m (source, target)
         JOIN contact s ON s.account_id = $1 AND s.id = ANY ($2::bigint[]) AND s.id = m.source
       )
       UPDATE contact t SET ${MOVED}, updated_at = now() FROM s
       WHERE t.account_id = $1 AND t.id = ANY ($3::bigint[]) AND t.id = s.target`,
      values,
    );
    await tx.query(
      `UPDATE contact SET ${CLEARED}, updated_at = now() WHERE account_id = $1 AND id = ANY ($2::bigint[])`,
      [from],
    );
    await this.pictures.move(tx, moves);
    await this.identityKeys.move(tx, moves);
    await tx.query(
      `INSERT INTO refresh_request (account_id, contact_id, asked_at)
       SELECT $1, m.target, r.asked_at FROM unnest($2::bigint[], $3::bigint[]) AS m (source, target)
       JOIN refresh_request r ON r.account_id = $1 AND r.contact_id = ANY ($2::bigint[]) AND r.contact_id = m.source
       ON CONFLICT (account_id, contact_id)
       DO UPDATE SET asked_at = greatest(refresh_request.asked_at, EXCLUDED.asked_at)`,
      values,
    );
  }
}
