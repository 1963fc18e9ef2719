-- Records a migration, in its own transaction.
-- $1 number  $2 name
INSERT INTO schema_migrations (version, name) VALUES ($1, $2)
