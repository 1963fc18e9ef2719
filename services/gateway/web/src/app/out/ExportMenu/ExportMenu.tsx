import { lazy, Suspense, useState, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Menu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";

import { fileUrl } from "../../api";
import { useMay } from "../../session";
import { words } from "../../words";
import "../../options.css";

const CalendarSheet = lazy(() => import("../CalendarSheet/CalendarSheet").then((file) => ({ default: file.CalendarSheet })));

const FILES = [
  ["xlsx", () => words.out.excel],
  ["csv", () => words.out.csv],
  ["json", () => words.out.json],
] as const;

interface ExportMenuProps {
  id: string;
  settled: () => Promise<void>;
}

/** The ways a week leaves: into a calendar, as a table, on paper. A file is an attachment: the page stays. */
export function ExportMenu({ id, settled }: ExportMenuProps): ReactNode {
  const [calendar, setCalendar] = useState(false);
  const mayWrite = useMay("write"); // the dialog keeps the term's dates with the week
  const save = async (suffix: string): Promise<void> => {
    await settled(); // what was typed a moment ago is in the file
    window.location.assign(fileUrl(id, suffix));
  };
  return (
    <>
      <MenuTrigger>
        <Button className="button small" data-testid="export">
          {words.tools.export}
        </Button>
        <Popover className="options" placement="bottom end">
          <Menu aria-label={words.tools.export}>
            {mayWrite && (
              <MenuItem className="option" onAction={() => void settled().then(() => setCalendar(true))}>
                {words.out.calendar}
              </MenuItem>
            )}
            {FILES.map(([suffix, name]) => (
              <MenuItem key={suffix} className="option" onAction={() => void save(suffix)}>
                {name()}
              </MenuItem>
            ))}
            <MenuItem className="option" onAction={() => window.print()}>
              {words.out.print}
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
      <Suspense>{calendar && <CalendarSheet id={id} onClose={() => setCalendar(false)} />}</Suspense>
    </>
  );
}
