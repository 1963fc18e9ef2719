-- A tenant's messages, newest first, from a cursor on.
-- $1 tenant  $2 limit  $3 created_at of the cursor or null  $4 id of the cursor or null  $5 document id or null for all
SELECT id, document_id, url, body ->> 'type' AS type, status, attempts, answer, error, next_at, sent_at, created_at
FROM webhook_deliveries
WHERE tenant = $1 AND ($3::timestamptz IS NULL OR (created_at, id) < ($3::timestamptz, $4::uuid))
    AND ($5::uuid IS NULL OR document_id = $5)
ORDER BY created_at DESC, id DESC
LIMIT $2
