-- What was asked when, how far a rematch came, and under which queries each place was last read.

CREATE TABLE query (
    name      VARCHAR NOT NULL,
    facet     VARCHAR NOT NULL,
    purpose   VARCHAR NOT NULL,
    "text"    VARCHAR NOT NULL,
    version   VARCHAR NOT NULL,
    since     TIMESTAMPTZ NOT NULL,
    until     TIMESTAMPTZ,
    rematched TIMESTAMPTZ
);
COMMENT ON TABLE query IS 'What was searched for, and when: a query that changes ends one row and begins the next.';
COMMENT ON COLUMN query.name IS 'Its name in monitor.toml; stands beside every match.';
COMMENT ON COLUMN query.facet IS 'What it serves: brand, company or ambassador.';
COMMENT ON COLUMN query.purpose IS 'Why it is searched for.';
COMMENT ON COLUMN query."text" IS 'The query as written; empty in a snapshot where it names an account.';
COMMENT ON COLUMN query.version IS '16 hex digits that change when what it means changes.';
COMMENT ON COLUMN query.since IS 'The first run that asked it so, UTC.';
COMMENT ON COLUMN query.until IS 'The first run that asked it otherwise or no more, UTC; empty while it is asked.';
COMMENT ON COLUMN query.rematched IS 'When what was stored before had been looked through for it, UTC; empty until then.';

CREATE TABLE rematch (
    plan    VARCHAR NOT NULL,
    began   TIMESTAMPTZ NOT NULL,
    seen    TIMESTAMPTZ,
    id      VARCHAR,
    done    BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    debt    BOOLEAN NOT NULL,
    counted STRUCT(query VARCHAR, gained BIGINT, lost BIGINT, unsure BIGINT)[] NOT NULL
);
COMMENT ON TABLE rematch IS 'How far a rematch came that has not ended: one row or none.';
COMMENT ON COLUMN rematch.plan IS '32 hex digits of what it looks for; another plan begins anew.';
COMMENT ON COLUMN rematch.began IS 'UTC.';
COMMENT ON COLUMN rematch.seen IS 'mention.first_seen of the last mention it looked at.';
COMMENT ON COLUMN rematch.id IS 'mention.id of that.';
COMMENT ON COLUMN rematch.done IS 'Mentions it looked at.';
COMMENT ON COLUMN rematch.removed IS 'Mentions it removed.';
COMMENT ON COLUMN rematch.debt IS 'True when bytes of removed mentions may stand in the file, which is to be written anew.';
COMMENT ON COLUMN rematch.counted IS 'What it did, per query.';

ALTER TABLE place ADD COLUMN queries VARCHAR;
COMMENT ON COLUMN place.queries IS 'Version of all queries under which it was last read; others read it from the start.';
