//! The list of promises, and the macro that makes a test of each.

/// Puts a store under the contract: one `#[tokio::test]` per promise.
///
/// Takes the name of an `async fn() -> Subject` in the module that calls it, which makes a fresh,
/// empty store each time.
#[macro_export]
macro_rules! store_contract {
    ($make:ident) => {
        $crate::store_contract! { @tests $make,
            commits {
                a_commit_is_all_or_nothing
                a_version_other_than_the_stored_one_is_stale
                what_is_written_is_what_was_given_with_the_version_one_higher
                an_aggregate_that_is_new_must_not_be_there
                an_aggregate_that_was_read_must_still_be_there
                of_two_commits_that_read_the_same_version_one_is_stale
                an_e_mail_is_unique_in_a_tenant_without_case
                an_address_is_free_again_when_its_lead_is_deleted_absorbed_or_renamed
                a_survivor_may_take_the_address_of_the_lead_it_absorbs
                a_receipts_key_is_unique_in_a_tenant
                an_answer_takes_the_place_of_its_beginning
                a_receipt_gives_way_when_it_has_outlived_its_time
                a_keys_hash_is_unique_in_every_tenant
                a_position_is_taken_once_in_a_conversation
                an_assistants_slug_is_unique_in_a_tenant
            }
            leads {
                a_list_of_leads_agrees_with_its_query
                leads_are_listed_by_the_assistants_they_spoke_with
                a_page_says_how_many_leads_there_are_and_where_the_next_begins
                a_cursor_shows_every_lead_once_while_others_come_and_go
                an_address_finds_its_lead_without_case
                a_lead_comes_with_the_evidence_of_all_its_conversations
                evidence_belongs_to_the_lead_of_its_conversation
                the_id_of_an_absorbed_lead_finds_the_survivor
                a_merge_moves_conversations_and_evidence_to_the_survivor
                a_conversation_changed_with_its_merge_counts_one_version
                a_merge_with_a_lead_that_is_gone_is_refused
                a_deleted_lead_takes_its_evidence_and_lets_its_conversations_go
                the_ids_that_a_deleted_lead_answered_for_find_no_one
            }
            conversations {
                a_list_of_conversations_agrees_with_its_query
                the_latest_conversations_of_a_lead_come_latest_first_and_no_more_than_asked_for
                an_idle_conversation_is_listed_as_expired_before_anyone_says_so
                a_cursor_shows_every_conversation_once_while_others_come_and_go
                a_session_finds_its_conversation_in_its_own_tenant_alone
                a_turn_is_loaded_by_session_or_by_id
                a_turn_comes_with_all_that_its_score_rests_on
                a_turn_knows_who_has_the_address_already
                messages_come_in_order_of_position_from_either_end
                messages_after_a_position_come_oldest_first
                a_deleted_conversation_takes_its_messages_and_evidence
                nothing_is_added_to_a_conversation_that_is_gone
                a_conversation_with_everything_in_it_reads_back_the_same
            }
            access {
                a_key_is_found_by_its_hash_with_its_tenant
                k3_a_revoked_key_is_seen_by_the_next_look_up
                k3_a_change_of_a_key_that_was_rotated_or_revoked_meanwhile_is_stale
                keys_are_listed_newest_first
                a_tenant_is_found_by_its_id_or_as_the_default
                a_sandbox_is_not_found_as_a_tenant
                a_view_holds_a_tenants_assistants_members_and_endpoints_in_order
                what_a_commit_changed_is_seen_by_the_next_view
                a_deleted_tenant_is_gone_with_all_that_was_its
                a_sandbox_reads_its_tenants_content_and_endpoints_of_its_own
            }
            activity {
                a_part_of_the_feed_agrees_with_its_query
                a_cursor_shows_every_line_once_while_more_is_told
                a_line_with_everything_in_it_reads_back_the_same
                a_merge_moves_the_lines_to_the_survivor
                an_event_of_a_refused_commit_is_not_told
                the_feeds_of_a_sandbox_and_of_another_tenant_are_their_own
            }
            visits {
                a_visitor_is_counted_once_a_day_where_they_were_first_seen
                a_visitor_takes_the_place_of_who_they_were_before_they_had_a_name
                a_visit_of_a_refused_commit_counts_nobody
                visitors_of_a_sandbox_and_of_another_tenant_are_their_own
                a_recount_of_visitors_is_what_the_counters_say_and_finds_what_is_wrong
                everybody_who_asks_for_a_days_secret_gets_the_same
                the_secrets_of_past_days_are_deleted_and_no_others
            }
            analytics {
                the_overview_counts_archived_leads_and_no_absorbed_ones
                the_status_counts_add_up_to_the_overviews_leads
                a_change_of_status_and_a_deletion_are_counted_at_once
                a_lead_counts_on_the_utc_day_of_its_creation_from_first_to_last_instant
                figures_of_a_sandbox_and_of_another_tenant_are_their_own
            }
            counters {
                what_happens_counts_on_the_day_it_happened_under_its_channel_and_source
                a_change_counts_as_the_difference_and_a_late_one_on_the_day_it_belongs_to
                what_is_deleted_or_absorbed_counts_no_more
                a_commit_that_is_refused_counts_nothing
                counters_come_for_a_range_of_days_with_both_ends
                a_recount_of_anything_finds_the_counters_right
                a_recount_names_what_is_wrong_and_its_corrections_make_it_right_whatever_came_between
                counters_of_a_sandbox_and_of_another_tenant_are_their_own
                a_deleted_tenant_takes_its_counters
            }
            knowledge {
                documents_are_listed_newest_first_without_their_content
                passages_are_found_by_name_in_the_order_asked_for
                passages_come_in_order_of_name_part_by_part
                passages_of_documents_that_are_not_ready_are_hidden
                a_deleted_documents_passages_are_gone_with_it
                passages_may_follow_their_document_in_later_commits
                every_commit_that_touches_documents_raises_the_generation
                a_sandbox_reads_the_knowledge_of_its_tenant
            }
            webhooks {
                endpoints_are_listed_newest_first
                an_endpoint_with_everything_in_it_reads_back_the_same
                a_delivery_with_everything_in_it_reads_back_the_same
                a_delivery_is_found_under_its_own_endpoint_alone
                deliveries_are_listed_newest_first_page_by_page_or_by_cursor
                deleting_an_endpoint_cancels_its_pending_deliveries
                a_delivery_to_an_endpoint_that_is_gone_is_stale
            }
            deliveries {
                due_deliveries_are_claimed_oldest_first_up_to_the_limit
                what_is_due_first_is_claimed_first_whenever_it_was_made
                a_claimed_delivery_is_no_one_elses_until_its_lease_ends
                of_claims_at_once_each_delivery_goes_to_one
                w3_one_endpoint_that_hangs_keeps_no_other_from_being_claimed
                a_settlement_is_written_as_given
                a_settlement_after_the_lease_was_lost_changes_nothing_and_says_so
                a_settlement_of_what_nobody_claimed_changes_nothing
                a_settlement_after_its_endpoint_was_deleted_changes_nothing
                a_replay_while_a_try_is_under_way_stands
                a_settlement_can_switch_the_endpoint_off
                the_next_delivery_is_known_leases_included
                a_sandboxes_deliveries_come_with_its_scope
            }
            upkeep {
                idle_conversations_come_oldest_first_with_their_scope
                receipts_begun_before_an_instant_are_swept_part_by_part
                deliveries_are_swept_by_their_last_try
                every_tenant_is_listed_oldest_first_without_sandboxes
                a_key_is_found_by_its_id_in_any_tenant
                the_last_use_of_keys_is_noted
                a_value_of_the_installation_is_what_was_last_put
                a_store_at_work_is_well
            }
            erasure {
                d6_a_person_is_found_by_address_number_and_id
                d6_a_person_is_found_by_what_a_site_calls_them
                d6_whoever_was_absorbed_is_found_with_the_survivor
                d6_a_lead_that_was_deleted_is_found_by_what_it_left_behind
                d6_traces_are_named_part_by_part_until_they_are_emptied
                d6_the_answer_to_a_whole_goes_with_whoever_a_part_of_it_names
                d6_what_is_emptied_tells_nothing_and_is_still_counted
                d6_emptying_cancels_what_is_pending_whoever_has_it_in_hand
                d6_an_emptied_lead_holds_its_address_no_longer
                d6_visits_get_other_names_and_stay_visits
                d6_nothing_of_another_tenant_is_found_or_emptied
                what_is_old_comes_oldest_first_and_once_emptied_never_again
                a_wiped_store_is_as_it_was
            }
            operator_sessions {
                k6_a_login_is_found_by_its_hash_until_it_is_ended
                k6_a_login_with_another_token_ends_those_before
                of_too_many_logins_the_oldest_are_ended
                a_logins_hash_is_taken_once
                k6_logins_that_are_over_are_swept_part_by_part
            }
            history {
                history_reads_back_as_it_was_added_kind_by_kind_in_order
                adding_a_batch_twice_is_adding_it_once
                the_counters_of_added_history_are_those_of_a_recount
                a_leads_first_conversation_is_the_earliest_whichever_came_first
                a_conversation_that_names_an_absorbed_lead_is_the_survivors
                a_refused_record_keeps_no_other_from_being_added
                a_given_activity_takes_the_place_of_a_derived_one_whichever_came_first
                meetings_follow_their_lead_into_a_merge_and_go_with_it
                no_delivery_is_made_of_history
                reading_shows_one_moment_and_ends_when_the_sink_has_enough
            }
            isolation {
                t3_no_read_finds_what_belongs_to_another_tenant
                a_sandbox_and_its_tenant_do_not_see_each_others_data
                t2_no_commit_changes_what_belongs_to_another_tenant
                a_commit_in_a_sandbox_writes_data_there_and_content_to_the_tenant
            }
        }
    };
    (@tests $make:ident, $($concept:ident { $($promise:ident)* })*) => {
        $(mod $concept {
            $(#[tokio::test]
            async fn $promise() {
                let trial = $crate::contract::Trial::begin(super::$make().await).await;
                $crate::contract::$concept::$promise(&trial).await;
            })*
        })*
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// Every function of a concept's file, in a file that a macro cannot see into.
    const SOURCES: &[(&str, &str)] = &[
        ("commits", include_str!("commits.rs")),
        ("leads", include_str!("leads.rs")),
        ("conversations", include_str!("conversations.rs")),
        ("access", include_str!("access.rs")),
        ("activity", include_str!("activity.rs")),
        ("visits", include_str!("visits.rs")),
        ("analytics", include_str!("analytics.rs")),
        ("knowledge", include_str!("knowledge.rs")),
        ("webhooks", include_str!("webhooks.rs")),
        ("deliveries", include_str!("deliveries.rs")),
        ("upkeep", include_str!("upkeep.rs")),
        ("erasure", include_str!("erasure.rs")),
        ("operator_sessions", include_str!("operator_sessions.rs")),
        ("history", include_str!("history.rs")),
        ("isolation", include_str!("isolation.rs")),
    ];

    #[test]
    fn every_promise_is_in_the_list() {
        let list = include_str!("promises.rs");
        for (concept, source) in SOURCES {
            let (_, rest) = list.split_once(&format!("            {concept} {{\n")).expect("the concept is listed");
            let (block, _) = rest.split_once('}').expect("the block ends");
            let listed: BTreeSet<&str> = block.split_whitespace().collect();
            let written: BTreeSet<&str> = source
                .lines()
                .filter_map(|line| line.strip_prefix("pub async fn ")?.split_once('(').map(|(name, _)| name))
                .collect();
            assert_eq!(listed, written, "the list and the functions of {concept}.rs differ");
        }
    }
}
