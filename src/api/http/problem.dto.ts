/** The body of an error response for clients that accept `application/problem+json` (RFC 9457). */
export class ProblemDto {
  /** `urn:whatsapp-contacts:error:` and the code. */
  type: string;
  /** The reason phrase of the status. */
  title: string;
  /** The HTTP status. */
  status: number;
  /** A message for people. It may change at any time. */
  detail: string;
  /** A stable code for programs, as in ErrorDto. */
  code: string;
}
