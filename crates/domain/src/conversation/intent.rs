//! What a visitor wants with one message (contract § 7).

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a visitor wants with one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Asks what it costs.
    PricingInquiry,
    /// Wants to see it.
    DemoRequest,
    /// Asks whether it works with something else.
    IntegrationQuestion,
    /// Compares with, or leaves, another product.
    CompetitorComparison,
    /// Asks how to begin.
    OnboardingInquiry,
    /// Asks what it costs for a large company.
    EnterprisePricing,
    /// Asks what it does or how.
    ProductQuestion,
    /// Has a problem with it.
    SupportRequest,
    /// Wants a person.
    HumanRequest,
    /// Doubts: price, security, effort.
    Objection,
    /// Does not want it.
    NotInterested,
    /// Says hello.
    Greeting,
    /// Advertises, or writes nonsense.
    Spam,
    /// None of these.
    Other,
}

impl Intent {
    /// Every intent there is.
    pub const ALL: [Self; 14] = [
        Self::PricingInquiry,
        Self::DemoRequest,
        Self::IntegrationQuestion,
        Self::CompetitorComparison,
        Self::OnboardingInquiry,
        Self::EnterprisePricing,
        Self::ProductQuestion,
        Self::SupportRequest,
        Self::HumanRequest,
        Self::Objection,
        Self::NotInterested,
        Self::Greeting,
        Self::Spam,
        Self::Other,
    ];

    /// The printed form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PricingInquiry => "pricing_inquiry",
            Self::DemoRequest => "demo_request",
            Self::IntegrationQuestion => "integration_question",
            Self::CompetitorComparison => "competitor_comparison",
            Self::OnboardingInquiry => "onboarding_inquiry",
            Self::EnterprisePricing => "enterprise_pricing",
            Self::ProductQuestion => "product_question",
            Self::SupportRequest => "support_request",
            Self::HumanRequest => "human_request",
            Self::Objection => "objection",
            Self::NotInterested => "not_interested",
            Self::Greeting => "greeting",
            Self::Spam => "spam",
            Self::Other => "other",
        }
    }

    /// Reads the printed form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|intent| intent.as_str() == text)
    }

    /// Whether a large deal makes it valuable, or it is so by itself (contract § 7).
    pub const fn is_buying(self) -> bool {
        matches!(self, Self::EnterprisePricing | Self::PricingInquiry | Self::DemoRequest)
    }

    /// Whether a conversation's list of intents shows it (contract § 8).
    pub const fn is_listed(self) -> bool {
        !matches!(self, Self::Greeting | Self::Other)
    }
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
