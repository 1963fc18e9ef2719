import qrcode from "qrcode-generator";
import { useMemo, type ReactNode } from "react";
import "./QrCode.css";

/** A text as a QR code, drawn as one path: dark on white whatever the page's colours, as cameras need it. */
export function QrCode({ text, label }: { text: string; label: string }): ReactNode {
  const { size, path } = useMemo(() => {
    const code = qrcode(0, "M");
    code.addData(text);
    code.make();
    const size = code.getModuleCount();
    const cells = Array.from({ length: size * size }, (_, index) => [Math.floor(index / size), index % size] as const);
    const path = cells.map(([row, column]) => (code.isDark(row, column) ? `M${column} ${row}h1v1h-1z` : "")).join("");
    return { size, path };
  }, [text]);
  return (
    <svg className="qr" viewBox={`-4 -4 ${size + 8} ${size + 8}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect x="-4" y="-4" width={size + 8} height={size + 8} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
