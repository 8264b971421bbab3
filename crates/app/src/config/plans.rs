//! Plans as settings (contract § 5): a table of tables, each a plan's limits a minute.

use anyhow::{Context as _, Result, anyhow, bail};
use synaptiq_domain::limit::{Allowance, Group, Plan, Plans};
use toml::Value;

use super::nearest;

/// A plan's limit over all requests.
const REQUESTS: &str = "requests";
/// The most characters of a plan's name.
const LONGEST_NAME: usize = 100;

/// The published plans with the operator's own; `usual` names the installation's.
///
/// The text is a table in one line, such as `{ gold = { requests = 600, chat = 300 } }`. A plan
/// with a published name keeps the limits that are not given.
pub(super) fn parse(text: Option<&str>, usual: &str) -> Result<Plans> {
    let mut plans = Plans::published();
    if let Some(text) = text {
        let table: toml::Table = format!("plans = {text}").parse().context("setting plans")?;
        let Some(Value::Table(given)) = table.get("plans").filter(|_| table.len() == 1) else {
            bail!("setting plans: must be a table of plans, such as {{ gold = {{ requests = 600 }} }}");
        };
        for (name, limits) in given {
            if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
                bail!("setting plans: a plan's name must have 1 to {LONGEST_NAME} characters");
            }
            let plan = plan(limits, plans.find(name).ok()).with_context(|| format!("setting plans: plan {name}"))?;
            plans = plans.with(name, plan);
        }
    }
    plans.with_usual(usual).map_err(|error| anyhow!("setting plan: {error}"))
}

fn plan(given: &Value, published: Option<&Plan>) -> Result<Plan> {
    let given = given.as_table().context("must be a table, such as { requests = 600, chat = 300 }")?;
    let known = || Group::ALL.into_iter().map(Group::as_str).chain([REQUESTS]);
    if let Some(unknown) = given.keys().find(|key| !known().any(|known| known == *key)) {
        bail!("it has no limit {unknown}{}", nearest(unknown, known()));
    }
    let limit = |key: &str| given.get(key).map(|value| allowance(value).with_context(|| key.to_owned())).transpose();
    let requests = limit(REQUESTS)?.or(published.map(|plan| plan.requests));
    let mut plan = Plan::of(requests.context("requests is missing: how many a minute in all, or \"unlimited\"")?);
    for group in Group::ALL {
        let kept = || published.and_then(|published| published.of_group(group));
        if let Some(limit) = limit(group.as_str())?.or_else(kept) {
            plan = plan.with(group, limit);
        }
    }
    Ok(plan)
}

/// A limit: a number, or the word `unlimited`.
pub(super) fn allowance(value: &Value) -> Result<Allowance> {
    let number = match value {
        Value::Integer(number) => Some(*number),
        Value::String(text) if text == "unlimited" => return Ok(Allowance::Unlimited),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    Ok(Allowance::at_most(number.unwrap_or(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(plans: &Plans, name: &str) -> Vec<String> {
        let plan = plans.find(name).expect("known");
        let groups = Group::ALL.into_iter().map(|group| plan.of_group(group).unwrap_or(plan.requests));
        std::iter::once(plan.requests).chain(groups).map(|limit| limit.to_string()).collect()
    }

    #[test]
    fn an_operator_adds_plans_and_changes_published_ones() {
        let text =
            r#"{ gold = { requests = 600, chat = 7 }, starter = { chat = 5 }, pro = { requests = "unlimited" } }"#;
        let plans = parse(Some(text), "gold").expect("valid");
        assert_eq!(limits(&plans, "gold"), ["600", "7", "600", "600", "600", "600"]);
        assert_eq!(limits(&plans, "starter"), ["60", "5", "15", "20", "30", "20"], "the others stay");
        assert_eq!(limits(&plans, "pro"), ["unlimited", "150", "75", "100", "150", "100"]);
        assert_eq!(limits(&plans, "enterprise")[0], "1500");
        assert_eq!(Some(plans.usual()), plans.find("gold").ok());
    }

    #[test]
    fn i1_what_is_no_plan_is_refused_with_its_place() {
        for (text, expected) in [
            ("7", "setting plans: must be a table"),
            ("{} \n listen = 'x'", "setting plans"),
            ("{ gold = 7 }", "plan gold: must be a table"),
            ("{ gold = { chat = 7 } }", "plan gold: requests is missing"),
            ("{ gold = { requests = 0 } }", "plan gold: requests: must be a whole number from 1 to 10000000"),
            ("{ gold = { requests = 1.5 } }", "plan gold: requests: must be a whole number"),
            ("{ gold = { requests = \"no limit\" } }", "plan gold: requests: must be a whole number"),
            ("{ gold = { requests = 7, chats = 3 } }", "plan gold: it has no limit chats; did you mean chat?"),
            ("{ gold = { requests = 7, chat = -3 } }", "plan gold: chat: must be a whole number"),
            ("{ \"\" = { requests = 7 } }", "a plan's name must have"),
        ] {
            let error = format!("{:#}", parse(Some(text), "self_hosted").expect_err(text));
            assert!(error.contains(expected), "{text}: {error}");
        }
        let error = parse(None, "gold").expect_err("unknown").to_string();
        let known = "enterprise, pro, self_hosted, starter, syrus, unlimited";
        assert_eq!(error, format!("setting plan: must be one of {known}"));
    }
}
