-- A document has a name of its own, before it was read as well, and is found by its weeks' names without opening their
-- bodies, which are compressed: ten thousand take a second.
ALTER TABLE documents ADD COLUMN saved_name text;
ALTER TABLE timetables
    ADD COLUMN saved_name text GENERATED ALWAYS AS (body ->> 'savedName') STORED,
    ADD COLUMN class_name text GENERATED ALWAYS AS (body ->> 'className') STORED,
    ADD COLUMN teacher text GENERATED ALWAYS AS (body ->> 'teacher') STORED,
    -- Whether the reading asks a person to look at it.
    ADD COLUMN warned boolean GENERATED ALWAYS AS (jsonb_array_length(body -> 'warnings') > 0) STORED;
