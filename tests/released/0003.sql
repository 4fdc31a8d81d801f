-- Rows as version 3 of the schema holds them. A new version adds a file; none is ever changed.
INSERT INTO mention VALUES
    ('0f', 'rss', 'https://krant.example/feed', 'https://krant.example/1', 'article', 'Veer', 'De lindeveer vaart.', 'nl',
     '2026-11-14 08:00:00+00', '2026-11-15 08:00:00+00', NULL, NULL, false, 'brand', 'f0', 'r0', 'run-1');
INSERT INTO mention_match VALUES ('0f', 'lindeveer', 'brand', [{'start': 8, 'stop': 17}], '2026-11-15 08:00:00+00');
INSERT INTO verdict VALUES
    ('0f', '2026-11-15 08:00:00+00', ['complaint', 'question'], 'complaint-to-us', 'restore', true, 'webcare',
     '2026-11-16 09:00:00+00', 'public first', 'Somebody is let down.',
     [{'kind': 'complaint', 'by': 'cue', 'cue': 'werkt niet', 'words': 'werkt niet', 'start': 4, 'stop': 14,
       'measured': 0.9}],
     '2026-11-15 08:00:00+00', true, [{'kind': 'complaint', 'p': 0.8}], 0.7, 0.9, 'a1b2c3d4e5f60718', NULL);
INSERT INTO sentiment VALUES ('0f', '2026-11-15 08:00:00+00', 'brand', 'negative', 0.8, '2026-11-15 08:00:00+00');
INSERT INTO label VALUES
    ('0f', '2026-11-15 10:00:00+00', 'webcare', ['complaint'], true, true, 'negative', 'random',
     {'kinds': ['complaint'], 'needs': 0.7, 'relevance': 0.9, 'model': NULL});
INSERT INTO webcare_case VALUES
    ('26-0001', '2026-11-15 08:00:00+00', 'complaint', 'complaint-to-us', 'restore', 'Somebody is let down.', NULL);
INSERT INTO case_mention VALUES ('26-0001', '0f', '2026-11-15 08:00:00+00', [1, 18446744073709551615]);
INSERT INTO case_event VALUES
    ('26-0001', 1, '2026-11-15 08:00:00+00', 'opened', 'open', 'webcare', '2026-11-16 09:00:00+00',
     '2026-11-16 08:48:00+00', NULL, NULL);
INSERT INTO place VALUES
    ('rss', 'https://krant.example/feed', '{"etag": "1"}', '2026-11-15 08:00:00+00', '2026-11-15 08:00:00+00', NULL, 0,
     NULL, [], 'a1b2c3d4e5f60718'),
    ('rss', 'https://blad.example/feed', NULL, '2026-11-15 08:00:00+00', NULL, NULL, 1, '404', [], NULL);
INSERT INTO run VALUES
    ('run-1', 'rss', '2026-11-15 08:00:00+00', '2026-11-15 08:01:00+00', 'degraded', 9, 2, 2, 2, 0, 1, ['404'], 0, 0, 0,
     0);
INSERT INTO run_dropped VALUES ('run-1', 'rss', 'no match', 7);
INSERT INTO query VALUES
    ('lindeveer', 'brand', 'Answer questions.', 'veer', 'a1b2c3d4e5f60718', '2026-11-14 08:00:00+00',
     '2026-11-15 08:00:00+00', '2026-11-14 08:00:00+00'),
    ('lindeveer', 'brand', 'Answer questions.', 'lindeveer', 'b1b2c3d4e5f60718', '2026-11-15 08:00:00+00', NULL, NULL);
INSERT INTO rematch VALUES
    ('a1b2c3d4e5f60718a1b2c3d4e5f60718', '2026-11-15 09:00:00+00', '2026-11-15 08:00:00+00', '0f', 1, 0, false,
     [{'query': 'lindeveer', 'gained': 0, 'lost': 1, 'unsure': 0}]);
