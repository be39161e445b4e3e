/** As the service checks it (src/api/webhooks/webhooks.dto.ts). */
const FORM = /^https?:\/\/[^\s@/?#]+([/?#]\S*)?$/i;
const MAX_LENGTH = 2_000;

export function isWebhookUrl(text: string): boolean {
  return FORM.test(text) && text.length <= MAX_LENGTH && URL.canParse(text);
}
