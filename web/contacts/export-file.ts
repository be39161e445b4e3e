/** Characters that file systems reject or treat specially, and spaces. */
const UNSAFE = /[\p{Cc}\p{Cf}\s"*/:<>?\\|.-]+/gu;
const MAX_PART_LENGTH = 60;

/** Joins the parts of a file name, and adds the local date: `contacts-sales-2026-11-30.vcf`. */
export function fileNameOf(parts: readonly string[], extension: string, now: Date): string {
  const [month, day] = [now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, '0'));
  const safe = parts
    .map((part) =>
      [...part.replace(UNSAFE, '-')]
        .slice(0, MAX_PART_LENGTH)
        .join('')
        .replace(/^-+|-+$/g, ''),
    )
    .filter(Boolean);
  return `${[...safe, now.getFullYear(), month, day].join('-')}.${extension}`;
}
