//! What is said about keeping, removing and moving data.

use clap::{Args, Subcommand};
use synaptiq_domain::access::Retention;

use super::Output;

/// How long a tenant keeps what people said; what is not named stays.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct KeepArgs {
    /// Empty leads that have not been active for so long, such as 730d; or forever
    #[arg(long = "keep-leads", group = "change", value_name = "DAYS", value_parser = KeepFor::parse)]
    leads: Option<KeepFor>,
    /// Empty conversations without a message for so long, and visits as old as that, such as 365d; or forever
    #[arg(long = "keep-conversations", group = "change", value_name = "DAYS", value_parser = KeepFor::parse)]
    conversations: Option<KeepFor>,
}

/// A number of days, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeepFor(Option<u32>);

impl KeepFor {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "forever" {
            return Ok(Self(None));
        }
        let days = text.strip_suffix('d').and_then(|days| days.parse().ok());
        days.filter(|days| (1..=Retention::MOST_DAYS).contains(days))
            .map(|days| Self(Some(days)))
            .ok_or_else(|| format!("it must be 1d to {}d, or forever", Retention::MOST_DAYS))
    }
}

impl KeepArgs {
    /// Whether anything is to be changed.
    pub(crate) const fn is_named(&self) -> bool {
        let Self { leads, conversations } = self;
        leads.is_some() || conversations.is_some()
    }

    /// Changes what is named.
    pub(crate) fn apply(&self, retention: &mut Retention) {
        let Self { leads, conversations } = self;
        if let Some(KeepFor(days)) = leads {
            retention.leads_after_days = *days;
        }
        if let Some(KeepFor(days)) = conversations {
            retention.conversations_after_days = *days;
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct EraseArgs {
    /// An e-mail address, a phone number, a lead's id or a visitor's id
    pub(crate) person: String,
    /// The tenant's id; the default tenant by default
    #[arg(long)]
    pub(crate) tenant: Option<String>,
    /// Do not ask whether it is meant
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct CopyArgs {
    /// The database to copy, such as sqlite:./data/synaptiq.db; its server may run
    #[arg(long, value_name = "URL")]
    pub(crate) from: String,
    /// The database to copy into: empty, or a copy of the same installation
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DemoCommand {
    /// Make a marked tenant with a believable month that ends today
    Load {
        /// What the tenant is called
        #[arg(long, default_value = "Demo")]
        tenant_name: String,
        #[command(flatten)]
        output: Output,
    },
    /// Remove a tenant that `demo load` made, with everything of it
    Drop {
        /// The tenant's id; all that `demo load` made by default
        #[arg(long)]
        tenant: Option<String>,
        #[command(flatten)]
        output: Output,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_something_is_kept_is_a_number_of_days_or_forever() {
        assert_eq!(KeepFor::parse("730d"), Ok(KeepFor(Some(730))));
        assert_eq!(KeepFor::parse("forever"), Ok(KeepFor(None)));
        for text in ["", "0d", "730", "d", "-1d", "1w", "36501d"] {
            assert!(KeepFor::parse(text).is_err(), "{text}");
        }
    }
}
