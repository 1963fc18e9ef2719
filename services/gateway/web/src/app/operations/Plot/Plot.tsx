import type { ReactNode } from "react";

import "./Plot.css";

interface PlotProps {
  /** One for each minute, the present one last; null where there is nothing to tell. */
  values: (number | null)[];
  /** All of it in a sentence, for who does not see it. */
  label: string;
  /** The largest value, written. */
  most: string;
  tone: "count" | "time";
}

const [WIDE, HIGH] = [240, 44];

/** An hour by the minute: a bar each. */
export function Plot({ values, label, most, tone }: PlotProps): ReactNode {
  const largest = Math.max(0, ...values.map((value) => value ?? 0));
  const step = WIDE / values.length;
  return (
    <figure className="plot" data-tone={tone} data-state={largest > 0 ? "filled" : "empty"}>
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {values.map((value, at) => {
          if (!value) return null;
          const height = Math.max(1.5, (value / largest) * (HIGH - 2));
          return <rect key={at} x={at * step + 0.4} y={HIGH - height} width={step - 0.8} height={height} />;
        })}
      </svg>
      {largest > 0 && (
        <figcaption aria-hidden="true">
          {most}
        </figcaption>
      )}
    </figure>
  );
}
