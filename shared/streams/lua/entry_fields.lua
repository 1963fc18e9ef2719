-- The field, value, ... that a member of a retry set holds; nil for what is none of ours.
local function entry_fields(member)
  local read, fields = pcall(cjson.decode, member)
  if not read or type(fields) ~= 'table' or #fields == 0 or #fields % 2 == 1 then return nil end
  for _, part in ipairs(fields) do
    if type(part) ~= 'string' then return nil end
  end
  return fields
end
