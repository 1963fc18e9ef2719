-- Has the group hear of a consumer. Redis 7.0 notes neither a read for new entries that brought none nor a claim that
-- found nothing, but a read of the consumer's own pending ones: here from an id behind all of them. (The very last id
-- there can be is not served at all.)
local function alive(jobs, group, consumer)
  local last = '18446744073709551615-18446744073709551614'
  redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', 1, 'STREAMS', jobs, last)
end
