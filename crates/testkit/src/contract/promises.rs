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
                a_keys_hash_is_unique_in_every_tenant
                a_position_is_taken_once_in_a_conversation
                an_assistants_slug_is_unique_in_a_tenant
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
    const SOURCES: &[(&str, &str)] = &[("commits", include_str!("commits.rs"))];

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
