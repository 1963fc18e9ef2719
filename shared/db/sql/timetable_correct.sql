-- Saves what a person says a week is; its document counts as checked when all its timetables do.
-- $1 timetable id  $2 body (JSON)
WITH corrected AS (
    UPDATE timetables SET validated = true, body = $2, updated_at = now(), corrected_at = now() WHERE id = $1
    RETURNING document_id
)
UPDATE documents d
SET updated_at = now(), status = CASE WHEN EXISTS (
        SELECT FROM timetables t WHERE t.document_id = d.id AND t.id <> $1 AND NOT t.validated
    ) THEN 'validation_failed' ELSE 'completed' END
WHERE d.id IN (SELECT document_id FROM corrected)
