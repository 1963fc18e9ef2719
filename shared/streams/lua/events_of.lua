-- A tenant's events among those of all, from an id on.
-- KEYS 1 events
-- ARGV 1 tenant  2 id after which to look  3 how many entries to look at
-- Returns {whether something after that id may not be kept any more (0 or 1), id that was looked at last or '',
-- id, {field, value, ...}, ...}.
local after = ARGV[2]
local lost = 0
if after ~= '0-0' and #redis.call('XRANGE', KEYS[1], after, after) == 0 then lost = 1 end
local found = {lost, ''}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '(' .. after, '+', 'COUNT', ARGV[3])) do
  found[2] = entry[1]
  for at = 1, #entry[2], 2 do
    if entry[2][at] == 'tenant' and entry[2][at + 1] == ARGV[1] then
      found[#found + 1] = entry[1]
      found[#found + 1] = entry[2]
      break
    end
  end
end
return found
