-- Those of a tenant's documents that are asked for, as document_get.sql gives one, in an order of choice from a cursor on;
-- each with `key`, its place in that order. All of the tenant's are looked at: document_list.sql is for who asks for all.
-- $1 tenant  $2 limit  $3 pattern of a name (ILIKE) or null  $4 statuses or null
-- $5 whether only those that a person should look at  $6 order: created, updated or name  $7 whether downwards
-- $8 key of the cursor or null  $9 id of the cursor or null
WITH found AS (
    SELECT d.id, CASE $6
            WHEN 'name' THEN lower(coalesce(d.saved_name, d.file_name))
            WHEN 'updated' THEN to_char(d.updated_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS')
            ELSE to_char(d.created_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS')
        END COLLATE "C" AS key
    FROM documents d
    WHERE d.tenant = $1
        AND ($4::text[] IS NULL OR d.status = ANY ($4))
        AND ($3::text IS NULL OR d.file_name ILIKE $3 OR d.saved_name ILIKE $3 OR EXISTS (
            SELECT FROM timetables t WHERE t.document_id = d.id
                AND (t.saved_name ILIKE $3 OR t.class_name ILIKE $3 OR t.teacher ILIKE $3)
        ))
        AND (NOT $5 OR d.status = 'validation_failed' OR EXISTS (
            SELECT FROM timetables t WHERE t.document_id = d.id AND t.warned AND t.corrected_at IS NULL
        ))
), page AS (
    SELECT id, key FROM found
    WHERE $8::text IS NULL OR ($7 AND (key, id) < ($8 COLLATE "C", $9::uuid))
        OR (NOT $7 AND (key, id) > ($8 COLLATE "C", $9::uuid))
    ORDER BY CASE WHEN $7 THEN key END DESC, CASE WHEN $7 THEN id END DESC, key, id
    LIMIT $2
)
SELECT d.*, first.week_name, first.class_name, first.teacher,
    ARRAY(SELECT t.id FROM timetables t WHERE t.document_id = d.id ORDER BY t.position) AS timetable_ids, page.key
FROM page JOIN documents d USING (id)
LEFT JOIN LATERAL (
    SELECT t.saved_name AS week_name, t.class_name, t.teacher FROM timetables t
    WHERE t.document_id = d.id ORDER BY t.position LIMIT 1
) first ON true
ORDER BY CASE WHEN $7 THEN page.key END DESC, CASE WHEN $7 THEN d.id END DESC, page.key, d.id
