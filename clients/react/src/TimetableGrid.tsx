"use client";

import { forwardRef, useMemo, type CSSProperties, type HTMLAttributes, type ReactNode } from "react";

import { GRID_LABELS, type GridLabels } from "./labels.js";
import { beneath, clock, hues, isBreak, planWeek, SURE, type DayPlan, type Placed, type WeekPlan } from "./layout.js";
import { DAYS, type Day, type TimeBlock, type Timetable, type Week } from "./types.js";

export interface TimetableGridProps extends Omit<HTMLAttributes<HTMLElement>, "onSelect"> {
  timetable: Pick<Timetable, "timeblocks">;
  /** Only this of several weeks that take turns, and what is in each; null, the default, for all. */
  week?: Week | null | undefined;
  /** How tall, in pixels, an hour is. Default 64. */
  hourHeight?: number | undefined;
  /** How times are written. Default "HH:MM". */
  formatTime?: ((time: string) => string) | undefined;
  /** What stands in a block in place of its name, times and room. */
  renderBlock?: ((block: TimeBlock, index: number) => ReactNode) | undefined;
  /** Makes blocks buttons. `index` is the block's place in `timeblocks`. */
  onBlock?: ((block: TimeBlock, index: number) => void) | undefined;
  labels?: Partial<GridLabels> | undefined;
}

interface BlockProps extends Pick<TimetableGridProps, "formatTime" | "renderBlock" | "onBlock"> {
  one: Pick<Placed, "block" | "index"> & Partial<Placed>;
  hue: (name: string) => number;
  labels: GridLabels;
}

/** A week to look at: days across, time down; on narrow screens the days one below the other. */
export const TimetableGrid = forwardRef<HTMLElement, TimetableGridProps>(function TimetableGrid(props, ref) {
  const { timetable, week = null, hourHeight = 64, formatTime, renderBlock, onBlock, labels: given, className, style, ...rest } = props;
  const plan = useMemo(() => planWeek(timetable.timeblocks, week), [timetable.timeblocks, week]);
  const hue = useMemo(() => hues(timetable.timeblocks), [timetable.timeblocks]);
  const labels = { ...GRID_LABELS, ...given };
  const shared = { formatTime, renderBlock, onBlock, hue, labels };
  const untimed = plan.days.some((day) => day.untimed.length > 0);
  const size = { "--tl-days": plan.days.length, "--tl-height": `${((plan.to - plan.from) / 60) * hourHeight}px` };
  return (
    <section {...rest} ref={ref} className={className ? `tl-grid ${className}` : "tl-grid"} style={{ ...size, ...style } as CSSProperties} data-week={week ?? undefined}>
      <Axis plan={plan} untimed={untimed} formatTime={formatTime} />
      {plan.days.map((day) => {
        const name = nameOf(day, labels);
        return (
          <section key={day.day} className="tl-grid-day" aria-label={name} data-day={day.day}>
            <h3 className="tl-grid-name">{name}</h3>
            {untimed && (
              <ul className="tl-grid-untimed" aria-label={labels.untimed}>
                {day.untimed.map((one) => (
                  <li key={one.index}>
                    <Block {...shared} one={one} />
                  </li>
                ))}
              </ul>
            )}
            <ol className="tl-grid-hours">
              {day.placed.map((one) => (
                <li key={one.index} style={placeOf(one, plan)}>
                  <Block {...shared} one={one} />
                </li>
              ))}
            </ol>
            {day.placed.length + day.untimed.length === 0 && <p className="tl-grid-empty">{labels.empty}</p>}
          </section>
        );
      })}
    </section>
  );
});

function Axis({ plan, untimed, formatTime = (time) => time }: { plan: WeekPlan; untimed: boolean } & Pick<TimetableGridProps, "formatTime">): ReactNode {
  const first = Math.ceil(plan.from / 60);
  const hours = Array.from({ length: Math.floor(plan.to / 60) - first + 1 }, (_, index) => (first + index) * 60);
  return (
    <div className="tl-grid-axis" aria-hidden="true">
      <div className="tl-grid-name" />
      {untimed && <div className="tl-grid-untimed" />}
      <div className="tl-grid-hours">
        {hours.map((hour) => (
          <span key={hour} style={{ top: share(hour - plan.from, plan) }}>
            {formatTime(clock(hour))}
          </span>
        ))}
      </div>
    </div>
  );
}

function Block({ one, hue, labels, formatTime = (time) => time, renderBlock, onBlock }: BlockProps): ReactNode {
  const { block, index } = one;
  const times = [block.startTime, block.endTime].flatMap((time) => (time ? formatTime(time) : [])).join("–");
  const unsure = block.confidence < SURE;
  const shared = {
    className: "tl-grid-block",
    style: { "--tl-hue": hue(block.name) } as CSSProperties,
    "data-state": unsure ? "unsure" : "sure",
    "data-kind": isBreak(block) ? "break" : "lesson",
    title: unsure ? labels.unsure : undefined,
  };
  const more = beneath(block);
  const inside = renderBlock?.(block, index) ?? (
    <>
      <strong>{block.name}</strong>
      {times && <span>{times}</span>}
      {more && <span>{more}</span>}
    </>
  );
  if (!onBlock) return <div {...shared}>{inside}</div>;
  return (
    <button {...shared} type="button" onClick={() => onBlock(block, index)}>
      {inside}
    </button>
  );
}

function nameOf({ day }: DayPlan, labels: GridLabels): string {
  return DAYS.includes(day as Day) ? labels.days[day as Day] : labels.cycleDay(Number(day.replace(/\D/g, "")));
}

function share(minutes: number, plan: WeekPlan): string {
  return `${(minutes / (plan.to - plan.from)) * 100}%`;
}

function placeOf(one: Placed, plan: WeekPlan): CSSProperties {
  return {
    top: share(one.start - plan.from, plan),
    height: share(one.end - one.start, plan),
    left: `${(one.column / one.columns) * 100}%`,
    width: `${(one.span / one.columns) * 100}%`,
  };
}
