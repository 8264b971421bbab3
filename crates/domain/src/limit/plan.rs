//! Plans: how many requests a minute a key may make, in all and of each costly kind.

use std::{collections::BTreeMap, fmt, num::NonZeroU32};

use thiserror::Error;

/// How many are let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// So many.
    AtMost(NonZeroU32),
    /// Any number; nothing is counted.
    Unlimited,
}

/// The largest limit. What is more is as good as none, and is to be written so.
pub const MOST_A_MINUTE: u32 = 10_000_000;

/// A number that is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a whole number from 1 to {MOST_A_MINUTE}")]
pub struct WrongLimit;

impl Allowance {
    /// A limit from 1 to [`MOST_A_MINUTE`].
    pub fn at_most(limit: i64) -> Result<Self, WrongLimit> {
        let limit = u32::try_from(limit).ok().filter(|limit| *limit <= MOST_A_MINUTE);
        limit.and_then(NonZeroU32::new).map(Self::AtMost).ok_or(WrongLimit)
    }

    /// Whether whoever is let in by this is let in by `other` too.
    pub fn is_within(self, other: Self) -> bool {
        match (self, other) {
            (_, Self::Unlimited) => true,
            (Self::Unlimited, Self::AtMost(_)) => false,
            (Self::AtMost(own), Self::AtMost(other)) => own <= other,
        }
    }

    /// The stricter one.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        if self.is_within(other) { self } else { other }
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(limit) => limit.fmt(f),
            Self::Unlimited => f.write_str("unlimited"),
        }
    }
}

/// The kinds of requests that have a limit of their own, below the plan's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// A chat that is answered in one piece.
    Chat,
    /// A chat that is answered as a stream.
    StreamedChat,
    /// Analytics.
    Analytics,
    /// Creating a lead, or many.
    CreateLead,
    /// Searching leads.
    SearchLeads,
}

impl Group {
    /// Every group there is.
    pub const ALL: [Self; 5] = [Self::Chat, Self::StreamedChat, Self::Analytics, Self::CreateLead, Self::SearchLeads];

    /// The group's name in settings and in the `OpenAPI` documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::StreamedChat => "streamed_chat",
            Self::Analytics => "analytics",
            Self::CreateLead => "create_lead",
            Self::SearchLeads => "search_leads",
        }
    }
}

/// How many requests in any 60 seconds a key may make. A request of a group counts against that
/// group and against the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// All of them together.
    pub requests: Allowance,
    groups: [Allowance; Group::ALL.len()],
}

impl Plan {
    /// A plan without lower limits for any group.
    pub const fn of(requests: Allowance) -> Self {
        Self { requests, groups: [requests; Group::ALL.len()] }
    }

    /// The same plan with a group's own limit. One above the whole changes nothing.
    #[must_use]
    pub fn with(mut self, group: Group, limit: Allowance) -> Self {
        self.groups[group as usize] = limit.min(self.requests);
        self
    }

    /// A group's limit, if it has one below the whole.
    pub fn of_group(&self, group: Group) -> Option<Allowance> {
        let limit = self.groups[group as usize];
        (limit != self.requests).then_some(limit)
    }

    /// Whether every request that this plan lets in is one that `other` lets in too.
    pub fn is_within(&self, other: &Self) -> bool {
        let groups = self.groups.iter().zip(&other.groups);
        self.requests.is_within(other.requests) && groups.into_iter().all(|(own, other)| own.is_within(*other))
    }
}

/// The plan of syrus keys that have none of their own.
pub const SYRUS_PLAN: &str = "syrus";

/// A name that no plan has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("must be one of {known}")]
pub struct UnknownPlan {
    known: String,
}

/// The plans of an installation by their names: the published ones and what the operator's settings
/// add to them or change of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plans {
    plans: BTreeMap<String, Plan>,
    usual: Plan,
}

impl Plans {
    /// The published plans (contract § 5).
    pub fn published() -> Self {
        let limit = |limit: u32| NonZeroU32::new(limit).map_or(Allowance::Unlimited, Allowance::AtMost);
        let tiered = |requests, chat, streamed, costly| {
            Plan::of(limit(requests))
                .with(Group::Chat, limit(chat))
                .with(Group::StreamedChat, limit(streamed))
                .with(Group::Analytics, limit(costly))
                .with(Group::CreateLead, limit(chat))
                .with(Group::SearchLeads, limit(costly))
        };
        let plans = [
            ("starter", tiered(60, 30, 15, 20)),
            ("pro", tiered(300, 150, 75, 100)),
            ("enterprise", tiered(1_500, 750, 400, 500)),
            ("self_hosted", Plan::of(limit(60_000))),
            ("unlimited", Plan::of(Allowance::Unlimited)),
            (SYRUS_PLAN, Plan::of(limit(100))),
        ];
        let plans = plans.into_iter().map(|(name, plan)| (name.to_owned(), plan)).collect();
        Self { plans, usual: Plan::of(limit(60_000)) }
    }

