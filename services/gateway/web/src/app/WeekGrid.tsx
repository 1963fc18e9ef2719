import { useRef, useState, type CSSProperties, type ReactNode } from "react";

import { DAYS, type TimeBlock } from "../lib";
import { beneath, clock, isBreak, SURE, type DayPlan, type Placed, type WeekPlan } from "./layout";

/** How tall, in px, the shortest block should be, and the bounds of a minute's height that follows. */
const READABLE = 30;
const MINUTE_LEAST = 1.1;
const MINUTE_MOST = 1.9;
/** How far, in px, a finger moves sideways to turn to another day. */
const SWIPE = 60;

const capital = (day: string): string => day.charAt(0).toUpperCase() + day.slice(1);

interface WeekGridProps {
  plan: WeekPlan;
  hue: (name: string) => number;
  /** Called with the block's index in the timetable. */
  onOpen: (index: number) => void;
}

/** Days across, time down. Narrow screens show one day at a time. */
export function WeekGrid({ plan, hue, onOpen }: WeekGridProps): ReactNode {
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
  const style = {
    "--days": days.length,
    "--height": `${(to - from) * minute}px`,
  } as CSSProperties;
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
      <div className="day-tabs" role="group" aria-label="Day">
        {days.map(({ day }) => (
          <button key={day} type="button" aria-pressed={day === active} aria-label={capital(day)} onClick={() => setChosen(day)}>
            {day.startsWith("day ") ? capital(day) : capital(day).slice(0, 3)}
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
                {clock(hour)}
              </span>
            ))}
          </div>
        </div>
        {days.map((day) => (
          <section key={day.day} className="day" data-day={day.day} data-active={day.day === active} aria-label={capital(day.day)}>
            <h2 className="day-name">{capital(day.day)}</h2>
            {untimed && <Untimed day={day} hue={hue} onOpen={onOpen} />}
            <ol className="day-blocks">
              {hours.map((hour) => (
                <li key={hour} className="hour-line" aria-hidden="true" style={{ top: `${((hour - from) / (to - from)) * 100}%` }} />
              ))}
              {day.placed.map((one) => (
                <li key={one.index} style={place(one, from, to)}>
                  <Block
                    block={one.block}
                    hue={hue}
                    onOpen={() => onOpen(one.index)}
                    height={(one.end - one.start) * minute}
                    openEnd={one.openEnd}
                  />
                </li>
              ))}
            </ol>
            {day.placed.length + day.untimed.length === 0 && <p className="free">Nothing on this day</p>}
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

function place(one: Placed, from: number, to: number): CSSProperties {
  const total = to - from;
  return {
    top: `${((one.start - from) / total) * 100}%`,
    height: `${((one.end - one.start) / total) * 100}%`,
    left: `${(one.column / one.columns) * 100}%`,
    width: `${(one.span / one.columns) * 100}%`,
  };
}

function Untimed({ day, hue, onOpen }: { day: DayPlan; hue: WeekGridProps["hue"]; onOpen: WeekGridProps["onOpen"] }): ReactNode {
  return (
    <ul className="untimed" aria-label="Without a time">
      {day.untimed.map(({ block, index }) => (
        <li key={index}>
          <Block block={block} hue={hue} onOpen={() => onOpen(index)} height={0} openEnd={false} />
        </li>
      ))}
    </ul>
  );
}

interface BlockProps {
  block: TimeBlock;
  hue: WeekGridProps["hue"];
  onOpen: () => void;
  /** On the screen, in px; decides what fits. */
  height: number;
  openEnd: boolean;
}

function Block({ block, hue, onOpen, height, openEnd }: BlockProps): ReactNode {
  const unsure = block.confidence < SURE;
  const time = block.startTime ? `${block.startTime}${block.endTime && !openEnd ? `–${block.endTime}` : ""}` : "";
  const more = beneath(block);
  const fit = height < 24 ? "tiny" : height < 42 ? "short" : height < 64 ? "middle" : "tall";
  const about = [block.name, time, more, unsure ? "Hard to read: please check" : ""].filter(Boolean).join("\n");
  const classes = ["block", `block-${fit}`, isBreak(block) && "block-break", unsure && "block-unsure", openEnd && "block-open"];
  return (
    <button
      type="button"
      className={classes.filter(Boolean).join(" ")}
      style={{ "--hue": hue(block.name) } as CSSProperties}
      title={about}
      data-testid="time-block"
      data-name={block.name}
      onClick={onOpen}
    >
      <span className="block-name">
        {block.name || "Without a name"}
        {block.week && <abbr title={`Only in week ${block.week}`}>{block.week}</abbr>}
        {block.day && block.cycleDay && <abbr title={`Only on day ${block.cycleDay} of the cycle`}>{block.cycleDay}</abbr>}
      </span>
      {(time || more) && (
        <span className="block-more">
          {time && <span className="block-time">{time}</span>}
          {more && <span className="block-beneath">{more}</span>}
        </span>
      )}
      {unsure && <span className="visually-hidden">Hard to read: please check</span>}
    </button>
  );
}
