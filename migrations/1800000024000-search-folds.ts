import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every name that a contact can be found by. */
const NAMES = 'full_name first_name lid_full_name lid_first_name push_name business_name username'.split(' ');
const NUMBER = `split_part(jid, '@', 1)`;
const SHOWN_NAME = `coalesce(${NAMES.join(', ')}, jid, lid)`;
const HAS_NAME = `num_nonnulls(${['push_name', ...NAMES.filter((name) => name !== 'push_name')].join(', ')}) > 0`;
const SEPARATOR = `|| chr(10) || ' ' ||`;

const keyOf = (text: string) => `coalesce(search_key(${text}), '')`;

/**
 * The key of a name, and that of its second spelling if it has one. Of long names, only the first characters are
 * searched: some characters become 18, or are sorted in quadratic time, so the keys of a hostile address book would
 * take minutes.
 */
const keysOf = (name: string) =>
  `${keyOf(`left(${name}, 200)`)} || coalesce(chr(10) || ' ' || search_key(second_spelling(left(${name}, 200))), '')`;

/**
 * Search keys without vowel signs, quotation marks and invisible characters, in which `ß` equals `ss`, and a second key
 * for names with umlauts. They do not depend on the locale of the server. Names of invisible characters are removed.
 *
 * The table of contacts is rewritten once, under an exclusive lock.
 */
export class SearchFolds1800000024000 implements MigrationInterface {
  name = 'SearchFolds1800000024000';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await removeInvisibleNames(queryRunner);
    await dropColumns(queryRunner);
    await queryRunner.query(`
      CREATE OR REPLACE FUNCTION search_key(name text) RETURNS text
      LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $body$${SEARCH_KEY}$body$;
      CREATE FUNCTION second_spelling(name text) RETURNS text
      LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $body$${SECOND_SPELLING}$body$;
      CREATE FUNCTION symbols_of(key text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
      RETURN ${SYMBOLS};
    `);
    await addColumns(queryRunner, [...NAMES.map(keysOf), keyOf(NUMBER)]);
  }

  /** Removed names stay removed. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await dropColumns(queryRunner);
    await queryRunner.query('DROP FUNCTION second_spelling(text)');
    await restoreFunctions(queryRunner);
    await addColumns(queryRunner, [...NAMES, NUMBER].map(keyOf));
  }
}

async function removeInvisibleNames(queryRunner: QueryRunner): Promise<void> {
  const visible = (name: string) => `CASE WHEN ${name} !~ ${ONLY_INVISIBLE} THEN ${name} END`;
  await queryRunner.query(`
    UPDATE contact SET ${NAMES.map((name) => `${name} = ${visible(name)}`).join(', ')},
      push_name_at = CASE WHEN push_name !~ ${ONLY_INVISIBLE} THEN push_name_at END
    WHERE ${NAMES.map((name) => `${name} ~ ${ONLY_INVISIBLE}`).join(' OR ')}`);
  await queryRunner.query(`UPDATE account SET push_name = NULL WHERE push_name ~ ${ONLY_INVISIBLE}`);
}

/** Also drops their indexes. */
async function dropColumns(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query('ALTER TABLE contact DROP search_text, DROP sort_name');
  await queryRunner.query('DROP FUNCTION symbols_of(text)');
}

/** Refreshes the statistics of the new columns, because searches without them read the whole table. */
async function addColumns(queryRunner: QueryRunner, searched: string[]): Promise<void> {
  await queryRunner.query(`
    ALTER TABLE contact
      ADD search_text text GENERATED ALWAYS AS (' ' || ${searched.join(` ${SEPARATOR} `)}) STORED,
      ADD sort_name text COLLATE "C"
        GENERATED ALWAYS AS (left(ltrim(search_key(left(${SHOWN_NAME}, 200))), 200)) STORED;
    CREATE INDEX contact_search ON contact USING gin (account_id, search_text gin_trgm_ops);
    CREATE INDEX contact_symbols ON contact USING gin (account_id, symbols_of(search_text))
      WHERE symbols_of(search_text) <> '{}';
    CREATE INDEX contact_sort_name ON contact (account_id, sort_name, (coalesce(jid, lid))) WHERE ${HAS_NAME};
    ANALYZE contact;
  `);
}

/** The functions of migrations 1800000000000 and 1800000006000. */
async function restoreFunctions(queryRunner: QueryRunner): Promise<void> {
  const [{ collation }] = (await queryRunner.query(`
    SELECT coalesce((
      SELECT format('COLLATE pg_catalog.%I', collname) FROM pg_collation
      WHERE collname IN ('pg_c_utf8', 'und-x-icu', 'C.utf8', 'en_US.utf8')
        AND collnamespace = 'pg_catalog'::regnamespace AND collencoding IN (-1, 6)
      ORDER BY array_position(ARRAY['pg_c_utf8', 'und-x-icu', 'C.utf8', 'en_US.utf8'], collname::text)
      LIMIT 1), '') AS collation
  `)) as [{ collation: string }];
  await queryRunner.query(`
    CREATE OR REPLACE FUNCTION search_key(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(
      translate(
        lower(regexp_replace(normalize(name, NFKD), E'[\\\\u0300-\\\\u036F]', '', 'g') ${collation}),
        'øłđħı', 'oldhi'),
      E'([\\\\u2E80-\\\\u2FDF\\\\u3400-\\\\u9FFF\\\\uF900-\\\\uFAFF])', E' \\\\1', 'g');
    CREATE FUNCTION symbols_of(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN string_to_array(regexp_replace(name ${collation}, '[[:alnum:][:space:]]+', '', 'g'), NULL);
  `);
}

