import { may } from '../api/access.js';
import type { Session, SessionSummary } from '../api/types.js';
import type { Tone } from '../components/notice.jsx';
import type { Explained } from '../i18n/en.js';
import { t } from '../i18n/language.js';
import { formatPhone } from '../i18n/phone-numbers.js';

/** Steps of linking before a user has begun. */
const NOT_BEGUN = ['waiting_for_whatsapp', 'waiting_for_scan', 'link_not_begun'];
/** Steps of linking that a user has begun, and that may still succeed. */
const UNDER_WAY = [
  'waiting_for_code_entry',
  'waiting_for_phone',
  'passkey_assertion',
  'passkey_waiting',
  'passkey_compare',
];

/** Hebrew, Arabic, Syriac, Thaana and N'Ko, also in presentation forms. */
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/;

type Stated = SessionSummary | Session;

/** The name of an account for people: the one that they have set, its own, its number, or the name in addresses. */
export function accountName({ name, display_name: displayName, last_account: account }: Stated): string {
  return displayName ?? account?.push_name ?? (account && formatPhone(account.phone)) ?? name;
}

/** Number and own name of the linked account or the last one, as far as accountName() does not contain them. */
export function accountDetail(session: Stated): string {
  const { last_account: account } = session;
  if (!account) return '';
  const name = accountName(session);
  const parts = [formatPhone(account.phone), account.push_name];
  const detail = joined(parts.filter((part) => part !== name));
  return detail && isUnlinked(session) ? t.account.was(detail) : detail;
}

/** Number and own name of an account, for dialogs. */
export function accountIdentity({ name, last_account: account }: Stated): string {
  return account ? joined([formatPhone(account.phone), account.push_name]) : name;
}

/** Joins texts of any direction. Without isolation, an Arabic name would reverse the number next to it. */
export function joined(parts: readonly (string | null)[]): string {
  return parts
    .flatMap((part) => (part ? [RIGHT_TO_LEFT.test(part) ? `\u2068${part}\u2069` : part] : []))
    .join(' · ');
}

/** Whether an account was ever linked. */
export function wasLinked({ last_account: account }: Stated): boolean {
  return account !== null;
}

/** Whether an account was linked, and no longer is. */
export function isUnlinked(session: Stated): boolean {
  return wasLinked(session) && (session.status === 'linking' || session.status === 'logged_out');
}

export function statusOf(session: Stated): string {
  return isUnlinked(session) ? t.status.logged_out : t.status[session.status];
}

/** Why a session is as it is, in the words of the page; null when all is well. */
export function reasonOf(session: Stated): Explained | null {
  const { status, reason_code: code, reason, advice } = session;
  const explained =
    isUnlinked(session) && code !== null && NOT_BEGUN.includes(code)
      ? { what: t.connection.linkAgain(accountIdentity(session)), todo: t.reasons.waiting_for_scan.todo }
      : code !== null
        ? t.reasons[code]
        : reason !== null
          ? { what: reason, todo: advice }
          : status === 'open'
            ? null
            : t.noReason;
  const isLinking = status === 'linking' || status === 'logged_out';
  if (!explained || !isLinking || may('session:link')) return explained;
  return { ...explained, todo: t.connection.askToLink };
}

/** The service's own words, for administrators. */
export function technicalOf({ reason, advice }: Stated): string | null {
  return [reason, advice].filter(Boolean).join(' ') || null;
}

/** Severity of a state. */
export function toneOf(session: Stated): Tone {
  const { status, reason_code: code } = session;
  if (status === 'open') {
    const hasProblem = code !== null || ('degraded' in session && session.degraded.length > 0);
    if (hasProblem) return 'warn';
    return 'contacts' in session && session.contacts.sync === 'partial' ? 'busy' : 'good';
  }
  if (status === 'disconnected') return 'bad';
  if (code !== null && UNDER_WAY.includes(code)) return 'busy';
  if (isUnlinked(session)) return 'bad';
  // An attempt to link came to nothing, or WhatsApp cannot be reached.
  return status === 'logged_out' || session.retry_at !== null ? 'warn' : 'busy';
}
