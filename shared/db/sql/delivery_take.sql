-- Messages that are due, for one gateway to send: tenants take turns, however many one of them has waiting. Who does not say
-- in time what came of one leaves it to be sent again. Each with its tenant's secret and, while that still signs, the former
-- one.
-- $1 seconds until a message that nobody reports on is due again  $2 how many at most
WITH RECURSIVE tenants (tenant) AS (
    (SELECT tenant FROM webhook_deliveries WHERE next_at IS NOT NULL ORDER BY tenant LIMIT 1)
    UNION ALL
    SELECT (
        SELECT d.tenant FROM webhook_deliveries d WHERE d.next_at IS NOT NULL AND d.tenant > t.tenant
        ORDER BY d.tenant LIMIT 1
    )
    FROM tenants t WHERE t.tenant IS NOT NULL
), turns AS (
    SELECT d.id, d.next_at, row_number() OVER (PARTITION BY t.tenant ORDER BY d.next_at) AS turn
    FROM tenants t CROSS JOIN LATERAL (
        SELECT w.id, w.next_at FROM webhook_deliveries w WHERE w.tenant = t.tenant AND w.next_at <= now()
        ORDER BY w.next_at LIMIT $2
    ) d
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
