-- Meetings with leads, as they were booked here or moved in from elsewhere.
CREATE TABLE meetings (
    tenant_id TEXT NOT NULL,
    id        TEXT NOT NULL,
    lead_id   TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at   INTEGER,
    status    TEXT NOT NULL,
    booked_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX meetings_by_lead ON meetings (tenant_id, lead_id, starts_at, id);
