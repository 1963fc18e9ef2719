-- A link to a week. Returns the timetable's id, or nothing if there is none or it has as many links as it may.
-- $1 id  $2 tenant  $3 id of a timetable, or of a document, whose first one is meant  $4 digest of the token
-- $5 dates (JSON), or null  $6 how many links a timetable may have
INSERT INTO calendars (id, tenant, timetable_id, digest, term_dates)
SELECT $1, $2, t.id, $4, $5
FROM (
    SELECT t.id
    FROM timetables t JOIN documents d ON d.id = t.document_id
    WHERE d.id = coalesce((SELECT document_id FROM timetables WHERE id = $3), $3) AND d.tenant = $2
    ORDER BY t.id = $3 DESC, t.position
    LIMIT 1
) t
WHERE (SELECT count(*) FROM calendars c WHERE c.timetable_id = t.id) < $6
RETURNING timetable_id
