import type { Request } from 'express';
import { DomainError } from '../../kernel/errors/domain-error.js';
import { VCARD_VERSIONS, type VcardVersion } from './vcard.js';

/** The `Accept` header allows only versions of vCard that do not exist, or that the service does not write. */
export class VcardVersionNotAcceptable extends DomainError {
  readonly kind = 'not-acceptable';
  readonly code = 'not_acceptable';

  constructor() {
    super(
      'Accept must allow text/vcard in version 3.0 or 4.0, for example text/vcard;version=3.0. ' +
        'Or use /contacts.vcf?version=3.0.',
    );
  }
}

/** Media types in order of preference. The second form of each matches ranges with a charset. */
const TYPES = new Map(
  [...VCARD_VERSIONS].reverse().flatMap((version): [string, VcardVersion][] => [
    [`text/vcard;version=${version}`, version],
    [`text/vcard;version=${version};charset=utf-8`, version],
  ]),
);

const VCARD_WITH_PARAMETERS = /\btext\/vcard\s*;/i;

/**
 * Returns the version that the `Accept` header prefers (RFC 6350, section 10.1). 4.0 if it does not mention vCards.
 *
 * @throws VcardVersionNotAcceptable if it allows only other versions
 */
export function acceptedVersion(request: Request): VcardVersion {
  const version = TYPES.get(request.accepts([...TYPES.keys()]) || '');
  if (version) return version;
  if (VCARD_WITH_PARAMETERS.test(request.get('Accept') ?? '')) throw new VcardVersionNotAcceptable();
  return '4.0';
}
