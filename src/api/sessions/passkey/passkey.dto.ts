import { IsDefined, IsString, MinLength, type ValidationArguments } from 'class-validator';
import type { PasskeyStep } from '../../../sessions/link-offer.js';

const BODY = '{"token": "…", "assertion": {…}}';

/** The body of `GET /session/passkey`. */
export class PasskeyDto {
  /** WhatsApp's request for an assertion, unmodified: `PublicKeyCredentialRequestOptionsJSON`. */
  options: Record<string, unknown>;
  /** To be sent with the assertion; good for one, and for the confirmation after it. */
  token: string;
  /** When the step has to be done, ISO 8601. */
  expires_at: string;
  step: PasskeyStep;
  /** A link that hands address and token to the browser extension (extension/). */
  link: string;
}

const missingToken = ({ value }: ValidationArguments) =>
  `token is ${value === undefined ? 'missing' : 'not a text'}; it is the one of GET /session/passkey.`;

/** The body of `POST /session/passkey`. */
export class SubmitAssertionRequest {
  @IsString({ message: missingToken })
  @MinLength(1, { message: missingToken })
  token: string;

  /** What `navigator.credentials.get` gave, as an object or as JSON; checked by checkAssertion. */
  @IsDefined({ message: `assertion is missing; the body is ${BODY}. docs/linking.md says how to make one.` })
  assertion: unknown;
}

/** The body of `POST /session/passkey/confirm`. */
export class ConfirmPasskeyRequest {
  @IsString({ message: missingToken })
  @MinLength(1, { message: missingToken })
  token: string;
}

/** The answer of `DELETE /session/passkey`. */
export class CancelledDto {
  cancelled: true;
  message: string;
}

/** The answer to what goes on after it. */
export class AcceptedDto {
  accepted: true;
  message: string;
}
