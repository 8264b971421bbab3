DROP INDEX leads_to_erase;
DROP INDEX conversations_to_erase;
ALTER TABLE conversations DROP COLUMN erased_at;
