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
