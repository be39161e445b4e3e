import type { ContactIndex } from '../api/types.js';
import { t } from '../i18n/language.js';

/** The least height of a target that a finger can hit (WCAG 2.2, 2.5.8). */
const LETTER_PX = 24;

interface InitialsProps {
  initials: ContactIndex['initials'];
  /** Height of the list. If not all initials have room, some are skipped, evenly. */
  heightPx: number;
  /** The row at the upper edge. */
  firstRow: number;
  onJump: (row: number) => void;
}

/** The initials of a list next to it, from top to bottom. Each leads to the first contact that has it. */
export function Initials({ initials, heightPx, firstRow, onJump }: InitialsProps) {
  const shown = thinned(initials, Math.floor(heightPx / LETTER_PX));
  const here = shown.findLast(({ row }) => row <= firstRow);
  return (
    <nav class="initials" aria-label={t.find.jump}>
      {shown.map((each) => (
        <button
          key={each.row}
          type="button"
          aria-current={each === here ? 'true' : undefined}
          onClick={() => onJump(each.row)}
        >
          {each.initial}
        </button>
      ))}
    </nav>
  );
}

/** @returns at most `room` elements, always with the first and the last one */
function thinned<T>(all: readonly T[], room: number): T[] {
  if (all.length <= room) return [...all];
  if (room < 2) return [];
  const at = (i: number) => Math.round((i * (all.length - 1)) / (room - 1));
  return Array.from({ length: room }, (_, i) => all[at(i)] as T);
}
