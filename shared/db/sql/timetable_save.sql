-- Saves a document's timetable and completes the document, together; saving it again changes nothing but the body, and
-- nothing at all once a person has corrected it. The document must be locked before, so that a correction is seen.
-- $1 timetable id  $2 document id  $3 tenant  $4 validated  $5 confidence  $6 body (JSON)  $7 status  $8 reader
-- Returns the document's id, or nothing when it was deleted or has ended otherwise.
WITH corrected AS (
    SELECT document_id FROM timetables WHERE document_id = $2 AND corrected_at IS NOT NULL
), document AS (
    UPDATE documents
    SET status = CASE WHEN EXISTS (SELECT 1 FROM corrected) THEN status ELSE $7 END,
        step = 'Processing complete', stage = 'validation', percentage = 100, error = NULL,
        updated_at = now(), completed_at = coalesce(completed_at, now())
    WHERE id = $2 AND tenant = $3 AND status IN ('uploaded', 'processing', 'completed', 'validation_failed')
    RETURNING id
), saved AS (
    INSERT INTO timetables (id, document_id, tenant, validated, confidence, body, reader)
    SELECT $1, id, $3, $4, $5, $6, $8 FROM document
    ON CONFLICT (document_id) DO UPDATE
    SET validated = excluded.validated, confidence = excluded.confidence, body = excluded.body,
        reader = excluded.reader, updated_at = now()
    WHERE timetables.corrected_at IS NULL
), job AS (
    UPDATE job_queue SET finished_at = coalesce(finished_at, now()) WHERE document_id IN (SELECT id FROM document)
)
SELECT id FROM document
