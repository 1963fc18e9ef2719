-- One tenant's dead jobs among the next COUNT entries, newest first: what other tenants left is passed over here, and
-- not sent.
-- KEYS 1 dead
-- ARGV 1 tenant  2 whose entries without a tenant are  3 newest id to look at, '+' or '(id'  4 count
-- Returns the last id looked at ('' when none is left behind it), then id and fields of each that is the tenant's.
local entries = redis.call('XREVRANGE', KEYS[1], ARGV[3], '-', 'COUNT', ARGV[4])
local found = {#entries == tonumber(ARGV[4]) and entries[#entries][1] or ''}
for _, entry in ipairs(entries) do
  local tenant = ''
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'tenant' then tenant = entry[2][i + 1] end
  end
  if tenant == '' then tenant = ARGV[2] end
  if tenant == ARGV[1] then
    found[#found + 1] = entry[1]
    found[#found + 1] = entry[2]
  end
end
return found
