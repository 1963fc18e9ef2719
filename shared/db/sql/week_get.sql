-- What is written to files of a document's weeks in its order, or of one: with the term's dates, how often a person has
-- corrected it, and the document's file name.
-- $1 id of a timetable or of a document  $2 tenant  $3 how many at most: 1 gives the one named, or the document's first;
-- null gives all
SELECT t.id, t.body, t.updated_at, t.term_dates, d.file_name,
    (SELECT count(*) FROM timetable_corrections c WHERE c.timetable_id = t.id) AS corrections
FROM timetables t JOIN documents d ON d.id = t.document_id
WHERE d.id = coalesce((SELECT document_id FROM timetables WHERE id = $1), $1) AND d.tenant = $2
ORDER BY t.id = $1 DESC, t.position
LIMIT $3
