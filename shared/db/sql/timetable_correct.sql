-- Saves what a person says the week is, and the document as checked.
-- $1 document id  $2 body (JSON)
WITH document AS (
    UPDATE documents SET status = 'completed', updated_at = now() WHERE id = $1
)
UPDATE timetables SET validated = true, body = $2, updated_at = now(), corrected_at = now() WHERE document_id = $1
