-- Messages that are due, for one gateway to send: tenants take turns. Who does not say in time what came of one leaves it to
-- be sent again. Each with its tenant's secret and, while that still signs, the former one.
-- $1 seconds until a message that nobody reports on is due again  $2 how many at most
WITH due AS (
    SELECT id, tenant, next_at FROM webhook_deliveries WHERE next_at <= now() ORDER BY next_at LIMIT 1000
), turns AS (
    SELECT id, row_number() OVER (PARTITION BY tenant ORDER BY next_at) AS turn, next_at FROM due
), mine AS (
    SELECT d.id FROM webhook_deliveries d
    WHERE d.id IN (SELECT id FROM turns ORDER BY turn, next_at LIMIT $2) AND d.next_at <= now()
    FOR UPDATE SKIP LOCKED
)
UPDATE webhook_deliveries d
SET attempts = d.attempts + 1, sent_at = now(), next_at = now() + $1 * interval '1 second'
FROM mine m, webhook_secrets s
WHERE d.id = m.id AND s.tenant = d.tenant
RETURNING d.id, d.url, d.body, d.attempts, s.secret, CASE WHEN s.former_until > now() THEN s.former END AS former
