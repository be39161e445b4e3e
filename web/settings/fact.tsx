import type { ComponentChildren } from 'preact';

/** A value with its name. */
export function Fact({ term, children }: { term: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Several values, each on its own. */
export function Words({ words }: { words: readonly string[] }) {
  return (
    <ul class="words">
      {words.map((word) => (
        <li key={word} class="tag">
          {word}
        </li>
      ))}
    </ul>
  );
}
