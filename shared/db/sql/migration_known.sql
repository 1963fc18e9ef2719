-- Whether the table of the migrations is there. Not by to_regclass, which answers from a cache: a process that waited for
-- another one's first migration would not see it.
SELECT EXISTS (
    SELECT FROM pg_tables WHERE tablename = 'schema_migrations' AND schemaname = ANY (current_schemas(false))
)
