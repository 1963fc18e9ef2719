-- The number of the newest migration that was run. Its table is made by the first one.
SELECT max(version) FROM schema_migrations
