-- A tenant's webhook; the same address again is the same webhook. Returns it, or nothing where there are as many as there
-- may be.
-- $1 id  $2 tenant  $3 address  $4 how many a tenant may have
INSERT INTO webhooks (id, tenant, url)
SELECT $1, $2, $3
WHERE (SELECT count(*) FROM webhooks WHERE tenant = $2 AND url <> $3) < $4
ON CONFLICT (tenant, url) DO UPDATE SET url = excluded.url
RETURNING id, url, created_at
