-- Documents that have been kept as long as they may be, oldest first, however far they came.
-- $1 days for all, 0 for ever  $2 tenants with days of their own  $3 those days, 0 for ever  $4 how many at most
SELECT d.id, d.tenant, d.blob, d.status, extract(epoch FROM now() - d.created_at)::float8 / 86400 AS days
FROM documents d LEFT JOIN unnest($2::text[], $3::int[]) AS o (tenant, days) ON o.tenant = d.tenant
WHERE coalesce(o.days, $1) > 0 AND d.created_at < now() - coalesce(o.days, $1) * interval '1 day'
ORDER BY d.created_at
LIMIT $4
