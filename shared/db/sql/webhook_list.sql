-- A tenant's webhooks, oldest first.
-- $1 tenant
SELECT id, url, created_at FROM webhooks WHERE tenant = $1 ORDER BY created_at, id
