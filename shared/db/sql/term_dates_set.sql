-- Says when a timetable holds. Returns its id, or nothing if there is none.
-- $1 id of a timetable, or of a document, whose first one is meant  $2 tenant  $3 dates (JSON), or null
UPDATE timetables SET term_dates = $3, updated_at = now()
WHERE id = (
    SELECT t.id
    FROM timetables t JOIN documents d ON d.id = t.document_id
    WHERE d.id = coalesce((SELECT document_id FROM timetables WHERE id = $1), $1) AND d.tenant = $2
    ORDER BY t.id = $1 DESC, t.position
    LIMIT 1
)
RETURNING id
