/** The body of every error response. */
export class ErrorDto {
  /** The HTTP status. */
  statusCode: number;
  /** The reason phrase of the status. */
  error: string;
  /** A message for people. It may change at any time. */
  message: string;
  /** A stable code for programs. */
  code: string;
}
