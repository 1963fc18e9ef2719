import { useRef, type CSSProperties, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import { useMove } from "react-aria/useMove";

import type { TimeBlock } from "timelift-react";
import { timesOf, words } from "../../words";
import { beneath, isBreak, SURE } from "timelift-react/layout";
import { STEP } from "../move";

/** How far, in px, a pointer goes before a press is a drag. */
const SLACK = 4;

export interface Shift {
  columns: number;
  /** Minutes. */
  later: number;
}

interface LessonBlockProps {
  block: TimeBlock;
  hue: (name: string) => number;
  /** It only opens. */
  fixed: boolean;
  /** On the screen, in px; decides what fits. 0 without a time. */
  height: number;
  openEnd: boolean;
  /** Its place is pointed at, here or on the picture. */
  pointed: boolean;
  onPoint: (on: boolean) => void;
  onOpen: () => void;
  onRemove: () => void;
  /** px of a minute and of a column, asked when a drag begins. */
  scale: () => { minute: number; column: number };
  onMove: (shift: Shift) => void;
  /** Without a time there is no end to pull. */
  onPull: ((later: number) => void) | null;
}

/** One lesson: Enter opens it, a pointer or the arrow keys move it, its lower edge or Shift with an arrow changes its end. */
export function LessonBlock(props: LessonBlockProps): ReactNode {
  const { block, hue, height, openEnd, pointed } = props;
  const element = useRef<HTMLButtonElement>(null);
  const drag = useDrag(element, props);
  const unsure = block.confidence < SURE;
  const time = block.startTime ? timesOf(block.startTime, openEnd ? null : block.endTime) : "";
  const more = beneath(block);
  const fit = height < 24 ? "tiny" : height < 42 ? "short" : height < 64 ? "middle" : "tall";
  const about = [block.name, time, more, unsure ? words.hardToRead : ""].filter(Boolean).join("\n");
  const classes = ["block", `block-${fit}`, isBreak(block) && "block-break", unsure && "block-unsure", openEnd && "block-open"];
  const style = { "--hue": hue(block.name) } as CSSProperties;
  return (
    <>
      <button
        ref={element}
        type="button"
        {...(props.fixed ? {} : drag.moveProps)}
        className={classes.filter(Boolean).join(" ")}
        style={style}
        title={about}
        data-testid="time-block"
        data-name={block.name}
        data-pointed={pointed || undefined}
        {...(props.fixed ? {} : { "aria-describedby": "how-to-move" })}
        onPointerEnter={() => props.onPoint(true)}
        onPointerLeave={() => props.onPoint(false)}
        onFocus={() => props.onPoint(true)}
        onBlur={() => props.onPoint(false)}
        onKeyDown={(event) => !props.fixed && drag.key(event)}
        onClick={() => !drag.wasDragged() && props.onOpen()}
      >
        <span className="block-name">
          {block.name || words.withoutName}
          {block.week && <abbr title={words.onlyInWeek(block.week)}>{block.week}</abbr>}
          {block.day && block.cycleDay && <abbr title={words.onlyOnCycleDay(block.cycleDay)}>{block.cycleDay}</abbr>}
        </span>
        {(time || more) && (
          <span className="block-more">
            {time && <span className="block-time">{time}</span>}
            {more && <span className="block-beneath">{more}</span>}
          </span>
        )}
        {unsure && <span className="visually-hidden">{words.hardToRead}</span>}
      </button>
      {!props.fixed && props.onPull && height > 0 && <span {...drag.pullProps} className="block-edge" aria-hidden="true" />}
    </>
  );
}

interface Drag {
  moveProps: object;
  pullProps: object;
  /** Whether the press that just ended was a drag: its click opens nothing. */
  wasDragged: () => boolean;
  key: (event: KeyboardEvent) => void;
}

/** A drag shows itself by the element alone: nothing is rendered for a move of the pointer. */
function useDrag(element: RefObject<HTMLButtonElement | null>, props: LessonBlockProps): Drag {
  const by = useRef({ x: 0, y: 0, dragged: false });
  const begin = (): void => {
    by.current = { x: 0, y: 0, dragged: false };
  };
  const go = (event: { deltaX: number; deltaY: number; pointerType: string }, pull: boolean): void => {
    // A finger scrolls the page and turns to another day; keys have steps of their own.
    if (event.pointerType === "touch" || event.pointerType === "keyboard" || event.pointerType === "virtual") return;
    by.current.x += event.deltaX;
    by.current.y += event.deltaY;
    by.current.dragged ||= Math.hypot(by.current.x, by.current.y) > SLACK;
    if (!by.current.dragged) return;
    if (!element.current) return;
    const { dataset, style } = element.current;
    dataset["dragging"] = "true";
    if (pull) style.height = `calc(100% + ${by.current.y}px)`;
    else style.translate = `${by.current.x}px ${by.current.y}px`;
  };
  const end = (pull: boolean): void => {
    if (element.current) {
      const { dataset, style } = element.current;
      delete dataset["dragging"];
      style.height = style.translate = "";
    }
    if (!by.current.dragged) return;
    const { minute, column } = props.scale();
    const later = by.current.y / minute;
    if (pull) props.onPull?.(later);
    else props.onMove({ columns: Math.round(by.current.x / column), later });
  };
  const move = useMove({ onMoveStart: begin, onMove: (event) => go(event, false), onMoveEnd: () => end(false) });
  const pull = useMove({ onMoveStart: begin, onMove: (event) => go(event, true), onMoveEnd: () => end(true) });
  const { onKeyDown: _, ...pointer } = move.moveProps;
  const key = (event: KeyboardEvent): void => {
    const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const down = { ArrowUp: -STEP, ArrowDown: STEP }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") props.onRemove();
    else if (across !== undefined && !event.shiftKey) props.onMove({ columns: across, later: 0 });
    else if (down !== undefined && event.shiftKey && props.onPull) props.onPull(down);
    else if (down !== undefined && !event.shiftKey) props.onMove({ columns: 0, later: down });
    else return;
    event.preventDefault(); // else the page scrolls
  };
  return {
    moveProps: pointer,
    pullProps: pull.moveProps,
    wasDragged: () => {
      const { dragged } = by.current;
      by.current.dragged = false;
      return dragged;
    },
    key,
  };
}
