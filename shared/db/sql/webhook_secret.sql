-- A tenant's secret, made when it is first asked for.
-- $1 tenant  $2 secret to take where there is none
INSERT INTO webhook_secrets (tenant, secret) VALUES ($1, $2)
ON CONFLICT (tenant) DO UPDATE SET secret = webhook_secrets.secret
RETURNING secret
