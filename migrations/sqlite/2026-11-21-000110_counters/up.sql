-- What brought a lead stands in one column, because a table has at most 32: the campaign as before,
-- and the channel and the beginning of its first conversation, as far as it is still there.
ALTER TABLE leads RENAME COLUMN utm TO attribution;
UPDATE leads SET attribution = json_object(
    'utm', json(attribution),
    'first_conversation', json((
        SELECT json_object('channel', channel, 'at', started_at)
        FROM conversations
        WHERE conversations.tenant_id = leads.tenant_id AND conversations.lead_id = leads.id
        ORDER BY started_at, id
        LIMIT 1
    ))
);

ALTER TABLE conversations ADD COLUMN responses INTEGER NOT NULL DEFAULT 0;
-- How long they took in all, from a visitor's message to the answer.
ALTER TABLE conversations ADD COLUMN response_millis INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN was_handed_off INTEGER NOT NULL DEFAULT 0;
-- An answer is the assistant's and has a visitor's message before it, which a greeting has not. A
-- conversation that went back to the assistant has lost its handoff, but not the event that told of it.
UPDATE conversations SET
    (responses, response_millis) = (
        SELECT count(asked_at), COALESCE(SUM((answered_at - asked_at) / 1000), 0)
        FROM (
            SELECT answer.created_at AS answered_at, (
                SELECT question.created_at
                FROM messages AS question
                WHERE question.tenant_id = answer.tenant_id
                    AND question.conversation_id = answer.conversation_id
                    AND question.position < answer.position
                    AND question.role = 'user'
                ORDER BY question.position DESC
                LIMIT 1
            ) AS asked_at
            FROM messages AS answer
            WHERE answer.tenant_id = conversations.tenant_id
                AND answer.conversation_id = conversations.id
                AND answer.role = 'assistant'
        )
    ),
    was_handed_off = handoff IS NOT NULL OR status = 'handed_off' OR EXISTS (
        SELECT 1
        FROM events
        WHERE events.tenant_id = conversations.tenant_id
            AND events.conversation_id = conversations.id
            AND events.kind = 'conversation.handoff'
    );

-- Sums per UTC day (days since 1970), kept in the commits that change what they count. An empty
-- channel or source is that of what has none.
CREATE TABLE daily_counters (
    tenant_id       TEXT NOT NULL,
    day             INTEGER NOT NULL,
    channel         TEXT NOT NULL,
    source          TEXT NOT NULL,
    visitors        INTEGER NOT NULL,
    conversations   INTEGER NOT NULL,
    messages        INTEGER NOT NULL,
    responses       INTEGER NOT NULL,
    response_millis INTEGER NOT NULL,
    handoffs        INTEGER NOT NULL,
    leads           INTEGER NOT NULL,
    score_sum       INTEGER NOT NULL,
    qualified       INTEGER NOT NULL,
    pipeline        INTEGER NOT NULL,
    booked          INTEGER NOT NULL,
    converted       INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, day, channel, source)
) STRICT, WITHOUT ROWID;
-- All of what is there: every line that is united below is a contribution, on the day of its instant.
-- Of a lead's stages the first time counts; an absorbed lead's are in the history of its survivor.
WITH counted AS (
    SELECT
        tenant_id, COALESCE(attribution ->> '$.first_conversation.channel', '') AS channel, source, created_at,
        score, qualified_at, COALESCE(estimated_deal_size, 0) AS deal,
        (
            SELECT value ->> '$.at'
            FROM json_each(status_history)
            WHERE value ->> '$.status' = 'booked'
            ORDER BY key
            LIMIT 1
        ) AS booked_at,
        (
            SELECT value ->> '$.at'
            FROM json_each(status_history)
            WHERE value ->> '$.status' = 'converted'
            ORDER BY key
            LIMIT 1
        ) AS converted_at
    FROM leads
    WHERE merged_into IS NULL
)
INSERT INTO daily_counters
SELECT
    tenant_id, (at - (at % 86400000000 + 86400000000) % 86400000000) / 86400000000 AS day, channel, source,
    0, SUM(conversations), SUM(messages), SUM(responses), SUM(response_millis), SUM(handoffs),
    SUM(leads), SUM(score_sum), SUM(qualified), SUM(pipeline), SUM(booked), SUM(converted)
FROM (
    SELECT
        tenant_id, started_at AS at, channel, '' AS source,
        1 AS conversations, message_count AS messages, responses, response_millis, was_handed_off AS handoffs,
        0 AS leads, 0 AS score_sum, 0 AS qualified, 0 AS pipeline, 0 AS booked, 0 AS converted
    FROM conversations
    UNION ALL
    SELECT tenant_id, created_at, channel, source, 0, 0, 0, 0, 0, 1, score, 0, 0, 0, 0
    FROM counted
    UNION ALL
    SELECT tenant_id, qualified_at, channel, source, 0, 0, 0, 0, 0, 0, 0, 1, deal, 0, 0
    FROM counted
    WHERE qualified_at IS NOT NULL
    UNION ALL
    SELECT tenant_id, booked_at, channel, source, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0
    FROM counted
    WHERE booked_at IS NOT NULL
    UNION ALL
    SELECT tenant_id, converted_at, channel, source, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
    FROM counted
    WHERE converted_at IS NOT NULL
)
GROUP BY 1, 2, 3, 4;
