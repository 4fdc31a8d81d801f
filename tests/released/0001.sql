-- Rows as version 1 of the schema holds them. A new version adds a file; none is ever changed.
INSERT INTO mention VALUES
    ('0f', 'rss', 'https://krant.example/feed', 'https://krant.example/1', 'article', 'Veer', 'De lindeveer vaart.', 'nl',
     '2026-11-14 08:00:00+00', '2026-11-15 08:00:00+00', NULL, NULL, false, 'brand', 'f0', 'r0', 'run-1'),
    ('1f', 'mastodon', '#veer on sociaal.example', 'https://sociaal.example/1', 'post', '', 'Lindeveer, waar blijft u?',
     NULL, NULL, '2026-11-15 08:00:00+00', '2026-11-16 08:00:00+00', 'a1b2c3d4e5f60718', true, 'brand', 'f1', 'r1',
     'run-1');
INSERT INTO mention_match VALUES ('1f', 'lindeveer', 'brand', [{'start': 0, 'stop': 9}], '2026-11-15 08:00:00+00');
INSERT INTO verdict VALUES
    ('1f', '2026-11-15 08:00:00+00', ['question'], 'asked', 'answer', true, 'webcare', '2026-11-16 08:00:00+00', 'public',
     'They ask us.', [{'kind': 'question', 'cue': 'waar', 'words': 'waar'}], '2026-11-15 08:00:00+00');
INSERT INTO place VALUES
    ('mastodon', '#veer on sociaal.example', '{"newest": "1"}', '2026-11-15 08:00:00+00', NULL, NULL, 1, '404', ['moved']);
INSERT INTO run VALUES
    ('run-1', 'mastodon', '2026-11-15 08:00:00+00', '2026-11-15 08:01:00+00', 'degraded', 9, 2, 2, 2, 0, 1, ['404'], 0,
     0, 0, 0);
INSERT INTO run_dropped VALUES ('run-1', 'mastodon', 'no match', 7);
