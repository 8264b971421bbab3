-- Who visited on a UTC day, once each: the site's name for a visitor, or anon_… before there is one.
CREATE TABLE visits (
    tenant_id TEXT NOT NULL,
    -- Days since 1970-01-01.
    day       INTEGER NOT NULL,
    visitor   TEXT NOT NULL,
    -- Where they were first seen on that day.
    channel   TEXT NOT NULL,
    -- An anonymous visit has its day's first instant and no page.
    at        INTEGER NOT NULL,
    page      TEXT,
    PRIMARY KEY (tenant_id, day, visitor)
) STRICT, WITHOUT ROWID;

-- What the anonymous visitors of a day are named with. Of the installation, and deleted with its day:
-- from then on nothing says which address a name was made of.
CREATE TABLE visit_keys (
    day INTEGER PRIMARY KEY NOT NULL,
    key BLOB NOT NULL
) STRICT;
