-- Takes every job of a document off one stage, wherever it is: waiting, running or to be tried again. Whoever runs it
-- no longer owns it, so what it still does is refused.
-- KEYS 1 jobs  2 retry set
-- ARGV 1 group  2 document  3 entry id to keep ('' for none)
-- Returns how many were taken off.
-- NEEDS entry_fields
local removed = 0
local function of(fields)
  for i = 1, #fields, 2 do
    if fields[i] == 'document' then return fields[i + 1] == ARGV[2] end
  end
end
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
  if entry[1] ~= ARGV[3] and of(entry[2]) then
    redis.pcall('XACK', KEYS[1], ARGV[1], entry[1])
    redis.call('XDEL', KEYS[1], entry[1])
    removed = removed + 1
  end
end
for _, member in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  if of(entry_fields(member) or {}) then removed = removed + redis.call('ZREM', KEYS[2], member) end
end
return removed
