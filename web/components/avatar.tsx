import { useEffect, useState } from 'preact/hooks';
import { pictures } from '../api/pictures.js';

/** Colors of avatars without a picture. Each has a CSS class. */
const COLOURS = 8;
/** Pictures are not requested while the user scrolls past them. */
const SETTLE_MS = 120;

interface AvatarProps {
  /** Whose picture it is. */
  path: string;
  name: string;
  /** Determines the color, so that it stays the same when the name changes. */
  colorBy: string;
  /** Changes with the picture; null: there is none. */
  version: string | null;
}

/** The picture, or the first letters of the name. */
export function Avatar({ path, name, colorBy, version }: AvatarProps) {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    const known = version === null ? null : pictures.peek(path, version);
    setUrl(known);
    if (version === null || known !== null) return;
    let isGone = false;
    const timer = setTimeout(() => {
      void pictures.get(path, version).then((loaded) => {
        if (!isGone) setUrl(loaded);
      });
    }, SETTLE_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [path, version]);
  return (
    <span class={`avatar colour-${hash(colorBy) % COLOURS}`} aria-hidden="true">
      {url === null ? initialsOf(name) : <img src={url} alt="" />}
    </span>
  );
}

function initialsOf(name: string): string {
  const words = name.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => [...(word ?? '')][0] ?? '',
  );
  return letters.join('').toLocaleUpperCase() || '?';
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521, 7);
}
