-- A week as it was read, and when the newest $3 corrections of it were made, newest first, with the names of their keys. The
-- reading is null where it was corrected by a version that did not keep it.
-- $1 id of a timetable, or of a document, whose first one is meant  $2 tenant  $3 how many corrections at most
SELECT t.id, CASE WHEN t.corrected_at IS NULL THEN t.body ELSE t.original END AS body,
    ARRAY(
        SELECT ROW (c.corrected_at, c.key_name) FROM timetable_corrections c
        WHERE c.timetable_id = t.id ORDER BY c.id DESC LIMIT $3
    ) AS corrections
FROM timetables t JOIN documents d ON d.id = t.document_id
WHERE d.id = coalesce((SELECT document_id FROM timetables WHERE id = $1), $1) AND d.tenant = $2
ORDER BY t.id = $1 DESC, t.position
LIMIT 1
