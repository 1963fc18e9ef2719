import { useRef, useState, type CSSProperties, type PointerEvent, type ReactNode } from "react";

import { DAYS } from "timelift-react";
import { hourOf, timesOf, words } from "../../words";
import { dayName } from "../dayName";
import { clock, type DayPlan, type Placed, type WeekPlan } from "timelift-react/layout";
import { drawn, moved, pulled, type Place } from "../move";
import { LessonBlock } from "./LessonBlock";
import "./WeekGrid.css";

/** How tall, in px, the shortest block should be, and the bounds of a minute's height that follows. */
const READABLE = 30;
const MINUTE_LEAST = 1.1;
const MINUTE_MOST = 1.9;
/** How far, in px, a finger moves sideways to turn to another day. */
const SWIPE = 60;
/** How far, in px, a pointer moves over free time before it draws a lesson. */
const DRAW = 10;

export interface WeekGridProps {
  plan: WeekPlan;
  hue: (name: string) => number;
  /** Nothing is moved, removed or drawn: it is only to be looked at. */
  fixed: boolean;
  /** The index, in the timetable, of the block that is pointed at. */
  pointed: number | null;
  onPoint: (index: number | null) => void;
  /** All take the block's index in the timetable. */
  onOpen: (index: number) => void;
  onRemove: (index: number) => void;
  onMove: (index: number, place: Place) => void;
  /** A stretch of free time of the column, as `dayOf` names it, was drawn. */
  onDraw: (day: string, startTime: string, endTime: string) => void;
}

/** Days across, time down. Narrow screens show one day at a time. */
export function WeekGrid(props: WeekGridProps): ReactNode {
  const { plan } = props;
  const { days, from, to } = plan;
  const [chosen, setChosen] = useState<string>(() => firstDay(plan));
  const active = days.some(({ day }) => day === chosen) ? chosen : days[0]?.day;
  const touch = useRef<{ x: number; y: number } | null>(null);
  const minute = Math.min(MINUTE_MOST, Math.max(MINUTE_LEAST, READABLE / plan.shortest));
  const untimed = days.some((day) => day.untimed.length > 0);
  const hours = Array.from({ length: Math.floor(to / 60) - Math.ceil(from / 60) + 1 }, (_, i) => (Math.ceil(from / 60) + i) * 60);

  const turn = (by: number): void => {
    const at = days.findIndex(({ day }) => day === active);
    const next = days[Math.min(days.length - 1, Math.max(0, at + by))];
    if (next) setChosen(next.day);
  };
  const style = { "--days": days.length, "--height": `${(to - from) * minute}px` } as CSSProperties;
  return (
    <div
      className="week"
      data-testid="week-grid"
      style={style}
      onTouchStart={(event) => {
        const finger = event.touches[0];
        touch.current = finger && event.touches.length === 1 ? { x: finger.clientX, y: finger.clientY } : null;
      }}
      onTouchEnd={(event) => {
        const finger = event.changedTouches[0];
        const start = touch.current;
        touch.current = null;
        if (!finger || !start) return;
        const across = finger.clientX - start.x;
        if (Math.abs(across) > SWIPE && Math.abs(across) > 2 * Math.abs(finger.clientY - start.y)) turn(across < 0 ? 1 : -1);
      }}
    >
      {!props.fixed && (
        <p id="how-to-move" className="visually-hidden">
          {words.tools.howToMove}
        </p>
      )}
      <div className="choice day-tabs" role="group" aria-label={words.lesson.day}>
        {days.map(({ day }) => (
          <button key={day} type="button" aria-pressed={day === active} aria-label={dayName(day)} onClick={() => setChosen(day)}>
            {dayName(day, "short")}
          </button>
        ))}
      </div>
      <div className="week-grid">
        <div className="axis" aria-hidden="true">
          <div className="day-name" />
          {untimed && <div className="untimed" />}
          <div className="hours">
            {hours.map((hour) => (
              <span key={hour} style={{ top: `${((hour - from) / (to - from)) * 100}%` }}>
                {hourOf(clock(hour))}
              </span>
            ))}
          </div>
        </div>
        {days.map((day, column) => (
          <section key={day.day} className="day" data-day={day.day} data-active={day.day === active} aria-label={dayName(day.day)}>
            <h2 className="day-name">{dayName(day.day)}</h2>
            {untimed && (
              <ul className="untimed" aria-label={words.withoutTime}>
                {day.untimed.map(({ block, index }) => (
                  <li key={index}>
                    <Lesson {...props} column={column} one={{ block, index }} minute={minute} />
                  </li>
                ))}
              </ul>
            )}
            <Hours {...props} day={day} column={column} minute={minute} hours={hours} />
            {day.placed.length + day.untimed.length === 0 && <p className="free">{words.nothingOnThisDay}</p>}
          </section>
        ))}
      </div>
    </div>
  );
}

