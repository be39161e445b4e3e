/**
 * Stable codes of the reasons why a session is not open or has a problem; docs/http.md explains each. The code of a
 * failed link attempt remains until the next one starts.
 */
export const REASON_CODES = [
  // Linking: the next step.
  'waiting_for_whatsapp',
  'waiting_for_scan',
  'waiting_for_code_entry',
  'waiting_for_phone',
  'passkey_assertion',
  'passkey_waiting',
  'passkey_compare',
  // A link attempt failed.
  'link_not_begun',
  'link_connection_lost',
  'link_wrong_qr',
  'link_signature_invalid',
  'link_code_not_completed',
  'link_code_refused',
  'link_passkey_cancelled',
  'link_passkey_timed_out',
  'link_passkey_unanswered',
  'link_passkey_not_compared',
  'link_passkey_failed',
  'link_passkey_not_completed',
  'linked_elsewhere',
  // The account was unlinked.
  'unlinked_on_request',
  'unlinked_by_phone',
  'phone_replaced',
  'devices_not_supported',
  // Only the account owner can fix these.
  'account_banned',
  'account_banned_for_now',
  // Temporary, or problems of this machine and its network.
  'reconnecting',
  'other_program_connected',
  'client_outdated',
  'rate_limited',
  'connection_refused',
  'connection_lost',
  'connection_timed_out',
  'whatsapp_error',
  'whatsapp_unavailable',
  'dns_failed',
  'network_unreachable',
  'network_intercepted',
  'proxy_unreachable',
  'proxy_unauthorized',
  'proxy_refused',
  'certificate_untrusted',
  'server_not_verified',
  // Problems of this service.
  'starting',
  'no_process',
  'sync_problem',
] as const;

export type ReasonCode = (typeof REASON_CODES)[number];
