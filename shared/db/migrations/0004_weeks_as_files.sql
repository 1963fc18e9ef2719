-- What a week needs to leave as a calendar, and what was read before a person corrected it.
ALTER TABLE timetables ADD COLUMN term_dates jsonb;  -- when it holds: first and last day, holidays, time zone
ALTER TABLE timetables ADD COLUMN original jsonb;    -- the body as it was read, once a person has corrected it

CREATE TABLE timetable_corrections (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    timetable_id  uuid NOT NULL REFERENCES timetables ON DELETE CASCADE,
    key_name      text,                          -- of the key that it came with; null without one
    corrected_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX timetable_corrections_by_timetable ON timetable_corrections (timetable_id, id);

-- Links under which calendar programs fetch a week without a key. Only a digest of the token is kept: who reads the table
-- cannot fetch anything. A digest without salt is enough, as a token is 256 random bits.
CREATE TABLE calendars (
    id            uuid PRIMARY KEY,
    tenant        text NOT NULL,
    timetable_id  uuid NOT NULL REFERENCES timetables ON DELETE CASCADE,
    digest        bytea NOT NULL UNIQUE,         -- SHA-256 of the token
    term_dates    jsonb,                         -- instead of the week's own; null for those
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX calendars_by_timetable ON calendars (timetable_id);
