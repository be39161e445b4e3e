import { PhoneParameter } from '../http/phone-parameter.js';

/** A pairing code to enter on the phone. */
export class PairingCodeDto {
  /** 8 characters. */
  code: string;
  /** ISO 8601. */
  expires_at: string;
}

/** Body of `POST /session/pairing-code`. */
export class PairingCodeRequest {
  /** Number with country code, with or without `+`, `00` and separators. */
  @PhoneParameter(
    /^[1-9]\d{6,14}$/,
    'the number of the account to link, 7 to 15 digits with country code, for example {"phone": "+49 170 1234567"}',
  )
  phone: string;
}

/** Response of `DELETE /session`. */
export class UnlinkedDto {
  unlinked: true;
  message: string;
}
