-- The week that a token links to, with the dates it holds between.
-- $1 digest of the token
SELECT t.id, t.body, greatest(t.updated_at, c.created_at) AS updated_at, coalesce(c.term_dates, t.term_dates) AS term_dates,
    d.file_name,
    (SELECT count(*) FROM timetable_corrections o WHERE o.timetable_id = t.id) AS corrections
FROM calendars c JOIN timetables t ON t.id = c.timetable_id JOIN documents d ON d.id = t.document_id
WHERE c.digest = $1
