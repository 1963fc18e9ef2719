-- A document's timetables in its order, or one: each with the document's id and status, whether a person has corrected it,
-- and how it was read with every request to Claude (null where that was not noted). One row without a timetable where the
-- document has none.
-- $1 id of a timetable or of a document  $2 tenant  $3 how many at most: 1 gives the one named, or the document's first;
-- null gives all
SELECT d.id AS document_id, d.status, t.id, t.body, t.corrected_at IS NOT NULL AS corrected, e.extraction
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
WHERE d.id = coalesce((SELECT document_id FROM timetables WHERE id = $1), $1) AND d.tenant = $2
ORDER BY t.id = $1 DESC, t.position
LIMIT $3
