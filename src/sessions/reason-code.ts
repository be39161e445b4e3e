/**
 * Stable names of why a session is not open, or not well; docs/http.md explains each. Those of an attempt to link stay until the next
 * one is begun.
 */
export const REASON_CODES = [
  // Linking: what is waited for.
  'waiting_for_whatsapp',
  'waiting_for_scan',
  'waiting_for_code_entry',
  'passkey_assertion',
  'passkey_waiting',
  'passkey_compare',
  // Why an attempt to link came to nothing.
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
  // The link is gone.
  'unlinked_on_request',
  'unlinked_by_phone',
  'phone_replaced',
  'devices_not_supported',
  // Only the holder of the account can help.
  'account_banned',
  'account_banned_for_now',
  // Passing, or of this machine and its network.
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
  'certificate_untrusted',
  'server_not_verified',
  // Of this service.
  'starting',
  'no_process',
  'sync_problem',
] as const;

export type ReasonCode = (typeof REASON_CODES)[number];
