-- Saves what a person says a week is, keeps what was read before the first time, and notes who said it; its document counts
-- as checked when all its timetables do.
-- $1 timetable id  $2 body (JSON)  $3 whether nothing is left to look at  $4 name of the key it came with, or null
WITH corrected AS (
    UPDATE timetables
    SET original = CASE WHEN corrected_at IS NULL THEN body ELSE original END,
        validated = $3, body = $2, updated_at = now(), corrected_at = now()
    WHERE id = $1
    RETURNING id, document_id
), noted AS (
    INSERT INTO timetable_corrections (timetable_id, key_name) SELECT id, $4 FROM corrected
)
UPDATE documents d
SET updated_at = now(), status = CASE WHEN NOT $3 OR EXISTS (
        SELECT FROM timetables t WHERE t.document_id = d.id AND t.id <> $1 AND NOT t.validated
    ) THEN 'validation_failed' ELSE 'completed' END
WHERE d.id IN (SELECT document_id FROM corrected)
