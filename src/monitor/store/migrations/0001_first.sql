-- Mentions, what matched, what the scheme said, where each place stands, and the truth about runs.
-- No primary keys on the big tables: they double the file and cost 1.5 s per 500 rows at ten million.

CREATE TABLE mention (
    id          VARCHAR NOT NULL,
    source      VARCHAR NOT NULL,
    place       VARCHAR NOT NULL,
    url         VARCHAR NOT NULL,
    type        VARCHAR NOT NULL,
    title       VARCHAR NOT NULL,
    excerpt     VARCHAR NOT NULL,
    language    VARCHAR,
    published   TIMESTAMPTZ,
    first_seen  TIMESTAMPTZ NOT NULL,
    revised     TIMESTAMPTZ,
    author      VARCHAR,
    addressed   BOOLEAN NOT NULL,
    facet       VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    revision    VARCHAR NOT NULL,
    run         VARCHAR NOT NULL
);
COMMENT ON TABLE mention IS 'One row per public post that mentions the organisation and may be kept.';
COMMENT ON COLUMN mention.id IS '32 hex digits of source and key; stable over refetches.';
COMMENT ON COLUMN mention.source IS 'rss, reddit, mastodon or another connector.';
COMMENT ON COLUMN mention.place IS 'The feed, subreddit or timeline it was first found in; never whose account.';
COMMENT ON COLUMN mention.url IS 'Link to the original, without tracking parameters.';
COMMENT ON COLUMN mention.type IS 'article, post or comment.';
COMMENT ON COLUMN mention.title IS 'Title or content warning, 160 characters at most; may be empty.';
COMMENT ON COLUMN mention.excerpt IS 'Text around the first hit: 280 characters at most, 160 for press.';
COMMENT ON COLUMN mention.language IS 'Language as its author or feed declared it, two or three letters.';
COMMENT ON COLUMN mention.published IS 'When it was published, UTC; empty when unknown or impossible.';
COMMENT ON COLUMN mention.first_seen IS 'When the monitor first saw it, UTC; never changes.';
COMMENT ON COLUMN mention.revised IS 'When its text was last seen to have changed, UTC.';
COMMENT ON COLUMN mention.author IS 'Keyed pseudonym of the year; empty for ambassadors and press.';
COMMENT ON COLUMN mention.addressed IS 'True when it speaks to an account of the organisation.';
COMMENT ON COLUMN mention.facet IS 'brand, company or ambassador.';
COMMENT ON COLUMN mention.fingerprint IS 'Equal for the same words in other dress.';
COMMENT ON COLUMN mention.revision IS 'Changes when title or text change.';
COMMENT ON COLUMN mention.run IS 'The run that brought it.';

