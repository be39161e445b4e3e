import { type ComponentChildren, createContext } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

interface DialogProps {
  title: string;
  /** Whether Escape has no effect, because something would be lost. */
  isLocked?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

/** Whether a component is in a dialog, which covers the banner and the rest of the page. */
export const InDialog = createContext(false);

/** Above the page, which is out of reach until it is closed: by Escape, too. */
export function Dialog({ title, isLocked = false, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const isRemoved = useRef(false);
  useLayoutEffect(() => {
    const { current: dialog } = element;
    dialog?.showModal();
    return () => {
      isRemoved.current = true;
      // Returns the focus to the button that has opened it.
      dialog?.close();
    };
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={titleId}
      onCancel={(event) => isLocked && event.preventDefault()}
      onClose={() => !isRemoved.current && onClose()}
    >
      <h2 id={titleId}>{title}</h2>
      <InDialog.Provider value={true}>{children}</InDialog.Provider>
    </dialog>
  );
}