/** Today, where the week has it; else the first day with a block. */
function firstDay(plan: WeekPlan): string {
  const today = DAYS[(new Date().getDay() + 6) % 7] ?? "monday";
  const full = plan.days.filter((day) => day.placed.length + day.untimed.length > 0);
  return full.find((day) => day.day === today)?.day ?? full[0]?.day ?? "monday";
}

function place(start: number, end: number, plan: WeekPlan): CSSProperties {
  const total = plan.to - plan.from;
  return { top: `${((start - plan.from) / total) * 100}%`, height: `${((end - start) / total) * 100}%` };
}

interface HoursProps extends WeekGridProps {
  day: DayPlan;
  column: number;
  minute: number;
  hours: number[];
}

/** A day's timed lessons; a pointer that is drawn over its free time makes another. */
function Hours(props: HoursProps): ReactNode {
  const { day, column, minute, hours, plan } = props;
  const [sketch, setSketch] = useState<{ from: number; to: number } | null>(null);
  const at = (event: PointerEvent<HTMLElement>): number =>
    plan.from + (event.clientY - event.currentTarget.getBoundingClientRect().top) / minute;
  const draws = sketch && Math.abs(sketch.to - sketch.from) * minute > DRAW;
  const times = sketch && drawn(sketch.from, sketch.to);
  return (
    <ol
      className="day-blocks"
      onPointerDown={(event) => {
        const free = event.target === event.currentTarget || (event.target as Element).classList.contains("hour-line");
        if (props.fixed || !free || event.button !== 0 || event.pointerType === "touch") return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setSketch({ from: at(event), to: at(event) });
      }}
      onPointerMove={(event) => sketch && setSketch({ ...sketch, to: at(event) })}
      onPointerCancel={() => setSketch(null)}
      onPointerUp={() => {
        setSketch(null);
        if (draws && times) props.onDraw(day.day, times.startTime, times.endTime);
      }}
    >
      {hours.map((hour) => (
        <li key={hour} className="hour-line" aria-hidden="true" style={{ top: `${((hour - plan.from) / (plan.to - plan.from)) * 100}%` }} />
      ))}
      {day.placed.map((one) => (
        <li key={one.index} style={{ ...place(one.start, one.end, plan), left: `${(one.column / one.columns) * 100}%`, width: `${(one.span / one.columns) * 100}%` }}>
          <Lesson {...props} one={one} column={column} minute={minute} />
        </li>
      ))}
      {draws && times && (
        <li className="sketch" aria-hidden="true" style={place(Math.min(sketch.from, sketch.to), Math.max(sketch.from, sketch.to), plan)}>
          {timesOf(times.startTime, times.endTime)}
        </li>
      )}
    </ol>
  );
}

interface LessonProps extends WeekGridProps {
  one: Pick<Placed, "block" | "index"> & Partial<Placed>;
  column: number;
  minute: number;
}

function Lesson({ one, column, minute, plan, hue, fixed, pointed, onPoint, onOpen, onRemove, onMove }: LessonProps): ReactNode {
  const { block, index, start, end } = one;
  const timed = start !== undefined && end !== undefined;
  const columns = plan.days.map(({ day }) => day);
  return (
    <LessonBlock
      block={block}
      hue={hue}
      fixed={fixed}
      height={timed ? (end - start) * minute : 0}
      openEnd={one.openEnd ?? false}
      pointed={pointed === index}
      onPoint={(on) => onPoint(on ? index : null)}
      onOpen={() => onOpen(index)}
      onRemove={() => onRemove(index)}
      scale={() => ({ minute, column: document.querySelector(".day[data-day]")?.clientWidth || 1 })}
      onMove={({ columns: across, later }) => onMove(index, moved(block, columns, column, across, later))}
      onPull={timed ? (later) => onMove(index, pulled(block, end, later)) : null}
    />
  );
}
