-- A document's way by its recorded progress, each phase in order: when it began, when it was told of last, in how many tries.
-- No row where there is no such document; one without a phase where nothing was recorded.
-- $1 id
SELECT d.status, d.created_at, d.revived_at, d.completed_at, j.generation, e.stage, e.step, e.first_at, e.last_at, e.events,
    coalesce(e.attempts, 1) AS attempts
FROM documents d LEFT JOIN job_queue j ON j.document_id = d.id LEFT JOIN LATERAL (
    SELECT p.stage, min(p.data->>'step') AS step, min((p.data->>'at')::timestamptz) AS first_at,
        max((p.data->>'at')::timestamptz) AS last_at, count(*) AS events, max((p.data->>'attempt')::int) AS attempts
    FROM processing_events p WHERE p.document_id = d.id AND p.stage IS NOT NULL AND p.type = 'progress' GROUP BY p.stage
) e ON true
WHERE d.id = $1
-- What took no time began in one moment with what follows.
ORDER BY e.first_at, array_position(ARRAY['compressing', 'preprocessing', 'ocr', 'ai', 'validation'], e.stage)
