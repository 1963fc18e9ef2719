import type { ReactNode } from "react";
import { Dialog } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { Heading } from "react-aria-components/Heading";

import { words } from "../../words";
import "./Sheet.css";

interface SheetProps {
  title: ReactNode;
  subtitle?: ReactNode;
  testId: string;
  wide?: boolean;
  /** Escape, the backdrop or the cross. */
  onClose: () => void;
  children: ReactNode;
}

/** A dialog over the page; on a phone it comes up from below. */
export function Sheet({ title, subtitle, testId, wide = false, onClose, children }: SheetProps): ReactNode {
  return (
    <ModalOverlay isOpen isDismissable className="sheet-overlay" onOpenChange={(open) => !open && onClose()}>
      <Modal className={`sheet${wide ? " sheet-wide" : ""}`} data-testid={testId}>
        <Dialog className="sheet-dialog">
          <header className="sheet-head">
            <div>
              <Heading slot="title">{title}</Heading>
              {subtitle && <p>{subtitle}</p>}
            </div>
            <button type="button" className="button quiet small icon" aria-label={words.close} onClick={onClose}>
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d="M4 4l8 8m0-8-8 8" />
              </svg>
            </button>
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
