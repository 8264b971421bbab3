-- The whole store. Ids are 26-character ULIDs, instants are microseconds since 1970, JSON is
-- canonical text, amounts are minor units. `tenant_id` leads every primary and unique key, so that
-- rows can be sharded by tenant; the exceptions belong to the installation and say so.

-- Of the installation: raised by every commit that touches what processes cache.
CREATE TABLE generation (
    id         INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    value      INTEGER NOT NULL,
    -- Written by the health check, which must really write.
    heartbeats INTEGER NOT NULL
) STRICT;
INSERT INTO generation (id, value, heartbeats) VALUES (1, 1, 0);

-- Of the installation: single values such as the admin token's hash.
CREATE TABLE installation (
    name  TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tenants (
    tenant_id  TEXT PRIMARY KEY NOT NULL,
    version    INTEGER NOT NULL,
    name       TEXT NOT NULL,
    sandbox_id TEXT NOT NULL,
    plan       TEXT NOT NULL,
    is_default INTEGER NOT NULL,
    settings   TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tenants_by_sandbox ON tenants (sandbox_id, tenant_id);

CREATE TABLE assistants (
    tenant_id         TEXT NOT NULL,
    id                TEXT NOT NULL,
    version           INTEGER NOT NULL,
    slug              TEXT NOT NULL,
    name              TEXT NOT NULL,
    greeting          TEXT,
    language          TEXT NOT NULL,
    high_value_amount INTEGER NOT NULL,
    is_default        INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE UNIQUE INDEX assistants_slug ON assistants (tenant_id, slug);
-- The widget names its assistant and no tenant.
CREATE INDEX assistants_by_id ON assistants (id, tenant_id);

CREATE TABLE members (
    tenant_id  TEXT NOT NULL,
    id         TEXT NOT NULL,
    name       TEXT NOT NULL,
    email      TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE api_keys (
    tenant_id    TEXT NOT NULL,
    id           TEXT NOT NULL,
    kind         TEXT NOT NULL,
    name         TEXT NOT NULL,
    permissions  TEXT NOT NULL,
    hash         BLOB NOT NULL,
    tail         TEXT NOT NULL,
    plan         TEXT,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at   INTEGER,
    PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX api_keys_by_id ON api_keys (id);

-- Of the installation: whoever presents a key has not said which tenant it is of.
CREATE TABLE credentials (
    hash      BLOB PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL,
    kind      TEXT NOT NULL,
    key_id    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE leads (
    tenant_id               TEXT NOT NULL,
    id                      TEXT NOT NULL,
    version                 INTEGER NOT NULL,
    email                   TEXT,
    -- Compared in the place of `email`; empty while the lead is absorbed, which frees its address.
    email_folded            TEXT,
    phone                   TEXT,
    name                    TEXT,
    company                 TEXT,
    title                   TEXT,
    -- Name, e-mail and company, folded by the domain.
    search_text             TEXT NOT NULL,
    status                  TEXT NOT NULL,
    status_history          TEXT NOT NULL,
    score                   INTEGER NOT NULL,
    -- What people set: the status by hand, the score, the adjustments.
    overrides               TEXT NOT NULL,
    source                  TEXT NOT NULL,
    source_url              TEXT,
    utm                     TEXT NOT NULL,
    tags                    TEXT NOT NULL,
    custom_fields           TEXT NOT NULL,
    metadata                TEXT NOT NULL,
    archived                INTEGER NOT NULL,
    first_message           TEXT,
    estimated_deal_size     INTEGER,
    qualification_reason    TEXT,
    disqualification_reason TEXT,
    qualified_at            INTEGER,
    assigned_to             TEXT,
    merged_into             TEXT,
    first_seen_at           INTEGER NOT NULL,
    last_active_at          INTEGER NOT NULL,
    created_at              INTEGER NOT NULL,
    updated_at              INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE UNIQUE INDEX leads_email ON leads (tenant_id, email_folded);
CREATE INDEX leads_by_created ON leads (tenant_id, created_at, id);
CREATE INDEX leads_by_updated ON leads (tenant_id, updated_at, id);
CREATE INDEX leads_by_score ON leads (tenant_id, score, id);
CREATE INDEX leads_absorbed ON leads (tenant_id, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE conversations (
    tenant_id       TEXT NOT NULL,
    id              TEXT NOT NULL,
    version         INTEGER NOT NULL,
    assistant_id    TEXT NOT NULL,
    visitor         TEXT NOT NULL,
    session_hash    BLOB NOT NULL,
    lead_id         TEXT,
    channel         TEXT NOT NULL,
    status          TEXT NOT NULL,
    handoff         TEXT,
    assigned_to     TEXT,
    subject         TEXT NOT NULL,
    summary         TEXT NOT NULL,
    intents         TEXT NOT NULL,
    lead_score      INTEGER NOT NULL,
    message_count   INTEGER NOT NULL,
    language        TEXT,
    facts           TEXT NOT NULL,
    source_url      TEXT,
    utm             TEXT NOT NULL,
    first_message   TEXT,
    metadata        TEXT NOT NULL,
    started_at      INTEGER NOT NULL,
    last_message_at INTEGER NOT NULL,
    ended_at        INTEGER,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE UNIQUE INDEX conversations_session ON conversations (tenant_id, session_hash);
-- A lead's latest conversations are read with the lead, so that they must not be sorted first.
CREATE INDEX conversations_by_lead ON conversations (tenant_id, lead_id, last_message_at, id);
CREATE INDEX conversations_by_last_message ON conversations (tenant_id, last_message_at, id);
CREATE INDEX conversations_by_start ON conversations (tenant_id, started_at, id);
CREATE INDEX conversations_by_count ON conversations (tenant_id, message_count, id);
-- The sweeper looks at every tenant at once.
CREATE INDEX conversations_by_idleness ON conversations (status, last_message_at, id);

CREATE TABLE messages (
    tenant_id       TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    position        INTEGER NOT NULL,
    id              TEXT NOT NULL,
    role            TEXT NOT NULL,
    content         TEXT NOT NULL,
    intent          TEXT,
    confidence      REAL,
    language        TEXT,
    citations       TEXT NOT NULL,
    member_id       TEXT,
    interrupted     INTEGER NOT NULL,
    fell_back       INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id, position),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Evidence belongs to its conversation's lead: the lead is looked up there, never copied here.
CREATE TABLE evidence (
    tenant_id       TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    message_id      TEXT NOT NULL,
    topic           TEXT NOT NULL,
    grade           INTEGER NOT NULL,
    quote           TEXT NOT NULL,
    at              INTEGER NOT NULL,
    number          INTEGER PRIMARY KEY NOT NULL,
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX evidence_by_conversation ON evidence (tenant_id, conversation_id);

CREATE TABLE documents (
    tenant_id     TEXT NOT NULL,
    id            TEXT NOT NULL,
    title         TEXT NOT NULL,
    label         TEXT NOT NULL,
    status        TEXT NOT NULL,
    passage_count INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    -- Last, because it may be long: a list does not read so far.
    content       TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE passages (
    tenant_id   TEXT NOT NULL,
    document_id TEXT NOT NULL,
    ordinal     INTEGER NOT NULL,
    title       TEXT NOT NULL,
    heading     TEXT,
    text        TEXT NOT NULL,
    PRIMARY KEY (tenant_id, document_id, ordinal),
    FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Raised by every commit that touches a tenant's documents: the search index catches up with it.
CREATE TABLE knowledge_generations (
    tenant_id TEXT PRIMARY KEY NOT NULL,
    value     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE endpoints (
    tenant_id        TEXT NOT NULL,
    id               TEXT NOT NULL,
    version          INTEGER NOT NULL,
    url              TEXT NOT NULL,
    description      TEXT,
    events           TEXT NOT NULL,
    assistant_id     TEXT,
    profile          TEXT NOT NULL,
    signature_scheme TEXT NOT NULL,
    secret           BLOB NOT NULL,
    next_secret      BLOB,
    next_secret_at   INTEGER,
    active           INTEGER NOT NULL,
    disabled_reason  TEXT,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE events (
    tenant_id       TEXT NOT NULL,
    id              TEXT NOT NULL,
    kind            TEXT NOT NULL,
    lead_id         TEXT,
    conversation_id TEXT,
    data            TEXT NOT NULL,
    at              INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX events_by_lead ON events (tenant_id, lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX events_by_conversation ON events (tenant_id, conversation_id) WHERE conversation_id IS NOT NULL;

CREATE TABLE deliveries (
    tenant_id       TEXT NOT NULL,
    id              TEXT NOT NULL,
    endpoint_id     TEXT NOT NULL,
    event_id        TEXT NOT NULL,
    kind            TEXT NOT NULL,
    lead_id         TEXT,
    conversation_id TEXT,
    body            BLOB NOT NULL,
    status          TEXT NOT NULL,
    attempts        TEXT NOT NULL,
    tries_used      INTEGER NOT NULL,
    next_attempt_at INTEGER,
    created_at      INTEGER NOT NULL,
    -- When it can be claimed: its next try, or the end of its lease. Empty unless it is pending.
    due_at          INTEGER,
    -- Set while someone has claimed it.
    lease_until     INTEGER,
    -- The last try's time, or else its creation: by this old rows are swept.
    tried_at        INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX deliveries_by_endpoint ON deliveries (tenant_id, endpoint_id, id);
CREATE INDEX deliveries_due ON deliveries (tenant_id, endpoint_id, next_attempt_at, id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_next ON deliveries (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_leased ON deliveries (tenant_id, endpoint_id, lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX deliveries_by_end ON deliveries (status, tried_at);
CREATE INDEX deliveries_by_lead ON deliveries (tenant_id, lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX deliveries_by_conversation ON deliveries (tenant_id, conversation_id) WHERE conversation_id IS NOT NULL;

CREATE TABLE receipts (
    tenant_id       TEXT NOT NULL,
    key             BLOB NOT NULL,
    fingerprint     BLOB NOT NULL,
    -- The owner is there while the write has only begun.
    owner           BLOB,
    lease_until     INTEGER,
    -- What a retry resumes from, or the answer; sealed either way.
    sealed          BLOB NOT NULL,
    lead_id         TEXT,
    conversation_id TEXT,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, key)
) STRICT;
CREATE INDEX receipts_by_age ON receipts (created_at);
CREATE INDEX receipts_by_lead ON receipts (tenant_id, lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX receipts_by_conversation ON receipts (tenant_id, conversation_id) WHERE conversation_id IS NOT NULL;
