-- When everything that was said in a conversation was erased. Of a lead it stands in `overrides`,
-- because a table has at most 32 columns.
ALTER TABLE conversations ADD COLUMN erased_at INTEGER;
-- What retention empties next, oldest first, without looking at what is empty already. A conversation
-- is in the first index from its end on: while it goes on it costs nothing.
CREATE INDEX conversations_to_erase ON conversations (tenant_id, last_message_at, id)
    WHERE erased_at IS NULL AND status <> 'active';
CREATE INDEX leads_to_erase ON leads (tenant_id, last_active_at, id)
    WHERE merged_into IS NULL AND json_extract(overrides, '$.erased_at') IS NULL;
