-- Replaces a tenant's secret; messages are signed with the one before as well for a while.
-- $1 tenant  $2 new secret  $3 seconds that the former one still signs
INSERT INTO webhook_secrets (tenant, secret) VALUES ($1, $2)
ON CONFLICT (tenant) DO UPDATE
SET secret = $2, former = webhook_secrets.secret, former_until = now() + $3 * interval '1 second'
