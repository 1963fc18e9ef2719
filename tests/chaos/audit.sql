-- Notes every change of a timetable and of a document's status, whoever makes it; for tests only.
CREATE TABLE chaos_audit (
    number       bigserial PRIMARY KEY,
    document_id  uuid NOT NULL,
    what         text NOT NULL,
    before       text,
    after        text
);

CREATE FUNCTION chaos_note_timetable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos_audit (document_id, what, before, after)
    VALUES (
        NEW.document_id,
        'timetable',
        CASE WHEN TG_OP = 'UPDATE' THEN OLD.id || ' ' || md5(OLD.body::text) END,
        NEW.id || ' ' || md5(NEW.body::text)
    );
    RETURN NULL;
END $$;
CREATE TRIGGER chaos_timetable AFTER INSERT OR UPDATE ON timetables
    FOR EACH ROW EXECUTE FUNCTION chaos_note_timetable();

CREATE FUNCTION chaos_note_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos_audit (document_id, what, before, after) VALUES (NEW.id, 'status', OLD.status, NEW.status);
    RETURN NULL;
END $$;
CREATE TRIGGER chaos_status AFTER UPDATE ON documents
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION chaos_note_status();
