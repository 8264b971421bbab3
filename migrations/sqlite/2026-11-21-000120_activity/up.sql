-- Of an event a sentence and a few facts are kept, not the whole state at its moment, which only its
-- deliveries tell. What was kept whole is told again in the same words, as far as it says enough.
CREATE TABLE activities (
    tenant_id       TEXT NOT NULL,
    id              TEXT NOT NULL,
    kind            TEXT NOT NULL,
    lead_id         TEXT,
    conversation_id TEXT,
    description     TEXT NOT NULL,
    facts           TEXT NOT NULL,
    at              INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;

INSERT INTO activities (tenant_id, id, kind, lead_id, conversation_id, description, facts, at)
SELECT
    tenant_id, id, kind, lead_id, conversation_id,
    rtrim(COALESCE(CASE kind
        WHEN 'lead.created' THEN 'New lead captured' || CASE source
            WHEN 'chat' THEN ' from a conversation' WHEN 'api' THEN ' through the API'
            WHEN 'import' THEN ' by an import' WHEN 'form' THEN ' from a form' ELSE '' END || who
        WHEN 'lead.updated' THEN CASE
            WHEN merged_from IS NOT NULL THEN 'Lead absorbed another one of the same person'
            WHEN to_status = 'disqualified' THEN 'Lead disqualified' || COALESCE(': ' || reason, '')
            WHEN to_status IS NOT NULL THEN 'Lead moved from ' || from_status || ' to ' || to_status
            ELSE 'Lead updated' END
        WHEN 'lead.qualified' THEN
            'Lead qualified' || who || COALESCE(CASE who WHEN '' THEN ': ' ELSE ', ' END || reason, '')
        WHEN 'lead.converted' THEN 'Lead converted' || who
        WHEN 'lead.deleted' THEN 'Lead deleted'
        WHEN 'lead.score_changed' THEN COALESCE(
            'Lead score ' || CASE WHEN score < score_before THEN 'fell' ELSE 'rose' END
            || ' from ' || score_before || ' to ' || score, 'Lead score changed')
        WHEN 'conversation.started' THEN 'Conversation started' || CASE channel
            WHEN 'web_chat' THEN ' in the web chat' WHEN 'api' THEN ' through the API'
            WHEN 'whatsapp' THEN ' on WhatsApp' WHEN 'slack' THEN ' on Slack' ELSE '' END
        WHEN 'conversation.completed' THEN 'Conversation ended'
        WHEN 'conversation.handoff' THEN 'Conversation handed off to a human agent'
        WHEN 'message.received' THEN 'Visitor wrote a message'
        WHEN 'message.sent' THEN 'The conversation was answered'
        WHEN 'intent.high_value' THEN 'High-value buying intent detected: visitor requested ' || CASE intent
            WHEN 'enterprise_pricing' THEN 'enterprise pricing' WHEN 'demo_request' THEN 'a demo'
            WHEN 'pricing_inquiry' THEN 'pricing' ELSE 'an offer' END
            || COALESCE(' for ' || seats || CASE seats WHEN 1 THEN ' seat' ELSE ' seats' END, '')
        WHEN 'meeting.booked' THEN 'Meeting booked' || who
        WHEN 'meeting.cancelled' THEN 'Meeting cancelled' || who
        WHEN 'meeting.rescheduled' THEN 'Meeting moved to another time' || who
    END, kind), '.') || '.',
    -- Patching an empty object leaves what is null out.
    json_patch('{}', json_object(
        'previous_status', CASE WHEN is_transition THEN from_status END,
        'new_status', CASE WHEN is_transition THEN to_status END,
        'score_before', CASE WHEN is_of_score THEN score_before END,
        'score_after', CASE WHEN is_of_score THEN score END,
        'source', CASE kind WHEN 'lead.created' THEN source END,
        'channel', CASE kind WHEN 'conversation.started' THEN channel END,
        'intent', CASE kind WHEN 'intent.high_value' THEN intent END,
        'confidence', CASE kind WHEN 'intent.high_value' THEN confidence END,
        'estimated_deal_size', CASE WHEN kind IN ('intent.high_value', 'lead.converted') THEN deal END,
        'priority', CASE kind WHEN 'conversation.handoff' THEN priority END,
        'changed', CASE WHEN kind IN ('lead.updated', 'conversation.handoff') THEN json(changed) END,
        'merged_from', CASE WHEN kind IN ('lead.updated', 'lead.qualified') THEN merged_from END
    )),
    at
FROM (
    SELECT
        tenant_id, id, kind, lead_id, conversation_id, at,
        data ->> '$.lead.source' AS source,
        data ->> '$.lead.score' AS score,
        CASE
            WHEN title IS NOT NULL AND company IS NOT NULL THEN ': ' || title || ' at ' || company
            WHEN title IS NOT NULL THEN ': ' || title
            WHEN company IS NOT NULL THEN ': someone at ' || company
            ELSE ''
        END AS who,
        data ->> '$.reason' AS reason,
        data ->> '$.merged_from' AS merged_from,
        data ->> '$.intent' AS intent,
        data ->> '$.confidence' AS confidence,
        data ->> '$.estimated_deal_size' AS deal,
        data ->> '$.conversation.channel' AS channel,
        data ->> '$.conversation.facts.seats' AS seats,
        data ->> '$.conversation.handoff.priority' AS priority,
        kind IN ('lead.updated', 'lead.qualified', 'lead.converted') AS is_transition,
        kind IN ('lead.qualified', 'lead.score_changed') AS is_of_score,
        (SELECT value ->> '$.from' FROM json_each(data, '$.changes') WHERE value ->> '$.field' = 'status') AS from_status,
        (SELECT value ->> '$.to' FROM json_each(data, '$.changes') WHERE value ->> '$.field' = 'status') AS to_status,
        COALESCE(data ->> '$.previous_score', (
            SELECT value ->> '$.from' FROM json_each(data, '$.changes') WHERE value ->> '$.field' = 'score'
        )) AS score_before,
        (
            SELECT NULLIF(json_group_array(value ->> '$.field'), '[]') FROM json_each(data, '$.changes')
        ) AS changed
    FROM (
        SELECT *, data ->> '$.lead.contact.title' AS title, data ->> '$.lead.contact.company' AS company
        FROM events
        -- A test of a webhook tells of nothing that happened.
        WHERE COALESCE(data ->> '$.is_test', 0) = 0
    )
);

DROP TABLE events;
ALTER TABLE activities RENAME TO events;
-- The feed, newest first, by kind and lead; and one lead's alone, which a merge finds here too.
CREATE INDEX events_by_time ON events (tenant_id, at, id, kind, lead_id);
CREATE INDEX events_by_lead ON events (tenant_id, lead_id, at, id, kind) WHERE lead_id IS NOT NULL;
CREATE INDEX events_by_conversation ON events (tenant_id, conversation_id) WHERE conversation_id IS NOT NULL;