/** Matches names that consist of white space and characters without a glyph. */
const ONLY_INVISIBLE = String.raw`
    E'^[\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u17B4-\\u17B5'
    '\\u180B-\\u180F\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u206F\\u2800\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0'
    '\\uFFF0-\\uFFFB\\U000110BD\\U000110CD\\U00013430-\\U0001343F\\U0001BCA0-\\U0001BCA3\\U0001D159'
    '\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF\\u0009-\\u000D\\u0020\\u0085\\u00A0\\u1680\\u2000-\\u200A'
    '\\u2028-\\u2029\\u202F\\u205F\\u3000]*$'`;

const SECOND_SPELLING = String.raw`DECLARE
  decomposed text;
  spelling text;
BEGIN
  IF octet_length(name) = length(name) THEN
    RETURN NULL;
  END IF;
  decomposed := normalize(name, NFKD);
  IF decomposed COLLATE "C" !~ E'[\\u0308\\u030A\\u00D8\\u00F8]' THEN
    RETURN NULL;
  END IF;
  spelling := decomposed;
  spelling := replace(spelling, E'a\u0308', 'ae');
  spelling := replace(spelling, E'A\u0308', 'Ae');
  spelling := replace(spelling, E'o\u0308', 'oe');
  spelling := replace(spelling, E'O\u0308', 'Oe');
  spelling := replace(spelling, E'u\u0308', 'ue');
  spelling := replace(spelling, E'U\u0308', 'Ue');
  spelling := replace(spelling, E'\u00F8', 'oe');
  spelling := replace(spelling, E'\u00D8', 'Oe');
  spelling := replace(spelling, E'a\u030A', 'aa');
  spelling := replace(spelling, E'A\u030A', 'Aa');
  RETURN nullif(spelling, decomposed);
END`;

const SYMBOLS = String.raw`string_to_array(regexp_replace(key COLLATE "C",
    E'[^\\u0021-\\u002F\\u003A-\\u0040\\u005B-\\u0060\\u007B-\\u007E\\u00A1-\\u00A9\\u00AC\\u00AE-\\u00B1'
    '\\u00B6-\\u00B8\\u00BF\\u00D7\\u00F7\\u037E\\u0387\\u0589-\\u058A\\u05BE\\u05C0\\u05C3\\u05C6\\u0606-\\u060F'
    '\\u061B-\\u061F\\u066A-\\u066D\\u06D4\\u0964-\\u0965\\u0E3F\\u2010-\\u2BFF\\u2E00-\\u2E7F\\u3001-\\u3004'
    '\\u3008-\\u3020\\u3030\\u3036-\\u3037\\u303D-\\u303F\\u30FB\\uFD3E-\\uFD3F\\uFDFC\\uFFFC-\\uFFFD\\uE000-\\uF8FF'
    '\\U0001D100-\\U0001D1FF\\U0001F000-\\U0001FAFF]+',
    '', 'g'), NULL)`;

