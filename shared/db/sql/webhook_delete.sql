-- Deletes a webhook; what still waits to be sent to it is given up. Returns its id, or nothing if there is none.
-- $1 id  $2 tenant
WITH gone AS (
    DELETE FROM webhooks WHERE id = $1 AND tenant = $2 RETURNING id, url
), given_up AS (
    UPDATE webhook_deliveries d SET status = 'failed', error = 'The webhook was deleted.', next_at = NULL
    FROM gone g WHERE d.tenant = $2 AND d.url = g.url AND d.next_at IS NOT NULL
)
SELECT id FROM gone
