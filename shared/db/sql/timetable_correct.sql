-- Saves what a person says a week is; its document counts as checked when all its timetables do.
-- $1 timetable id  $2 body (JSON)  $3 whether nothing is left to look at
WITH corrected AS (
    UPDATE timetables SET validated = $3, body = $2, updated_at = now(), corrected_at = now() WHERE id = $1
    RETURNING document_id
)
UPDATE documents d
SET updated_at = now(), status = CASE WHEN NOT $3 OR EXISTS (
        SELECT FROM timetables t WHERE t.document_id = d.id AND t.id <> $1 AND NOT t.validated
    ) THEN 'validation_failed' ELSE 'completed' END
WHERE d.id IN (SELECT document_id FROM corrected)
