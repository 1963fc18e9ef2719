-- Adds an event to the shared stream and, under the same id, to the document's own.
-- The percentage is raised to the last one published; an event after the final one is dropped. Returns the id, or false.
-- The id is <ms>-<count * 128 + percentage>, with 127 for a final event: a client that comes back with it says how far
-- it had seen, even when this server was emptied meanwhile.
-- After its end a document's events are kept for a quarter of an hour, for clients that come back: the record in Postgres
-- has them by then, and memory must not grow with the documents of a day.
local function publish(events, progress, document, tenant, kind, percentage, data, maxlen, ttl)
  local last = redis.call('XREVRANGE', progress, '+', '-', 'COUNT', 1)[1]
  if last then
    local before = {}
    for i = 1, #last[2], 2 do before[last[2][i]] = last[2][i + 1] end
    if before.type == 'complete' or before.type == 'error' then return false end
    if (tonumber(before.percentage) or 0) > tonumber(percentage) then percentage = before.percentage end
  end
  local final = kind == 'complete' or kind == 'error'
  local now = redis.call('TIME')
  local ms, count = now[1] * 1000 + math.floor(now[2] / 1000), 0
  local newest = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
  if newest then
    local newest_ms, sequence = string.match(newest[1], '^(%d+)-(%d+)$')
    -- A clock that was set back must not bring an id that is below the last.
    if tonumber(newest_ms) >= ms then ms, count = tonumber(newest_ms), math.floor(sequence / 128) + 1 end
  end
  local id = string.format('%.0f-%d', ms, count * 128 + (final and 127 or percentage))
  redis.call('XADD', events, 'MAXLEN', '~', maxlen, id,
    'document', document, 'tenant', tenant, 'type', kind, 'percentage', percentage, 'data', data)
  redis.call('XADD', progress, 'MAXLEN', '~', 1000, id, 'type', kind, 'percentage', percentage, 'data', data)
  -- Renewed once a minute: most events follow each other within moments.
  local minute = last and math.floor(string.match(last[1], '^%d+') / 60000)
  if final or minute ~= math.floor(ms / 60000) or tonumber(ttl) < 120 then
    redis.call('EXPIRE', progress, final and math.min(ttl, 900) or ttl)
  end
  return id
end
