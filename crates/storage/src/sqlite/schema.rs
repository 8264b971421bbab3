//! The tables of `migrations/sqlite`, as diesel names them. Integers are 64 bits wide.

diesel::table! {
    generation (id) {
        id -> BigInt,
        value -> BigInt,
        heartbeats -> BigInt,
    }
}

diesel::table! {
    installation (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    tenants (tenant_id) {
        tenant_id -> Text,
        version -> BigInt,
        name -> Text,
        sandbox_id -> Text,
        plan -> Text,
        is_default -> Bool,
        settings -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    assistants (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        version -> BigInt,
        slug -> Text,
        name -> Text,
        greeting -> Nullable<Text>,
        language -> Text,
        high_value_amount -> BigInt,
        is_default -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    members (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        name -> Text,
        email -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    api_keys (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        kind -> Text,
        name -> Text,
        permissions -> Text,
        hash -> Binary,
        tail -> Text,
        plan -> Nullable<Text>,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    credentials (hash) {
        hash -> Binary,
        tenant_id -> Text,
        kind -> Text,
        key_id -> Text,
    }
}

diesel::table! {
    leads (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        version -> BigInt,
        email -> Nullable<Text>,
        email_folded -> Nullable<Text>,
        phone -> Nullable<Text>,
        name -> Nullable<Text>,
        company -> Nullable<Text>,
        title -> Nullable<Text>,
        search_text -> Text,
        status -> Text,
        status_history -> Text,
        score -> BigInt,
        overrides -> Text,
        source -> Text,
        source_url -> Nullable<Text>,
        attribution -> Text,
        tags -> Text,
        custom_fields -> Text,
        metadata -> Text,
        archived -> Bool,
        first_message -> Nullable<Text>,
        estimated_deal_size -> Nullable<BigInt>,
        qualification_reason -> Nullable<Text>,
        disqualification_reason -> Nullable<Text>,
        qualified_at -> Nullable<BigInt>,
        assigned_to -> Nullable<Text>,
        merged_into -> Nullable<Text>,
        first_seen_at -> BigInt,
        last_active_at -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    conversations (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        version -> BigInt,
        assistant_id -> Text,
        visitor -> Text,
        session_hash -> Binary,
        lead_id -> Nullable<Text>,
        channel -> Text,
        status -> Text,
        handoff -> Nullable<Text>,
        assigned_to -> Nullable<Text>,
        subject -> Text,
        summary -> Text,
        intents -> Text,
        lead_score -> BigInt,
        message_count -> BigInt,
        language -> Nullable<Text>,
        facts -> Text,
        source_url -> Nullable<Text>,
        utm -> Text,
        first_message -> Nullable<Text>,
        metadata -> Text,
        started_at -> BigInt,
        last_message_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        created_at -> BigInt,
        responses -> BigInt,
        response_millis -> BigInt,
        was_handed_off -> Bool,
        erased_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    daily_counters (tenant_id, day, channel, source) {
        tenant_id -> Text,
        day -> BigInt,
        channel -> Text,
        source -> Text,
        visitors -> BigInt,
        conversations -> BigInt,
        messages -> BigInt,
        responses -> BigInt,
        response_millis -> BigInt,
        handoffs -> BigInt,
        leads -> BigInt,
        score_sum -> BigInt,
        qualified -> BigInt,
        pipeline -> BigInt,
        booked -> BigInt,
        converted -> BigInt,
    }
}

diesel::table! {
    messages (tenant_id, conversation_id, position) {
        tenant_id -> Text,
        conversation_id -> Text,
        position -> BigInt,
        id -> Text,
        role -> Text,
        content -> Text,
        intent -> Nullable<Text>,
        confidence -> Nullable<Double>,
        language -> Nullable<Text>,
        citations -> Text,
        member_id -> Nullable<Text>,
        interrupted -> Bool,
        fell_back -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    evidence (number) {
        tenant_id -> Text,
        conversation_id -> Text,
        message_id -> Text,
        topic -> Text,
        grade -> BigInt,
        quote -> Text,
        at -> BigInt,
        number -> BigInt,
    }
}

diesel::table! {
    documents (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        title -> Text,
        label -> Text,
        status -> Text,
        passage_count -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        content -> Text,
    }
}

diesel::table! {
    passages (tenant_id, document_id, ordinal) {
        tenant_id -> Text,
        document_id -> Text,
        ordinal -> BigInt,
        title -> Text,
        heading -> Nullable<Text>,
        text -> Text,
    }
}

diesel::table! {
    knowledge_generations (tenant_id) {
        tenant_id -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    endpoints (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        version -> BigInt,
        url -> Text,
        description -> Nullable<Text>,
        events -> Text,
        assistant_id -> Nullable<Text>,
        profile -> Text,
        signature_scheme -> Text,
        secret -> Binary,
        next_secret -> Nullable<Binary>,
        next_secret_at -> Nullable<BigInt>,
        active -> Bool,
        disabled_reason -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    events (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        kind -> Text,
        lead_id -> Nullable<Text>,
        conversation_id -> Nullable<Text>,
        description -> Text,
        facts -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    visits (tenant_id, day, visitor) {
        tenant_id -> Text,
        day -> BigInt,
        visitor -> Text,
        channel -> Text,
        at -> BigInt,
        page -> Nullable<Text>,
    }
}

diesel::table! {
    visit_keys (day) {
        day -> BigInt,
        key -> Binary,
    }
}

diesel::table! {
    deliveries (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        endpoint_id -> Text,
        event_id -> Text,
        kind -> Text,
        lead_id -> Nullable<Text>,
        conversation_id -> Nullable<Text>,
        body -> Binary,
        status -> Text,
        attempts -> Text,
        tries_used -> BigInt,
        next_attempt_at -> Nullable<BigInt>,
        created_at -> BigInt,
        due_at -> Nullable<BigInt>,
        lease_until -> Nullable<BigInt>,
        tried_at -> BigInt,
    }
}

diesel::table! {
    receipts (tenant_id, key) {
        tenant_id -> Text,
        key -> Binary,
        fingerprint -> Binary,
        owner -> Nullable<Binary>,
        lease_until -> Nullable<BigInt>,
        sealed -> Binary,
        lead_id -> Nullable<Text>,
        conversation_id -> Nullable<Text>,
        created_at -> BigInt,
        part_of -> Nullable<Binary>,
    }
}

diesel::table! {
    meetings (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        lead_id -> Text,
        starts_at -> BigInt,
        ends_at -> Nullable<BigInt>,
        status -> Text,
        booked_at -> BigInt,
    }
}

diesel::table! {
    operator_sessions (hash) {
        hash -> Binary,
        token -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(conversations, evidence, documents, leads, messages, passages);
