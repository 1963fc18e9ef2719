-- Saves a document's timetables and completes the document, together. Saving them again changes nothing but their bodies,
-- and nothing at all of one that a person has corrected; what the document does not hold any more goes. The document must
-- be locked before, so that a correction is seen.
-- $1 document id  $2 tenant  $3 timetable ids, in the document's order  $4 bodies (JSON array)  $5 reader
-- Gives the document's id, or nothing when it was deleted or has ended otherwise.
WITH document AS (
    SELECT id FROM documents
    WHERE id = $1 AND tenant = $2 AND status IN ('uploaded', 'processing', 'completed', 'validation_failed')
), given AS (
    SELECT id, body, number - 1 AS position, (body -> 'validated')::boolean AS validated
    FROM ROWS FROM (unnest($3::uuid[]), jsonb_array_elements($4)) WITH ORDINALITY AS n (id, body, number)
), corrected AS (
    SELECT position FROM timetables WHERE document_id = $1 AND corrected_at IS NOT NULL
), saved AS (
    INSERT INTO timetables (id, document_id, position, tenant, validated, confidence, body, reader, created_at)
    -- The list of timetables is newest first: a microsecond apart, a document's stand in its order.
    SELECT g.id, d.id, g.position, $2, g.validated, (g.body -> 'confidence')::float8, g.body, $5,
        now() - g.position * interval '1 microsecond'
    FROM given g, document d
    ON CONFLICT (document_id, position) DO UPDATE
    SET validated = excluded.validated, confidence = excluded.confidence, body = excluded.body,
        reader = excluded.reader, updated_at = now()
    WHERE timetables.corrected_at IS NULL
), gone AS (
    DELETE FROM timetables t USING document d
    WHERE t.document_id = d.id AND t.corrected_at IS NULL AND t.position >= cardinality($3)
), ended AS (
    UPDATE documents
    SET status = CASE WHEN EXISTS (
            SELECT FROM given WHERE NOT validated AND position NOT IN (SELECT position FROM corrected)
        ) THEN 'validation_failed' ELSE 'completed' END,
        step = 'Processing complete', stage = 'validation', percentage = 100, error = NULL,
        updated_at = now(), completed_at = coalesce(completed_at, now())
    WHERE id IN (SELECT id FROM document)
), job AS (
    UPDATE job_queue SET finished_at = coalesce(finished_at, now()) WHERE document_id IN (SELECT id FROM document)
)
SELECT id FROM document