CREATE TABLE mention_match (
    mention    VARCHAR NOT NULL,
    query      VARCHAR NOT NULL,
    facet      VARCHAR NOT NULL,
    spans      STRUCT("start" INTEGER, "stop" INTEGER)[] NOT NULL,
    first_seen TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE mention_match IS 'Which queries hold for a mention, and where.';
COMMENT ON COLUMN mention_match.mention IS 'mention.id';
COMMENT ON COLUMN mention_match.query IS 'The query''s name in monitor.toml.';
COMMENT ON COLUMN mention_match.facet IS 'The query''s facet.';
COMMENT ON COLUMN mention_match.spans IS 'Character offsets in title, line break and excerpt.';
COMMENT ON COLUMN mention_match.first_seen IS 'When the query first held, UTC.';

CREATE TABLE verdict (
    mention    VARCHAR NOT NULL,
    decided    TIMESTAMPTZ NOT NULL,
    kinds      VARCHAR[] NOT NULL,
    rule       VARCHAR NOT NULL,
    reaction   VARCHAR NOT NULL,
    flagged    BOOLEAN NOT NULL,
    owner      VARCHAR,
    due        TIMESTAMPTZ,
    channel    VARCHAR NOT NULL,
    why        VARCHAR NOT NULL,
    reasons    STRUCT(kind VARCHAR, cue VARCHAR, words VARCHAR)[] NOT NULL,
    first_seen TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE verdict IS 'What the reaction scheme said, appended; the newest per mention counts.';
COMMENT ON COLUMN verdict.mention IS 'mention.id';
COMMENT ON COLUMN verdict.decided IS 'When it was judged, UTC.';
COMMENT ON COLUMN verdict.kinds IS 'press, complaint, question, compliment or other; several can hold.';
COMMENT ON COLUMN verdict.rule IS 'The scheme''s rule that decided.';
COMMENT ON COLUMN verdict.reaction IS 'The advised reaction.';
COMMENT ON COLUMN verdict.flagged IS 'True when a person must act.';
COMMENT ON COLUMN verdict.owner IS 'The role that acts.';
COMMENT ON COLUMN verdict.due IS 'Before when, UTC.';
COMMENT ON COLUMN verdict.channel IS 'Where to react.';
COMMENT ON COLUMN verdict.why IS 'The rule''s reason in plain words.';
COMMENT ON COLUMN verdict.reasons IS 'The cues that gave the kinds, with the words that hit; empty where the excerpt lacks them.';
COMMENT ON COLUMN verdict.first_seen IS 'When the mention was first seen, UTC.';

CREATE TABLE place (
    source     VARCHAR NOT NULL,
    name       VARCHAR NOT NULL,
    cursor     VARCHAR,
    visited    TIMESTAMPTZ NOT NULL,
    succeeded  TIMESTAMPTZ,
    not_before TIMESTAMPTZ,
    failures   INTEGER NOT NULL,
    problem    VARCHAR,
    notes      VARCHAR[] NOT NULL,
    PRIMARY KEY (source, name)
);
COMMENT ON TABLE place IS 'Where each feed, subreddit or timeline stands.';
COMMENT ON COLUMN place.source IS 'The connector.';
COMMENT ON COLUMN place.name IS 'The place as the connector names it.';
COMMENT ON COLUMN place.cursor IS 'The connector''s own note of how far it came.';
COMMENT ON COLUMN place.visited IS 'Last visit, UTC.';
COMMENT ON COLUMN place.succeeded IS 'Last visit without a problem, UTC.';
COMMENT ON COLUMN place.not_before IS 'Not visited again before this, UTC: the server asked, or it failed.';
COMMENT ON COLUMN place.failures IS 'Failed visits in a row.';
COMMENT ON COLUMN place.problem IS 'What the last failure was; our own words.';
COMMENT ON COLUMN place.notes IS 'Advice for people, such as a new address.';

CREATE TABLE run (
    run      VARCHAR NOT NULL,
    source   VARCHAR NOT NULL,
    started  TIMESTAMPTZ NOT NULL,
    finished TIMESTAMPTZ,
    outcome  VARCHAR NOT NULL,
    fetched  BIGINT NOT NULL,
    matched  BIGINT NOT NULL,
    kept     BIGINT NOT NULL,
    "new"    BIGINT NOT NULL,
    revised  BIGINT NOT NULL,
    flagged  BIGINT NOT NULL,
    problems VARCHAR[] NOT NULL,
    ambassadors_kept    BIGINT NOT NULL,
    ambassadors_new     BIGINT NOT NULL,
    ambassadors_revised BIGINT NOT NULL,
    ambassadors_flagged BIGINT NOT NULL
);
COMMENT ON TABLE run IS 'The truth about runs: one row per run and source.';
COMMENT ON COLUMN run.run IS 'The run''s name.';
COMMENT ON COLUMN run.source IS 'The connector.';
COMMENT ON COLUMN run.started IS 'UTC.';
COMMENT ON COLUMN run.finished IS 'UTC; empty while running or abandoned.';
COMMENT ON COLUMN run.outcome IS 'running, good, degraded, failed, skipped or abandoned.';
COMMENT ON COLUMN run.fetched IS 'Posts the source gave.';
COMMENT ON COLUMN run.matched IS 'Posts for which a query held.';
COMMENT ON COLUMN run.kept IS 'Posts that passed the privacy gate.';
COMMENT ON COLUMN run."new" IS 'Mentions not stored before.';
COMMENT ON COLUMN run.revised IS 'Mentions whose text had changed.';
COMMENT ON COLUMN run.flagged IS 'New mentions that need a reaction.';
COMMENT ON COLUMN run.problems IS 'What went wrong; our own words.';
COMMENT ON COLUMN run.ambassadors_kept IS 'Of kept those by ambassadors, to be taken off what is published.';
COMMENT ON COLUMN run.ambassadors_new IS 'Of new those by ambassadors.';
COMMENT ON COLUMN run.ambassadors_revised IS 'Of revised those by ambassadors.';
COMMENT ON COLUMN run.ambassadors_flagged IS 'Of flagged those by ambassadors.';

CREATE TABLE run_dropped (
    run    VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    posts  BIGINT NOT NULL
);
COMMENT ON TABLE run_dropped IS 'How many posts were forgotten, by reason. Nothing else of them is kept.';
COMMENT ON COLUMN run_dropped.run IS 'run.run';
COMMENT ON COLUMN run_dropped.source IS 'run.source';
COMMENT ON COLUMN run_dropped.reason IS 'Why: no match, opted out, deleted, ...';
COMMENT ON COLUMN run_dropped.posts IS 'How many; a run adds rows, sum them.';

CREATE VIEW verdict_latest AS
SELECT * FROM verdict QUALIFY row_number() OVER (PARTITION BY mention ORDER BY decided DESC, rowid DESC) = 1;
COMMENT ON VIEW verdict_latest IS 'The verdict that counts for each mention.';
