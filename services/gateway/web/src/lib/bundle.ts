/** The library build's entry: `index.ts` and the style sheet, which no type declaration may name. */
import "./notification.css";

export * from "./index";
