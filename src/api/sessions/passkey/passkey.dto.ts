import { IsDefined, IsString, MinLength } from 'class-validator';
import type { PasskeyStep } from '../../../sessions/link-offer.js';
import { expected } from '../../http/validation.js';

/** Response of `GET /session/passkey`. */
export class PasskeyDto {
  /** WhatsApp's request for an assertion, unmodified: `PublicKeyCredentialRequestOptionsJSON`. */
  options: Record<string, unknown>;
  /** One-time token to submit with the assertion, and with the confirmation after it. */
  token: string;
  /** End of this step, ISO 8601. */
  expires_at: string;
  step: PasskeyStep;
  /** Link that passes address and token to the browser extension (extension/). */
  link: string;
}

const TOKEN = expected('the token of GET /session/passkey, for example {"token": "…"}', { isSecret: true });

/** Body of `POST /session/passkey/confirm`. */
export class ConfirmPasskeyRequest {
  @IsString(TOKEN)
  @MinLength(1, TOKEN)
  token: string;
}

/** Body of `POST /session/passkey`. */
export class SubmitAssertionRequest extends ConfirmPasskeyRequest {
  /** Result of `navigator.credentials.get`, as an object or as JSON; see checkAssertion. */
  @IsDefined(
    expected(
      'the result of navigator.credentials.get, for example {"token": "…", "assertion": {…}} (see docs/linking.md)',
      { isSecret: true },
    ),
  )
  assertion: unknown;
}

/** Response of `DELETE /session/passkey`. */
export class CancelledDto {
  cancelled: true;
  message: string;
}

/** Response of requests that continue in the background. */
export class AcceptedDto {
  accepted: true;
  message: string;
}
