import { useEffect, useRef } from 'preact/hooks';

/** Heading of a step or a result. It takes the focus, so that screen readers continue there. */
export function FocusedHeading({ text }: { text: string }) {
  const element = useRef<HTMLHeadingElement>(null);
  useEffect(() => element.current?.focus(), []);
  return (
    <h1 ref={element} tabIndex={-1}>
      <bdi>{text}</bdi>
    </h1>
  );
}
