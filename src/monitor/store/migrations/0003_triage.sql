-- How a verdict came about; sentiment about the brand; the team's labels; the webcare queue and its logbook.

ALTER TABLE verdict ALTER COLUMN reasons SET DATA TYPE
    STRUCT(kind VARCHAR, "by" VARCHAR, cue VARCHAR, words VARCHAR, "start" INTEGER, "stop" INTEGER, measured DOUBLE)[]
    USING list_transform(reasons, lambda r: {
        'kind': r.kind, 'by': 'cue', 'cue': r.cue, 'words': r.words, 'start': NULL, 'stop': NULL, 'measured': NULL
    });
ALTER TABLE verdict ADD COLUMN reply BOOLEAN;
ALTER TABLE verdict ADD COLUMN scores STRUCT(kind VARCHAR, p DOUBLE)[];
ALTER TABLE verdict ADD COLUMN needs DOUBLE;
ALTER TABLE verdict ADD COLUMN relevance DOUBLE;
ALTER TABLE verdict ADD COLUMN scheme VARCHAR;
ALTER TABLE verdict ADD COLUMN model VARCHAR;
COMMENT ON COLUMN verdict.kinds IS 'What kind of post it is, the primary one first; several can hold.';
COMMENT ON COLUMN verdict.reasons IS 'What gave the kinds: strong cue, cue, rule or model, the words that hit, where they stand in title, line break and excerpt, and the cue''s measured precision or the model''s probability. Words and place are empty where the excerpt lacks them.';
COMMENT ON COLUMN verdict.reply IS 'True when the advice is to reply.';
COMMENT ON COLUMN verdict.scores IS 'Probability of each kind that holds, as far as cues and model can tell; a machine guess.';
COMMENT ON COLUMN verdict.needs IS 'Probability that it needs a reaction; a machine guess, empty without a model or cues.';
COMMENT ON COLUMN verdict.relevance IS 'Probability that it is about the organisation and not its namesake; empty when nothing could tell.';
COMMENT ON COLUMN verdict.scheme IS 'Version of the reaction scheme that decided, 16 hex digits.';
COMMENT ON COLUMN verdict.model IS 'Version of the model that was asked; empty when cues alone decided.';

