/** Timelift in React: what an app imports. `./layout` has the arithmetic of a week for grids of one's own. */
export { createClient, type Client, type Correction, type DocumentQuery, type TaggedTimetable, type UploadOptions } from "./client.js";
export { ApiError, JobError, TransportError } from "./errors.js";
export type { DocumentState } from "./followed.js";
export { GRID_LABELS, NOTIFICATION_LABELS, UPLOAD_LABELS, shortTime, type GridLabels, type NotificationLabels, type UploadLabels } from "./labels.js";
export type { ApiOptions } from "./options.js";
export { ProcessingNotification, type NotificationPart, type ProcessingNotificationProps } from "./ProcessingNotification.js";
export { parseEvent, stepStates, type StepState, withEvent } from "./progress.js";
export { TimetableGrid, type TimetableGridProps } from "./TimetableGrid.js";
export type { FeedOptions, SSEStatus } from "./transport.js";
export * from "./types.js";
export { UploadZone, type UploadZoneProps } from "./UploadZone.js";
export type { ClientOptions } from "./useClient.js";
export { useDocuments, type DocumentsState, type UseDocumentsOptions } from "./useDocuments.js";
export { useSSE, type Connection, type SSEState, type UseSSEOptions } from "./useSSE.js";
export { useTimetable, type TimetableState } from "./useTimetable.js";
export { followAnew } from "./watch.js";
export { useUpload, type Upload, type UploadState, type UseUploadOptions } from "./useUpload.js";
