-- A document's status, its timetable (null where there is none), whether a person has corrected that, and how it was read
-- with every request to Claude (null where that was not noted).
-- $1 document id  $2 tenant
SELECT d.status, t.id, t.body, t.corrected_at IS NOT NULL AS corrected, e.extraction
FROM documents d
LEFT JOIN timetables t ON t.document_id = d.id
LEFT JOIN LATERAL (
    SELECT jsonb_build_object(
        'reader', t.reader,
        'attempts', coalesce(jsonb_agg(jsonb_build_object(
            'at', to_char(a.sent_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'model', a.model, 'outcome', a.outcome, 'inputTokens', a.input_tokens, 'outputTokens', a.output_tokens,
            'costUsd', a.cost_usd, 'seconds', a.seconds
        ) ORDER BY a.sent_at, a.id), '[]'),
        'costUsd', coalesce(sum(a.cost_usd), 0)
    ) AS extraction
    FROM extraction_attempts a WHERE a.document_id = d.id
) e ON t.reader IS NOT NULL
WHERE d.id = $1 AND d.tenant = $2
