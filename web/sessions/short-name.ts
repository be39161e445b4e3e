/** As the service accepts them (src/kernel/identifiers/session-name.ts). */
export const SHORT_NAME = /^[a-z0-9-]{1,40}$/;

const MAX_LENGTH = 40;

/**
 * The name that an account gets in addresses and in the API, from the one that a person has typed.
 *
 * @returns `""` if no letter or digit of the Latin alphabet is in it
 */
export function shortNameOf(text: string): string {
  return text
    .replace(/ß/g, 'ss')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, MAX_LENGTH)
    .replace(/-$/, '');
}
