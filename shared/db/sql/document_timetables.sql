-- A document's timetables without their blocks, in its order.
-- $1 document id  $2 tenant
SELECT id, document_id, body - 'timeblocks' - 'warnings' AS body, jsonb_array_length(body -> 'timeblocks') AS blocks,
    corrected_at IS NOT NULL AS corrected, created_at, updated_at
FROM timetables
WHERE document_id = $1 AND tenant = $2
ORDER BY position
