import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import "timelift-react/style.css";
import { App } from "./App";
import "./base.css";
import { loadWords } from "./words";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
// Not awaited: a language's file needs this one's parts, and would wait for it in turn.
void loadWords().then(() =>
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  ),
);
