-- Records requests to Claude. Once it is known how one ended, recording it again changes nothing.
-- $1 document id  $2 tenant  $3 the requests by their ids (JSON)
INSERT INTO extraction_attempts
    (id, document_id, tenant, model, outcome, input_tokens, output_tokens, cost_usd, seconds, sent_at)
SELECT each.key::uuid, $1, $2, a.model, a.outcome, a."inputTokens", a."outputTokens", a."costUsd", a.seconds, a.at
FROM jsonb_each($3) AS each, jsonb_to_record(each.value) AS a (
    at timestamptz, model text, outcome text, "inputTokens" bigint, "outputTokens" bigint, "costUsd" numeric,
    seconds double precision
)
ON CONFLICT (id) DO UPDATE
SET model = excluded.model, outcome = excluded.outcome, input_tokens = excluded.input_tokens,
    output_tokens = excluded.output_tokens, cost_usd = excluded.cost_usd, seconds = excluded.seconds
WHERE extraction_attempts.outcome = 'sent'