const SEARCH_KEY = String.raw`DECLARE
  key text;
BEGIN
  IF octet_length(name) = length(name) THEN
    RETURN translate(lower(name COLLATE "C"), E'\x22\x27\x60', '');
  END IF;
  key := lower(normalize(translate(name, E'\u00B4\u0384\u1FBD\u1FBF\u1FFD\u1FFE', ''), NFKD) COLLATE "C");
  key := regexp_replace(key COLLATE "C",
    E'[\\u0300-\\u034E\\u0350-\\u036F\\u0483-\\u0489\\u0591-\\u05BD\\u05BF\\u05C1-\\u05C2\\u05C4-\\u05C5\\u05C7'
    '\\u0610-\\u061A\\u064B-\\u065F\\u0670\\u06D6-\\u06DC\\u06DF-\\u06E4\\u06E7-\\u06E8\\u06EA-\\u06ED\\u0711'
    '\\u0730-\\u074A\\u07A6-\\u07B0\\u07EB-\\u07F3\\u07FD\\u0816-\\u0819\\u081B-\\u0823\\u0825-\\u0827\\u0829-\\u082D'
    '\\u0859-\\u085B\\u0897-\\u089F\\u08CA-\\u08E1\\u08E3-\\u0903\\u093A-\\u093C\\u093E-\\u094F\\u0951-\\u0957'
    '\\u0962-\\u0963\\u0981-\\u0983\\u09BC\\u09BE-\\u09C4\\u09C7-\\u09C8\\u09CB-\\u09CD\\u09D7\\u09E2-\\u09E3\\u09FE'
    '\\u0A01-\\u0A03\\u0A3C\\u0A3E-\\u0A42\\u0A47-\\u0A48\\u0A4B-\\u0A4D\\u0A51\\u0A70-\\u0A71\\u0A75\\u0A81-\\u0A83'
    '\\u0ABC\\u0ABE-\\u0AC5\\u0AC7-\\u0AC9\\u0ACB-\\u0ACD\\u0AE2-\\u0AE3\\u0AFA-\\u0AFF\\u0B01-\\u0B03\\u0B3C'
    '\\u0B3E-\\u0B44\\u0B47-\\u0B48\\u0B4B-\\u0B4D\\u0B55-\\u0B57\\u0B62-\\u0B63\\u0B82\\u0BBE-\\u0BC2\\u0BC6-\\u0BC8'
    '\\u0BCA-\\u0BCD\\u0BD7\\u0C00-\\u0C04\\u0C3C\\u0C3E-\\u0C44\\u0C46-\\u0C48\\u0C4A-\\u0C4D\\u0C55-\\u0C56'
    '\\u0C62-\\u0C63\\u0C81-\\u0C83\\u0CBC\\u0CBE-\\u0CC4\\u0CC6-\\u0CC8\\u0CCA-\\u0CCD\\u0CD5-\\u0CD6\\u0CE2-\\u0CE3'
    '\\u0CF3\\u0D00-\\u0D03\\u0D3B-\\u0D3C\\u0D3E-\\u0D44\\u0D46-\\u0D48\\u0D4A-\\u0D4D\\u0D57\\u0D62-\\u0D63'
    '\\u0D81-\\u0D83\\u0DCA\\u0DCF-\\u0DD4\\u0DD6\\u0DD8-\\u0DDF\\u0DF2-\\u0DF3\\u0E31\\u0E34-\\u0E3A\\u0E47-\\u0E4E'
    '\\u0EB1\\u0EB4-\\u0EBC\\u0EC8-\\u0ECE\\u0F18-\\u0F19\\u0F35\\u0F37\\u0F39\\u0F3E-\\u0F3F\\u0F71-\\u0F84'
    '\\u0F86-\\u0F87\\u0F8D-\\u0F97\\u0F99-\\u0FBC\\u0FC6\\u102B-\\u103E\\u1056-\\u1059\\u105E-\\u1060\\u1062-\\u1064'
    '\\u1067-\\u106D\\u1071-\\u1074\\u1082-\\u108D\\u108F\\u109A-\\u109D\\u135D-\\u135F\\u1712-\\u1715\\u1732-\\u1734'
    '\\u1752-\\u1753\\u1772-\\u1773\\u17B6-\\u17D3\\u17DD\\u1885-\\u1886\\u18A9\\u1920-\\u192B\\u1930-\\u193B'
    '\\u1A17-\\u1A1B\\u1A55-\\u1A5E\\u1A60-\\u1A7C\\u1A7F\\u1AB0-\\u1ADD\\u1AE0-\\u1AEB\\u1B00-\\u1B04\\u1B34-\\u1B44'
    '\\u1B6B-\\u1B73\\u1B80-\\u1B82\\u1BA1-\\u1BAD\\u1BE6-\\u1BF3\\u1C24-\\u1C37\\u1CD0-\\u1CD2\\u1CD4-\\u1CE8\\u1CED'
    '\\u1CF4\\u1CF7-\\u1CF9\\u1DC0-\\u1DFF\\u20D0-\\u20F0\\u2CEF-\\u2CF1\\u2D7F\\u2DE0-\\u2DFF\\u302A-\\u302F'
    '\\u3099-\\u309A\\uA66F-\\uA672\\uA674-\\uA67D\\uA69E-\\uA69F\\uA6F0-\\uA6F1\\uA802\\uA806\\uA80B\\uA823-\\uA827'
    '\\uA82C\\uA880-\\uA881\\uA8B4-\\uA8C5\\uA8E0-\\uA8F1\\uA8FF\\uA926-\\uA92D\\uA947-\\uA953\\uA980-\\uA983'
    '\\uA9B3-\\uA9C0\\uA9E5\\uAA29-\\uAA36\\uAA43\\uAA4C-\\uAA4D\\uAA7B-\\uAA7D\\uAAB0\\uAAB2-\\uAAB4\\uAAB7-\\uAAB8'
    '\\uAABE-\\uAABF\\uAAC1\\uAAEB-\\uAAEF\\uAAF5-\\uAAF6\\uABE3-\\uABEA\\uABEC-\\uABED\\uFB1E\\uFE20-\\uFE2F'
    '\\U000101FD\\U000102E0\\U00010376-\\U0001037A\\U00010A01-\\U00010A03\\U00010A05-\\U00010A06'
    '\\U00010A0C-\\U00010A0F\\U00010A38-\\U00010A3A\\U00010A3F\\U00010AE5-\\U00010AE6\\U00010D24-\\U00010D27'
    '\\U00010D69-\\U00010D6D\\U00010EAB-\\U00010EAC\\U00010EFA-\\U00010EFF\\U00010F46-\\U00010F50'
    '\\U00010F82-\\U00010F85\\U00011000-\\U00011002\\U00011038-\\U00011046\\U00011070\\U00011073-\\U00011074'
    '\\U0001107F-\\U00011082\\U000110B0-\\U000110BA\\U000110C2\\U00011100-\\U00011102\\U00011127-\\U00011134'
    '\\U00011145-\\U00011146\\U00011173\\U00011180-\\U00011182\\U000111B3-\\U000111C0\\U000111C9-\\U000111CC'
    '\\U000111CE-\\U000111CF\\U0001122C-\\U00011237\\U0001123E\\U00011241\\U000112DF-\\U000112EA'
    '\\U00011300-\\U00011303\\U0001133B-\\U0001133C\\U0001133E-\\U00011344\\U00011347-\\U00011348'
    '\\U0001134B-\\U0001134D\\U00011357\\U00011362-\\U00011363\\U00011366-\\U0001136C\\U00011370-\\U00011374'
    '\\U000113B8-\\U000113C0\\U000113C2\\U000113C5\\U000113C7-\\U000113CA\\U000113CC-\\U000113D0\\U000113D2'
    '\\U000113E1-\\U000113E2\\U00011435-\\U00011446\\U0001145E\\U000114B0-\\U000114C3\\U000115AF-\\U000115B5'
    '\\U000115B8-\\U000115C0\\U000115DC-\\U000115DD\\U00011630-\\U00011640\\U000116AB-\\U000116B7'
    '\\U0001171D-\\U0001172B\\U0001182C-\\U0001183A\\U00011930-\\U00011935\\U00011937-\\U00011938'
    '\\U0001193B-\\U0001193E\\U00011940\\U00011942-\\U00011943\\U000119D1-\\U000119D7\\U000119DA-\\U000119E0'
    '\\U000119E4\\U00011A01-\\U00011A0A\\U00011A33-\\U00011A39\\U00011A3B-\\U00011A3E\\U00011A47'
    '\\U00011A51-\\U00011A5B\\U00011A8A-\\U00011A99\\U00011B60-\\U00011B67\\U00011C2F-\\U00011C36'
    '\\U00011C38-\\U00011C3F\\U00011C92-\\U00011CA7\\U00011CA9-\\U00011CB6\\U00011D31-\\U00011D36\\U00011D3A'
    '\\U00011D3C-\\U00011D3D\\U00011D3F-\\U00011D45\\U00011D47\\U00011D8A-\\U00011D8E\\U00011D90-\\U00011D91'
    '\\U00011D93-\\U00011D97\\U00011EF3-\\U00011EF6\\U00011F00-\\U00011F01\\U00011F03\\U00011F34-\\U00011F3A'
    '\\U00011F3E-\\U00011F42\\U00011F5A\\U00013440\\U00013447-\\U00013455\\U0001611E-\\U0001612F'
    '\\U00016AF0-\\U00016AF4\\U00016B30-\\U00016B36\\U00016F4F\\U00016F51-\\U00016F87\\U00016F8F-\\U00016F92'
    '\\U00016FE4\\U00016FF0-\\U00016FF1\\U0001BC9D-\\U0001BC9E\\U0001CF00-\\U0001CF2D\\U0001CF30-\\U0001CF46'
    '\\U0001D165-\\U0001D169\\U0001D16D-\\U0001D172\\U0001D17B-\\U0001D182\\U0001D185-\\U0001D18B'
    '\\U0001D1AA-\\U0001D1AD\\U0001D242-\\U0001D244\\U0001DA00-\\U0001DA36\\U0001DA3B-\\U0001DA6C\\U0001DA75'
    '\\U0001DA84\\U0001DA9B-\\U0001DA9F\\U0001DAA1-\\U0001DAAF\\U0001E000-\\U0001E006\\U0001E008-\\U0001E018'
    '\\U0001E01B-\\U0001E021\\U0001E023-\\U0001E024\\U0001E026-\\U0001E02A\\U0001E08F\\U0001E130-\\U0001E136'
    '\\U0001E2AE\\U0001E2EC-\\U0001E2EF\\U0001E4EC-\\U0001E4EF\\U0001E5EE-\\U0001E5EF\\U0001E6E3\\U0001E6E6'
    '\\U0001E6EE-\\U0001E6EF\\U0001E6F5\\U0001E8D0-\\U0001E8D6\\U0001E944-\\U0001E94A\\u00AD\\u034F\\u0600-\\u0605'
    '\\u061C\\u06DD\\u070F\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u17B4-\\u17B5\\u180B-\\u180F\\u200B-\\u200F'
    '\\u202A-\\u202E\\u2060-\\u206F\\u2800\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFB\\U000110BD\\U000110CD'
    '\\U00013430-\\U0001343F\\U0001BCA0-\\U0001BCA3\\U0001D159\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF\\u0022'
    '\\u0027\\u0060\\u00AB\\u00B4\\u00BB\\u02B9-\\u02BF\\u02C8\\u02CA-\\u02CB\\u02EE\\u0384\\u055A\\u05F3-\\u05F4'
    '\\u1FBD\\u1FBF\\u1FFE\\u2018-\\u201F\\u2032-\\u2037\\u2039-\\u203A\\u2057\\u275B-\\u2760\\u276E-\\u276F'
    '\\u2E02-\\u2E05\\u2E09-\\u2E0A\\u2E0C-\\u2E0D\\u2E1C-\\u2E1D\\u2E20-\\u2E21\\u2E42\\u300C-\\u300F\\u301D-\\u301F'
    '\\uA78B-\\uA78C\\u0621\\u0640\\u0674]',
    '', 'g');
  IF octet_length(key) = length(key) THEN
    RETURN key;
  END IF;
  IF key COLLATE "C" ~
    '[øłđðħıŧÆÐØÞĐĦŁŊŒŦ]'
  THEN
    key := translate(key,
    'øłđðħıŧÆÐØÞĐĦŁŊŒŦ',
    'olddhitædoþdhlŋœt');
  END IF;
  IF key COLLATE "C" ~
    '[ƁƂƄƆƇƉƊƋƎƏƐƑƓƔƖƗƘƜƝƟƢƤƦƧƩƬƮƱƲƳƵƷƸƼǤǶǷȜȠȢȤȺȻȽȾɁɃɄɅɆɈɊɌɎ]'
  THEN
    key := translate(key,
    'ƁƂƄƆƇƉƊƋƎƏƐƑƓƔƖƗƘƜƝƟƢƤƦƧƩƬƮƱƲƳƵƷƸƼǤǶǷȜȠȢȤȺȻȽȾɁɃɄɅɆɈɊɌɎ',
    'ɓƃƅɔƈɖɗƌǝəɛƒɠɣɩɨƙɯɲɵƣƥʀƨʃƭʈʊʋƴƶʒƹƽǥƕƿȝƞȣȥⱥȼƚⱦɂƀʉʌɇɉɋɍɏ');
  END IF;
  IF key COLLATE "C" ~
    '[ςͰͲͶͿΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩϏϘϚϜϞϠϢϤϦϨϪϬϮϷϺϽϾϿ]'
  THEN
    key := translate(key,
    'ςͰͲͶͿΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩϏϘϚϜϞϠϢϤϦϨϪϬϮϷϺϽϾϿ',
    'σͱͳͷϳαβγδεζηθικλμνξοπρστυφχψωϗϙϛϝϟϡϣϥϧϩϫϭϯϸϻͻͼͽ');
  END IF;
  IF key COLLATE "C" ~
    '[ЂЄЅІЈЉЊЋЏАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ]'
  THEN
    key := translate(key,
    'ЂЄЅІЈЉЊЋЏАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ',
    'ђєѕіјљњћџабвгдежзиклмнопрстуфхцчшщъыьэюя');
  END IF;
  IF key COLLATE "C" ~
    '[ѠѢѤѦѨѪѬѮѰѲѴѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӃӅӇӉӋӍӔӘӠӨӶӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦԨԪԬԮ]'
  THEN
    key := translate(key,
    'ѠѢѤѦѨѪѬѮѰѲѴѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӃӅӇӉӋӍӔӘӠӨӶӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦԨԪԬԮ',
    'ѡѣѥѧѩѫѭѯѱѳѵѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏӄӆӈӊӌӎӕәӡөӷӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝԟԡԣԥԧԩԫԭԯ');
  END IF;
  IF key COLLATE "C" ~
    '[ٱىیکة֊־ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ]'
  THEN
    key := translate(key,
    'ٱىیکة֊־ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ',
    'اييكه--աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ');
  END IF;
  IF key COLLATE "C" ~
    '[‐‑‒–—―⁃−ႠႡႢႣႤႥႦႧႨႩႪႫႬႭႮႯႰႱႲႳႴႵႶႷႸႹႺႻႼႽႾႿჀჁჂჃჄჅჇჍᎠᎡᎢᎣᎤᎥᎦᎧᎨᎩᎪᎫᎬᎭᎮᎯᎰᎱᎲᎳᎴᎵᎶᎷᎸᎹᎺᎻᎼᎽᎾᎿᏀᏁᏂᏃᏄᏅᏆᏇᏈᏉᏊᏋᏌᏍᏎᏏᏐᏑᏒᏓᏔᏕᏖᏗᏘᏙᏚᏛᏜᏝᏞ'
    'ᏟᏠᏡᏢᏣᏤᏥᏦᏧᏨᏩᏪᏫᏬᏭᏮᏯᏰᏱᏲᏳᏴᏵᲉᲐᲑᲒᲓᲔᲕᲖᲗᲘᲙᲚᲛᲜᲝᲞᲟᲠᲡᲢᲣᲤᲥᲦᲧᲨᲩᲪᲫᲬᲭᲮᲯᲰᲱᲲᲳᲴᲵᲶᲷᲸᲹᲺᲽᲾᲿẞỺỼỾℲↃ]'
  THEN
    key := translate(key,
    '‐‑‒–—―⁃−ႠႡႢႣႤႥႦႧႨႩႪႫႬႭႮႯႰႱႲႳႴႵႶႷႸႹႺႻႼႽႾႿჀჁჂჃჄჅჇჍᎠᎡᎢᎣᎤᎥᎦᎧᎨᎩᎪᎫᎬᎭᎮᎯᎰᎱᎲᎳᎴᎵᎶᎷᎸᎹᎺᎻᎼᎽᎾᎿᏀᏁᏂᏃᏄᏅᏆᏇᏈᏉᏊᏋᏌᏍᏎᏏᏐᏑᏒᏓᏔᏕᏖᏗᏘᏙᏚᏛᏜᏝᏞᏟ'
    'ᏠᏡᏢᏣᏤᏥᏦᏧᏨᏩᏪᏫᏬᏭᏮᏯᏰᏱᏲᏳᏴᏵᲉᲐᲑᲒᲓᲔᲕᲖᲗᲘᲙᲚᲛᲜᲝᲞᲟᲠᲡᲢᲣᲤᲥᲦᲧᲨᲩᲪᲫᲬᲭᲮᲯᲰᲱᲲᲳᲴᲵᲶᲷᲸᲹᲺᲽᲾᲿẞỺỼỾℲↃ',
    '--------ⴀⴁⴂⴃⴄⴅⴆⴇⴈⴉⴊⴋⴌⴍⴎⴏⴐⴑⴒⴓⴔⴕⴖⴗⴘⴙⴚⴛⴜⴝⴞⴟⴠⴡⴢⴣⴤⴥⴧⴭꭰꭱꭲꭳꭴꭵꭶꭷꭸꭹꭺꭻꭼꭽꭾꭿꮀꮁꮂꮃꮄꮅꮆꮇꮈꮉꮊꮋꮌꮍꮎꮏꮐꮑꮒꮓꮔꮕꮖꮗꮘꮙꮚꮛꮜꮝꮞꮟꮠꮡꮢꮣꮤꮥꮦꮧꮨꮩꮪꮫꮬꮭꮮꮯ'
    'ꮰꮱꮲꮳꮴꮵꮶꮷꮸꮹꮺꮻꮼꮽꮾꮿᏸᏹᏺᏻᏼᏽᲊაბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰჱჲჳჴჵჶჷჸჹჺჽჾჿßỻỽỿⅎↄ');
  END IF;
  IF key COLLATE "C" ~
    '[ⰀⰁⰂⰃⰄⰅⰆⰇⰈⰉⰊⰋⰌⰍⰎⰏⰐⰑⰒⰓⰔⰕⰖⰗⰘⰙⰚⰛⰜⰝⰞⰟⰠⰡⰢⰣⰤⰥⰦⰧⰨⰩⰪⰫⰬⰭⰮⰯⱠⱢⱣⱤⱧⱩⱫⱭⱮⱯⱰⱲⱵⱾⱿⲀⲂⲄⲆⲈⲊⲌⲎⲐⲒⲔⲖⲘⲚⲜⲞⲠⲢⲤⲦⲨⲪⲬⲮⲰⲲⲴⲶⲸⲺⲼⲾⳀⳂⳄⳆⳈⳊⳌⳎⳐⳒⳔⳖⳘⳚⳜⳞ'
    'ⳠⳢⳫⳭⳲꙀꙂꙄꙆꙈꙊꙌꙎꙐꙒꙔꙖꙘꙚꙜꙞꙠꙢꙤꙦꙨꙪꙬꚀꚂꚄꚆꚈꚊꚌꚎꚐꚒꚔꚖꚘꚚꜢꜤꜦꜨꜪꜬꜮꜲꜴꜶꜸꜺꜼꜾꝀꝂꝄꝆꝈꝊꝌꝎꝐꝒꝔꝖꝘꝚꝜꝞꝠꝢꝤꝦꝨꝪꝬꝮꝹꝻꝽꝾꞀꞂꞄꞆꞋꞍꞐꞒꞖꞘꞚꞜꞞꞠꞢꞤꞦꞨꞪꞫꞬꞭꞮꞰꞱꞲꞳꞴ'
    'ꞶꞸꞺꞼꞾꟀꟂꟄꟅꟆꟇꟉꟋꟌ꟎Ꟑ꟒꟔ꟖꟘꟚꟜꟵ𐐀𐐁𐐂𐐃𐐄𐐅𐐆𐐇𐐈𐐉𐐊𐐋𐐌𐐍𐐎𐐏𐐐𐐑𐐒𐐓𐐔𐐕𐐖𐐗𐐘𐐙𐐚𐐛𐐜𐐝𐐞𐐟𐐠𐐡𐐢𐐣𐐤𐐥𐐦𐐧𐒰𐒱𐒲𐒳'
    '𐒴𐒵𐒶𐒷𐒸𐒹𐒺𐒻𐒼𐒽𐒾𐒿𐓀𐓁𐓂𐓃𐓄𐓅𐓆𐓇𐓈𐓉𐓊𐓋𐓌𐓍𐓎𐓏𐓐𐓑𐓒𐓓𐕰𐕱𐕲𐕳𐕴𐕵𐕶𐕷𐕸𐕹𐕺𐕼𐕽𐕾𐕿𐖀𐖁𐖂𐖃𐖄𐖅𐖆𐖇𐖈'
    '𐖉𐖊𐖌𐖍𐖎𐖏𐖐𐖑𐖒𐖔𐖕𐲀𐲁𐲂𐲃𐲄𐲅𐲆𐲇𐲈𐲉𐲊𐲋𐲌𐲍𐲎𐲏𐲐𐲑𐲒𐲓𐲔𐲕𐲖𐲗𐲘𐲙𐲚𐲛𐲜𐲝𐲞𐲟𐲠𐲡𐲢𐲣𐲤𐲥𐲦𐲧𐲨𐲩𐲪𐲫𐲬'
    '𐲭𐲮𐲯𐲰𐲱𐲲𐵐𐵑𐵒𐵓𐵔𐵕𐵖𐵗𐵘𐵙𐵚𐵛𐵜𐵝𐵞𐵟𐵠𐵡𐵢𐵣𐵤𐵥𑢠𑢡𑢢𑢣𑢤𑢥𑢦𑢧𑢨𑢩𑢪𑢫𑢬𑢭𑢮𑢯𑢰𑢱𑢲𑢳𑢴𑢵𑢶𑢷𑢸𑢹𑢺𑢻'
    '𑢼𑢽𑢾𑢿𖹀𖹁𖹂𖹃𖹄𖹅𖹆𖹇𖹈𖹉𖹊𖹋𖹌𖹍𖹎𖹏𖹐𖹑𖹒𖹓𖹔𖹕𖹖𖹗𖹘𖹙𖹚𖹛𖹜𖹝𖹞𖹟𖺠𖺡𖺢𖺣𖺤𖺥𖺦𖺧𖺨𖺩𖺪𖺫𖺬𖺭𖺮𖺯𖺰𖺱𖺲𖺳'
    '𖺴𖺵𖺶𖺷𖺸𞤀𞤁𞤂𞤃𞤄𞤅𞤆𞤇𞤈𞤉𞤊𞤋𞤌𞤍𞤎𞤏𞤐𞤑𞤒𞤓𞤔𞤕𞤖𞤗𞤘𞤙𞤚𞤛𞤜𞤝𞤞𞤟𞤠𞤡]'
  THEN
    key := translate(key,
    'ⰀⰁⰂⰃⰄⰅⰆⰇⰈⰉⰊⰋⰌⰍⰎⰏⰐⰑⰒⰓⰔⰕⰖⰗⰘⰙⰚⰛⰜⰝⰞⰟⰠⰡⰢⰣⰤⰥⰦⰧⰨⰩⰪⰫⰬⰭⰮⰯⱠⱢⱣⱤⱧⱩⱫⱭⱮⱯⱰⱲⱵⱾⱿⲀⲂⲄⲆⲈⲊⲌⲎⲐⲒⲔⲖⲘⲚⲜⲞⲠⲢⲤⲦⲨⲪⲬⲮⲰⲲⲴⲶⲸⲺⲼⲾⳀⳂⳄⳆⳈⳊⳌⳎⳐⳒⳔⳖⳘⳚⳜⳞⳠ'
    'ⳢⳫⳭⳲꙀꙂꙄꙆꙈꙊꙌꙎꙐꙒꙔꙖꙘꙚꙜꙞꙠꙢꙤꙦꙨꙪꙬꚀꚂꚄꚆꚈꚊꚌꚎꚐꚒꚔꚖꚘꚚꜢꜤꜦꜨꜪꜬꜮꜲꜴꜶꜸꜺꜼꜾꝀꝂꝄꝆꝈꝊꝌꝎꝐꝒꝔꝖꝘꝚꝜꝞꝠꝢꝤꝦꝨꝪꝬꝮꝹꝻꝽꝾꞀꞂꞄꞆꞋꞍꞐꞒꞖꞘꞚꞜꞞꞠꞢꞤꞦꞨꞪꞫꞬꞭꞮꞰꞱꞲꞳꞴꞶ'
    'ꞸꞺꞼꞾꟀꟂꟄꟅꟆꟇꟉꟋꟌ꟎Ꟑ꟒꟔ꟖꟘꟚꟜꟵ𐐀𐐁𐐂𐐃𐐄𐐅𐐆𐐇𐐈𐐉𐐊𐐋𐐌𐐍𐐎𐐏𐐐𐐑𐐒𐐓𐐔𐐕𐐖𐐗𐐘𐐙𐐚𐐛𐐜𐐝𐐞𐐟𐐠𐐡𐐢𐐣𐐤𐐥𐐦𐐧𐒰𐒱𐒲𐒳𐒴'
    '𐒵𐒶𐒷𐒸𐒹𐒺𐒻𐒼𐒽𐒾𐒿𐓀𐓁𐓂𐓃𐓄𐓅𐓆𐓇𐓈𐓉𐓊𐓋𐓌𐓍𐓎𐓏𐓐𐓑𐓒𐓓𐕰𐕱𐕲𐕳𐕴𐕵𐕶𐕷𐕸𐕹𐕺𐕼𐕽𐕾𐕿𐖀𐖁𐖂𐖃𐖄𐖅𐖆𐖇𐖈𐖉'
    '𐖊𐖌𐖍𐖎𐖏𐖐𐖑𐖒𐖔𐖕𐲀𐲁𐲂𐲃𐲄𐲅𐲆𐲇𐲈𐲉𐲊𐲋𐲌𐲍𐲎𐲏𐲐𐲑𐲒𐲓𐲔𐲕𐲖𐲗𐲘𐲙𐲚𐲛𐲜𐲝𐲞𐲟𐲠𐲡𐲢𐲣𐲤𐲥𐲦𐲧𐲨𐲩𐲪𐲫𐲬𐲭'
    '𐲮𐲯𐲰𐲱𐲲𐵐𐵑𐵒𐵓𐵔𐵕𐵖𐵗𐵘𐵙𐵚𐵛𐵜𐵝𐵞𐵟𐵠𐵡𐵢𐵣𐵤𐵥𑢠𑢡𑢢𑢣𑢤𑢥𑢦𑢧𑢨𑢩𑢪𑢫𑢬𑢭𑢮𑢯𑢰𑢱𑢲𑢳𑢴𑢵𑢶𑢷𑢸𑢹𑢺𑢻𑢼'
    '𑢽𑢾𑢿𖹀𖹁𖹂𖹃𖹄𖹅𖹆𖹇𖹈𖹉𖹊𖹋𖹌𖹍𖹎𖹏𖹐𖹑𖹒𖹓𖹔𖹕𖹖𖹗𖹘𖹙𖹚𖹛𖹜𖹝𖹞𖹟𖺠𖺡𖺢𖺣𖺤𖺥𖺦𖺧𖺨𖺩𖺪𖺫𖺬𖺭𖺮𖺯𖺰𖺱𖺲𖺳𖺴'
    '𖺵𖺶𖺷𖺸𞤀𞤁𞤂𞤃𞤄𞤅𞤆𞤇𞤈𞤉𞤊𞤋𞤌𞤍𞤎𞤏𞤐𞤑𞤒𞤓𞤔𞤕𞤖𞤗𞤘𞤙𞤚𞤛𞤜𞤝𞤞𞤟𞤠𞤡',
    'ⰰⰱⰲⰳⰴⰵⰶⰷⰸⰹⰺⰻⰼⰽⰾⰿⱀⱁⱂⱃⱄⱅⱆⱇⱈⱉⱊⱋⱌⱍⱎⱏⱐⱑⱒⱓⱔⱕⱖⱗⱘⱙⱚⱛⱜⱝⱞⱟⱡɫᵽɽⱨⱪⱬɑɱɐɒⱳⱶȿɀⲁⲃⲅⲇⲉⲋⲍⲏⲑⲓⲕⲗⲙⲛⲝⲟⲡⲣⲥⲧⲩⲫⲭⲯⲱⲳⲵⲷⲹⲻⲽⲿⳁⳃⳅⳇⳉⳋⳍⳏⳑⳓⳕⳗⳙⳛⳝⳟⳡ'
    'ⳣⳬⳮⳳꙁꙃꙅꙇꙉꙋꙍꙏꙑꙓꙕꙗꙙꙛꙝꙟꙡꙣꙥꙧꙩꙫꙭꚁꚃꚅꚇꚉꚋꚍꚏꚑꚓꚕꚗꚙꚛꜣꜥꜧꜩꜫꜭꜯꜳꜵꜷꜹꜻꜽꜿꝁꝃꝅꝇꝉꝋꝍꝏꝑꝓꝕꝗꝙꝛꝝꝟꝡꝣꝥꝧꝩꝫꝭꝯꝺꝼᵹꝿꞁꞃꞅꞇꞌɥꞑꞓꞗꞙꞛꞝꞟꞡꞣꞥꞧꞩɦɜɡɬɪʞʇʝꭓꞵꞷ'
    'ꞹꞻꞽꞿꟁꟃꞔʂᶎꟈꟊɤꟍ꟏ꟑꟓꟕꟗꟙꟛƛꟶ𐐨𐐩𐐪𐐫𐐬𐐭𐐮𐐯𐐰𐐱𐐲𐐳𐐴𐐵𐐶𐐷𐐸𐐹𐐺𐐻𐐼𐐽𐐾𐐿𐑀𐑁𐑂𐑃𐑄𐑅𐑆𐑇𐑈𐑉𐑊𐑋𐑌𐑍𐑎𐑏𐓘𐓙𐓚𐓛𐓜'
    '𐓝𐓞𐓟𐓠𐓡𐓢𐓣𐓤𐓥𐓦𐓧𐓨𐓩𐓪𐓫𐓬𐓭𐓮𐓯𐓰𐓱𐓲𐓳𐓴𐓵𐓶𐓷𐓸𐓹𐓺𐓻𐖗𐖘𐖙𐖚𐖛𐖜𐖝𐖞𐖟𐖠𐖡𐖣𐖤𐖥𐖦𐖧𐖨𐖩𐖪𐖫𐖬𐖭𐖮𐖯𐖰'
    '𐖱𐖳𐖴𐖵𐖶𐖷𐖸𐖹𐖻𐖼𐳀𐳁𐳂𐳃𐳄𐳅𐳆𐳇𐳈𐳉𐳊𐳋𐳌𐳍𐳎𐳏𐳐𐳑𐳒𐳓𐳔𐳕𐳖𐳗𐳘𐳙𐳚𐳛𐳜𐳝𐳞𐳟𐳠𐳡𐳢𐳣𐳤𐳥𐳦𐳧𐳨𐳩𐳪𐳫𐳬𐳭'
    '𐳮𐳯𐳰𐳱𐳲𐵰𐵱𐵲𐵳𐵴𐵵𐵶𐵷𐵸𐵹𐵺𐵻𐵼𐵽𐵾𐵿𐶀𐶁𐶂𐶃𐶄𐶅𑣀𑣁𑣂𑣃𑣄𑣅𑣆𑣇𑣈𑣉𑣊𑣋𑣌𑣍𑣎𑣏𑣐𑣑𑣒𑣓𑣔𑣕𑣖𑣗𑣘𑣙𑣚𑣛𑣜'
    '𑣝𑣞𑣟𖹠𖹡𖹢𖹣𖹤𖹥𖹦𖹧𖹨𖹩𖹪𖹫𖹬𖹭𖹮𖹯𖹰𖹱𖹲𖹳𖹴𖹵𖹶𖹷𖹸𖹹𖹺𖹻𖹼𖹽𖹾𖹿𖺻𖺼𖺽𖺾𖺿𖻀𖻁𖻂𖻃𖻄𖻅𖻆𖻇𖻈𖻉𖻊𖻋𖻌𖻍𖻎𖻏'
    '𖻐𖻑𖻒𖻓𞤢𞤣𞤤𞤥𞤦𞤧𞤨𞤩𞤪𞤫𞤬𞤭𞤮𞤯𞤰𞤱𞤲𞤳𞤴𞤵𞤶𞤷𞤸𞤹𞤺𞤻𞤼𞤽𞤾𞤿𞥀𞥁𞥂𞥃');
  END IF;
  key := replace(key, E'\u00DF', 'ss');
  key := replace(key, E'\u00E6', 'ae');
  key := replace(key, E'\u0153', 'oe');
  key := replace(key, E'\u00FE', 'th');
  RETURN regexp_replace(key COLLATE "C",
    E'[\\u2E80-\\u2FDF\\u3400-\\u9FFF\\uF900-\\uFAFF\\U00020000-\\U0003FFFF]',
    E' \\&', 'g');
END`;