    /// The same plans and this one, in the place of one with its name.
    #[must_use]
    pub fn with(mut self, name: &str, plan: Plan) -> Self {
        self.plans.insert(name.to_owned(), plan);
        self
    }

    /// The same plans, of which the named one is the installation's own.
    pub fn with_usual(self, name: &str) -> Result<Self, UnknownPlan> {
        let usual = *self.find(name)?;
        Ok(Self { usual, ..self })
    }

    /// A plan by its name.
    pub fn find(&self, name: &str) -> Result<&Plan, UnknownPlan> {
        self.plans.get(name).ok_or_else(|| UnknownPlan { known: self.names().collect::<Vec<_>>().join(", ") })
    }

    /// The installation's own plan: it stands in for one that was set beside the server and that
    /// the server's settings do not know.
    pub const fn usual(&self) -> &Plan {
        &self.usual
    }

    /// The names in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.plans.keys().map(String::as_str)
    }
}

impl Default for Plans {
    fn default() -> Self {
        Self::published()
    }
}

/// What visitors may ask without a key (contract § 5), and what an address may ask before anyone
/// knows who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicLimits {
    /// Messages a minute and session. Default 20.
    pub session: Allowance,
    /// Messages a minute and address. Default 120.
    pub address: Allowance,
    /// Messages a UTC day and address. Default 2,000.
    pub day: Allowance,
    /// Everything else that comes without a valid key, a minute and address: transcripts, unknown
    /// routes, refused credentials. Default 6,000.
    pub other: Allowance,
}

impl Default for PublicLimits {
    fn default() -> Self {
        let limit = |limit| Allowance::at_most(limit).expect("a default within bounds");
        Self { session: limit(20), address: limit(120), day: limit(2_000), other: limit(6_000) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(plan: &Plan) -> Vec<String> {
        let groups = Group::ALL.into_iter().map(|group| plan.of_group(group).unwrap_or(plan.requests));
        std::iter::once(plan.requests).chain(groups).map(|limit| limit.to_string()).collect()
    }

    #[test]
    fn the_plans_are_as_published() {
        let plans = Plans::published();
        for (name, expected) in [
            ("starter", ["60", "30", "15", "20", "30", "20"]),
            ("pro", ["300", "150", "75", "100", "150", "100"]),
            ("enterprise", ["1500", "750", "400", "500", "750", "500"]),
            ("self_hosted", ["60000"; 6]),
            ("unlimited", ["unlimited"; 6]),
            ("syrus", ["100"; 6]),
        ] {
            assert_eq!(limits(plans.find(name).expect("published")), expected, "{name}");
        }
        let known = "enterprise, pro, self_hosted, starter, syrus, unlimited";
        assert_eq!(plans.find("gold").expect_err("unknown").to_string(), format!("must be one of {known}"));
    }

    #[test]
    fn a_group_never_has_more_than_the_whole() {
        let ten = Allowance::at_most(10).expect("a limit");
        let plan = Plan::of(ten).with(Group::Chat, Allowance::Unlimited);
        assert_eq!(plan.of_group(Group::Chat), None);
        let plan = plan.with(Group::Chat, Allowance::at_most(3).expect("a limit"));
        assert_eq!(plan.of_group(Group::Chat), Allowance::at_most(3).ok());
    }

    #[test]
    fn a_plan_is_within_another_if_no_limit_is_higher() {
        let plans = Plans::published();
        let within = |one: &str, other: &str| {
            plans.find(one).expect("published").is_within(plans.find(other).expect("published"))
        };
        assert!(within("starter", "pro") && within("pro", "pro") && within("enterprise", "unlimited"));
        assert!(!within("pro", "starter") && !within("unlimited", "self_hosted"));
        assert!(!within("syrus", "pro"), "fewer in all, but more searches");
    }

    #[test]
    fn a_limit_is_neither_nothing_nor_beyond_counting() {
        for wrong in [0, -1, i64::from(MOST_A_MINUTE) + 1, i64::MAX] {
            assert_eq!(Allowance::at_most(wrong), Err(WrongLimit), "{wrong}");
        }
    }
}
