-- The operator's logins. Of the installation: the operator belongs to no tenant.
CREATE TABLE operator_sessions (
    -- SHA-256 of what the cookie carries.
    hash       BLOB PRIMARY KEY NOT NULL,
    -- SHA-256 of what was stored of the admin token: another token, another digest.
    token      BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX operator_sessions_by_end ON operator_sessions (expires_at);
