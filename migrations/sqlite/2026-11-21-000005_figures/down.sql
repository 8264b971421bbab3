DROP INDEX leads_by_created;
CREATE INDEX leads_by_created ON leads (tenant_id, created_at, id);
