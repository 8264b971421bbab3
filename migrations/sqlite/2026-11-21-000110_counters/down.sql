DROP TABLE daily_counters;
ALTER TABLE conversations DROP COLUMN was_handed_off;
ALTER TABLE conversations DROP COLUMN response_millis;
ALTER TABLE conversations DROP COLUMN responses;
ALTER TABLE leads RENAME COLUMN attribution TO utm;
UPDATE leads SET utm = json_extract(utm, '$.utm');
