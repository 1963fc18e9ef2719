import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import "timelift-react/style.css";
import { App } from "./App";
import "./base.css";
import "./week.css";
import { loadWords } from "./words";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
await loadWords();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