CREATE TABLE sentiment (
    mention    VARCHAR NOT NULL,
    decided    TIMESTAMPTZ NOT NULL,
    facet      VARCHAR NOT NULL CHECK (facet IN ('brand', 'company')),
    label      VARCHAR NOT NULL CHECK (label IN ('negative', 'neutral', 'positive')),
    confidence DOUBLE NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    first_seen TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE sentiment IS 'A machine''s guess at what a post says about the brand; none for ambassadors and staff. The newest per mention counts.';
COMMENT ON COLUMN sentiment.mention IS 'mention.id';
COMMENT ON COLUMN sentiment.decided IS 'When it was guessed, UTC.';
COMMENT ON COLUMN sentiment.facet IS 'brand or company, never ambassador.';
COMMENT ON COLUMN sentiment.label IS 'negative, neutral or positive about the brand; a machine guess.';
COMMENT ON COLUMN sentiment.confidence IS 'From 0 to 1.';
COMMENT ON COLUMN sentiment.first_seen IS 'When the mention was first seen, UTC.';

CREATE VIEW sentiment_latest AS
SELECT * FROM sentiment QUALIFY row_number() OVER (PARTITION BY mention ORDER BY decided DESC, rowid DESC) = 1;
COMMENT ON VIEW sentiment_latest IS 'The guess that counts for each mention.';

CREATE TABLE label (
    mention   VARCHAR NOT NULL,
    labelled  TIMESTAMPTZ NOT NULL,
    "by"      VARCHAR NOT NULL,
    kinds     VARCHAR[],
    needs     BOOLEAN,
    relevant  BOOLEAN,
    sentiment VARCHAR CHECK (sentiment IN ('negative', 'neutral', 'positive')),
    how       VARCHAR NOT NULL CHECK (how IN ('random', 'top', 'unsure', 'correction')),
    guessed   STRUCT(kinds VARCHAR[], needs DOUBLE, relevance DOUBLE, model VARCHAR) NOT NULL
);
COMMENT ON TABLE label IS 'What the team says of a mention, appended; the newest per mention and person counts. Never of ambassadors.';
COMMENT ON COLUMN label.mention IS 'mention.id';
COMMENT ON COLUMN label.labelled IS 'When, UTC.';
COMMENT ON COLUMN label."by" IS 'Who labelled, as given: initials or a role.';
COMMENT ON COLUMN label.kinds IS 'The kinds it has; empty when not asked.';
COMMENT ON COLUMN label.needs IS 'Whether it needs a reaction; empty when not asked.';
COMMENT ON COLUMN label.relevant IS 'Whether it is about the organisation; empty when not asked.';
COMMENT ON COLUMN label.sentiment IS 'What it says about the brand; empty when not asked.';
COMMENT ON COLUMN label.how IS 'Why it was offered: at random, top of the queue, unsure, or a correction.';
COMMENT ON COLUMN label.guessed IS 'What the machine said of it before the label.';

CREATE TABLE webcare_case (
    id       VARCHAR NOT NULL,
    opened   TIMESTAMPTZ NOT NULL,
    kind     VARCHAR NOT NULL,
    rule     VARCHAR NOT NULL,
    reaction VARCHAR NOT NULL,
    why      VARCHAR NOT NULL,
    crisis   VARCHAR
);
COMMENT ON TABLE webcare_case IS 'What a person must act on: one flagged mention or many that say the same. What becomes of it stands in case_event.';
COMMENT ON COLUMN webcare_case.id IS 'Short and readable, e.g. 26-0042.';
COMMENT ON COLUMN webcare_case.opened IS 'When, UTC.';
COMMENT ON COLUMN webcare_case.kind IS 'The primary kind of its first mention, or crisis; an edit that gives it another owner writes this anew.';
COMMENT ON COLUMN webcare_case.rule IS 'The scheme''s rule that flagged it; written anew like kind.';
COMMENT ON COLUMN webcare_case.reaction IS 'The advised reaction; written anew like kind.';
COMMENT ON COLUMN webcare_case.why IS 'Why it was flagged, in plain words; written anew like kind.';
COMMENT ON COLUMN webcare_case.crisis IS 'The crisis case it is grouped under.';

CREATE TABLE case_mention (
    case_id VARCHAR NOT NULL,
    mention VARCHAR NOT NULL,
    added   TIMESTAMPTZ NOT NULL,
    sketch  UBIGINT[] NOT NULL
);
COMMENT ON TABLE case_mention IS 'Which mentions a case is about.';
COMMENT ON COLUMN case_mention.case_id IS 'webcare_case.id';
COMMENT ON COLUMN case_mention.mention IS 'mention.id';
COMMENT ON COLUMN case_mention.added IS 'When, UTC.';
COMMENT ON COLUMN case_mention.sketch IS 'Hashes of its words, by which near copies are known.';

CREATE TABLE case_event (
    case_id VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    moment TIMESTAMPTZ NOT NULL,
    event  VARCHAR NOT NULL,
    state  VARCHAR NOT NULL,
    owner  VARCHAR NOT NULL,
    due    TIMESTAMPTZ NOT NULL,
    orange TIMESTAMPTZ NOT NULL,
    actor  VARCHAR,
    note   VARCHAR
);
COMMENT ON TABLE case_event IS 'The logbook, appended and never changed: what happened to a case, and how it stood then.';
COMMENT ON COLUMN case_event.case_id IS 'webcare_case.id';
COMMENT ON COLUMN case_event.number IS 'From 1, per case; the highest says how it stands.';
COMMENT ON COLUMN case_event.moment IS 'When, UTC.';
COMMENT ON COLUMN case_event.event IS 'opened, joined, edited, grouped, freed, taken, answered, let stand, passed on, noted, closed, reopened, or removed with its last mention.';
COMMENT ON COLUMN case_event.state IS 'open, taken, answered, let stand, passed on or closed.';
COMMENT ON COLUMN case_event.owner IS 'The role that owns it from here on.';
COMMENT ON COLUMN case_event.due IS 'Before when, UTC.';
COMMENT ON COLUMN case_event.orange IS 'When the last fifth of its time begins, UTC.';
COMMENT ON COLUMN case_event.actor IS 'Who did it, as given; empty when the monitor did. Never in a snapshot.';
COMMENT ON COLUMN case_event.note IS 'What they wrote down; never in a snapshot.';

CREATE VIEW case_latest AS
SELECT * FROM case_event QUALIFY row_number() OVER (PARTITION BY case_id ORDER BY number DESC) = 1;
COMMENT ON VIEW case_latest IS 'How each case stands.';
