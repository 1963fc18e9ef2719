-- An array of each type that statements take or return: asking for them once teaches a new connection how they are read.
-- Else it asks Postgres for each kind when a statement first needs it, in three round trips that stand in that one's way.
SELECT NULL::uuid[], NULL::text[], NULL::int[], NULL::bigint[], NULL::float8[]
