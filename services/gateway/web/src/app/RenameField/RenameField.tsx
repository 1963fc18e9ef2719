import { useState, type FormEvent, type ReactNode } from "react";

import { words } from "../words";

interface RenameFieldProps {
  className: string;
  name: string;
  /** Called with another name than before; not where nothing was changed or all was deleted. */
  rename: (name: string) => void;
  /** Enter, Escape, or the focus went elsewhere. */
  onEnd: () => void;
}

/** A name while it is typed over: Enter and leaving keep it, Escape does not. */
export function RenameField({ className, name, rename, onEnd }: RenameFieldProps): ReactNode {
  const [text, setText] = useState(name);
  const keep = (): void => {
    const typed = text.trim();
    if (typed && typed !== name) rename(typed);
    onEnd();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    keep();
  };
  return (
    <form onSubmit={submit}>
      <input
        className={className}
        aria-label={words.tools.name}
        value={text}
        maxLength={200}
        autoFocus
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={keep}
        onKeyDown={(event) => event.key === "Escape" && onEnd()}
      />
    </form>
  );
}
