import { IsIn, IsOptional } from 'class-validator';
import { expected, TrueOrFalse } from '../http/validation.js';
import { ContactFilter } from './contact-list.dto.js';
import { CSV_FORMATS, type CsvFormat, type SeparatorName, SEPARATORS } from './csv.js';
import { VCARD_VERSIONS, type VcardVersion } from './vcard.js';

/** Query of `GET /contacts.vcf`. */
export class VcardQuery extends ContactFilter {
  /** Whether to include pictures. */
  @IsOptional()
  @TrueOrFalse('/contacts.vcf?photo=true')
  photo = false;

  /**
   * Version of the vCards. Default: the version in the `Accept` header, for example `text/vcard;version=3.0`; otherwise
   * 4.0.
   */
  @IsOptional()
  @IsIn(VCARD_VERSIONS, expected('3.0 or 4.0, for example /contacts.vcf?version=3.0'))
  version?: VcardVersion;
}

/** Query of `GET /contacts.csv`. */
export class CsvQuery extends ContactFilter {
  /**
   * Columns and form of the values. `google`, `outlook`: the columns of these programs. `excel`: numbers remain text in
   * Excel. Default: the columns of this service, for programs.
   */
  @IsOptional()
  @IsIn(CSV_FORMATS, expected('google, outlook or excel, for example /contacts.csv?format=excel'))
  format?: CsvFormat;

  /** Character between two values. */
  @IsOptional()
  @IsIn(Object.keys(SEPARATORS), expected('",", ";" or tab, for example /contacts.csv?separator=;'))
  separator: SeparatorName = ',';

  /**
   * Whether the file starts with a byte order mark, for programs that recognize UTF-8 only with it. Default: only for
   * `format=excel`.
   */
  @IsOptional()
  @TrueOrFalse('/contacts.csv?bom=true')
  bom?: boolean;
}
