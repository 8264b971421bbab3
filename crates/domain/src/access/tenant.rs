//! A company that uses the product, and the settings that are its own.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    access::{WebOrigin, WidgetSettings},
    id::{Id, Kind},
    lead::{Score, Weight},
    money::Money,
    qualification::Criterion,
    time::Timestamp,
};

/// A company that uses the product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tenant {
    /// Its id; also what the widget's `data-tenant` names.
    pub id: Id<Tenant>,
    /// Raised by every commit that changes it.
    pub version: u64,
    /// The company's name.
    pub name: String,
    /// The tenant that owns the data of test keys.
    pub sandbox: Id<Tenant>,
    /// The name of the plan whose limits apply, among [`crate::limit::Plans`].
    pub plan: String,
    /// Whether it serves requests that name no tenant.
    pub is_default: bool,
    /// What the team has set.
    pub settings: TenantSettings,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Kind for Tenant {
    const PREFIX: &'static str = "ten";
}

/// An ISO 4217 code: three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// A text that is not three letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be an ISO 4217 code such as USD")]
pub struct UnknownCurrency;

impl Currency {
    /// The United States dollar, the default.
    pub const USD: Self = Self(*b"USD");
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");
    /// The pound sterling.
    pub const GBP: Self = Self(*b"GBP");
    /// The Swiss franc.
    pub const CHF: Self = Self(*b"CHF");

    /// Reads three letters in either case.
    pub fn parse(text: &str) -> Result<Self, UnknownCurrency> {
        let bytes: [u8; 3] = text.as_bytes().try_into().map_err(|_| UnknownCurrency)?;
        if bytes.iter().all(u8::is_ascii_alphabetic) {
            Ok(Self(bytes.map(|byte| byte.to_ascii_uppercase())))
        } else {
            Err(UnknownCurrency)
        }
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("three ASCII letters")
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// How much each criterion counts. The weights sum to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriteriaWeights {
    /// Default 25.
    pub budget: Weight,
    /// Default 20.
    pub authority: Weight,
    /// Default 30.
    pub need: Weight,
    /// Default 25.
    pub timeline: Weight,
}

impl CriteriaWeights {
    /// The weight of one criterion.
    pub const fn of(&self, criterion: Criterion) -> Weight {
        match criterion {
            Criterion::Budget => self.budget,
            Criterion::Authority => self.authority,
            Criterion::Need => self.need,
            Criterion::Timeline => self.timeline,
        }
    }

    /// The sum of all four: 100 in valid settings.
    pub fn sum(&self) -> u32 {
        Criterion::ALL.iter().map(|criterion| u32::from(self.of(*criterion).get())).sum()
    }
}

impl Default for CriteriaWeights {
    fn default() -> Self {
        let weight = |percent| Weight::new(percent).expect("a default below 100");
        Self { budget: weight(25), authority: weight(20), need: weight(30), timeline: weight(25) }
    }
}

/// What a team can set for its tenant. Every field has a default, so that an older stored value
/// reads in a newer version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TenantSettings {
    /// The currency of deal sizes and budgets.
    pub currency: Currency,
    /// What one unit of another currency is worth, in units of the tenant's; others count at par.
    pub exchange_rates: Vec<(Currency, f64)>,
    /// From which score on a lead is qualified. Default 60.
    pub threshold: Score,
    /// How much each criterion counts.
    pub weights: CriteriaWeights,
    /// A seat's price per year, for deal sizes where no budget is stated. Default 600.
    pub price_per_seat: Money,
    /// Origins that may chat; empty allows all (contract § 3).
    pub allowed_origins: Vec<WebOrigin>,
    /// Hosts that answers may link to, besides links in the knowledge base.
    pub allowed_link_hosts: Vec<String>,
    /// What a visitor reads while a person has been asked, by language code; the built-in text otherwise.
    pub handoff_notice: Option<String>,
    /// Whether an answer must come from the configured model: without it a turn is refused (503).
    pub model_required: bool,
    /// How the widget looks and what it says of itself.
    pub widget: WidgetSettings,
    /// How long what people said is kept.
    pub retention: Retention,
    /// Whether `demo load` made the tenant: then, and only then, `demo drop` removes it.
    pub demo: bool,
}

/// How long a tenant keeps what tells who somebody was. After it, the same is removed as when a person
/// is erased (`docs/privacy.md`); nothing set keeps it for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Retention {
    /// Leads that have not been active for so many days are emptied.
    pub leads_after_days: Option<u32>,
    /// Conversations without a message for so many days are emptied, and visits as old as that.
    pub conversations_after_days: Option<u32>,
}

impl Retention {
    /// The most days that can be said: a hundred years.
    pub const MOST_DAYS: u32 = 36_500;
}

impl Default for TenantSettings {
    fn default() -> Self {
        Self {
            currency: Currency::USD,
            exchange_rates: Vec::new(),
            threshold: Score::clamped(60),
            weights: CriteriaWeights::default(),
            price_per_seat: Money::from_major(600),
            allowed_origins: Vec::new(),
            allowed_link_hosts: Vec::new(),
            handoff_notice: None,
            model_required: false,
            widget: WidgetSettings::default(),
            retention: Retention::default(),
            demo: false,
        }
    }
}

impl TenantSettings {
    /// `units` of `currency` in the tenant's currency, at the settings' rate or else at par.
    pub fn convert(&self, units: f64, currency: Option<Currency>) -> Option<Money> {
        let rate = currency
            .filter(|currency| *currency != self.currency)
            .and_then(|currency| self.exchange_rates.iter().find(|(code, _)| *code == currency))
            .map_or(1.0, |(_, rate)| *rate);
        Money::from_units(units * rate)
    }
}
