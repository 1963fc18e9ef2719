/** What other React frontends import: the hook, the widget and the types. */
export { ProcessingNotification, type ProcessingNotificationProps } from "./ProcessingNotification";
export { parseEvent, stepStates, type StepState } from "./progress";
export type { Connection, StreamState } from "./stream";
export * from "./types";
export { useSSE, type UseSSEOptions } from "./useSSE";
