-- Whose message is next is found tenant by tenant: thousands that one tenant's address does not take stand before nobody.
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (tenant, next_at) WHERE next_at IS NOT NULL;
DROP INDEX webhook_deliveries_due;
