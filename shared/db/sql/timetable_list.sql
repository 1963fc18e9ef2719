-- A tenant's timetables without their blocks, newest first, from a cursor on.
-- $1 tenant  $2 limit  $3 created_at of the cursor or null  $4 timetable id of the cursor or null
SELECT id, document_id, body - 'timeblocks' - 'warnings' AS body, jsonb_array_length(body -> 'timeblocks') AS blocks,
    corrected_at IS NOT NULL AS corrected, created_at, updated_at
FROM timetables
WHERE tenant = $1 AND ($3::timestamptz IS NULL OR (created_at, id) < ($3::timestamptz, $4::uuid))
ORDER BY created_at DESC, id DESC
LIMIT $2
