import { formatPhone } from '../i18n/phone-numbers.js';
import type { SessionList } from '../sessions/session-list.js';

/** Returns the name of a session with the number and push name of its account, as far as they are known. */
export function accountLabel(name: string, list: SessionList | null): string {
  const session = list?.sessions.value?.find((each) => each.name === name);
  const phone = session?.phone ? formatPhone(session.phone) : null;
  return [name, phone, session?.push_name].filter(Boolean).join(' · ');
}
