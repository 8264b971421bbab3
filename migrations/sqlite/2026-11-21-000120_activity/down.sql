-- What was not kept cannot come back: events go on without the state at their moment.
DROP INDEX events_by_time;
DROP INDEX events_by_lead;
ALTER TABLE events ADD COLUMN data TEXT NOT NULL DEFAULT '{}';
ALTER TABLE events DROP COLUMN facts;
ALTER TABLE events DROP COLUMN description;
CREATE INDEX events_by_lead ON events (tenant_id, lead_id) WHERE lead_id IS NOT NULL;
