//! What a tenant is set up with: its settings, its assistants and its people.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Number;
use synaptiq_domain::{
    access::{
        Assistant, Colour, CriteriaWeights, Currency, Member, Slug, Tenant, TenantSettings, WebOrigin, WidgetPosition,
        WidgetSettings, WidgetTheme,
    },
    lead::{Score, Weight},
    money::Money,
};
use synaptiq_wire::{
    FieldError,
    field::{Fields, Given},
    number::major_units,
};

use super::{
    Naming,
    field::{self, MAX_ITEMS, MAX_NAME, MAX_TEXT, MAX_URL, maybe_text},
    lead::read_score,
};
use crate::canonical::{At, Name, is_false};

/// A tenant's name and settings. Its id, its plan and its place are those of the installation, and
/// stay there.
#[derive(Serialize)]
pub(super) struct TenantLine<'a> {
    name: &'a str,
    object: &'static str,
    settings: SettingsLine<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SettingsLine<'a> {
    allowed_link_hosts: &'a [String],
    allowed_origins: &'a [WebOrigin],
    currency: &'a str,
    exchange_rates: BTreeMap<&'a str, f64>,
    handoff_notice: Option<&'a str>,
    model_required: bool,
    price_per_seat: Number,
    threshold: u8,
    weights: WeightsLine,
    widget: WidgetLine,
}

#[derive(Serialize)]
struct WeightsLine {
    authority: u8,
    budget: u8,
    need: u8,
    timeline: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WidgetLine {
    accent: String,
    ai_notice: bool,
    position: &'static str,
    theme: &'static str,
}

impl<'a> From<&'a Tenant> for TenantLine<'a> {
    fn from(tenant: &'a Tenant) -> Self {
        let Tenant { id: _, version: _, name, sandbox: _, plan: _, is_default: _, settings, created_at: _ } = tenant;
        let TenantSettings {
            currency,
            exchange_rates,
            threshold,
            weights: CriteriaWeights { budget, authority, need, timeline },
            price_per_seat,
            allowed_origins,
            allowed_link_hosts,
            handoff_notice,
            model_required,
            widget: WidgetSettings { theme, accent, position, ai_notice },
        } = settings;
        Self {
            name,
            object: "tenant",
            settings: SettingsLine {
                allowed_link_hosts,
                allowed_origins,
                currency: currency.as_str(),
                exchange_rates: exchange_rates.iter().map(|(currency, rate)| (currency.as_str(), *rate)).collect(),
                handoff_notice: handoff_notice.as_deref(),
                model_required: *model_required,
                price_per_seat: major_units(*price_per_seat),
                threshold: threshold.get(),
                weights: WeightsLine {
                    authority: authority.get(),
                    budget: budget.get(),
                    need: need.get(),
                    timeline: timeline.get(),
                },
                widget: WidgetLine {
                    accent: accent.to_string(),
                    ai_notice: *ai_notice,
                    position: position.as_str(),
                    theme: theme.as_str(),
                },
            },
        }
    }
}

/// What a line says of a tenant's settings; what it does not name stays.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TenantPatch {
    name: Option<String>,
    currency: Option<Currency>,
    exchange_rates: Option<Vec<(Currency, f64)>>,
    threshold: Option<Score>,
    weights: Option<CriteriaWeights>,
    price_per_seat: Option<Money>,
    allowed_origins: Option<Vec<WebOrigin>>,
    allowed_link_hosts: Option<Vec<String>>,
    handoff_notice: Option<Option<String>>,
    model_required: Option<bool>,
    widget: WidgetPatch,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct WidgetPatch {
    theme: Option<WidgetTheme>,
    accent: Option<Colour>,
    position: Option<WidgetPosition>,
    ai_notice: Option<bool>,
}

impl TenantPatch {
    /// The tenant with what is named changed.
    #[must_use]
    pub fn applied_to(&self, tenant: &Tenant) -> Tenant {
        let Self {
            name,
            currency,
            exchange_rates,
            threshold,
            weights,
            price_per_seat,
            allowed_origins,
            allowed_link_hosts,
            handoff_notice,
            model_required,
            widget: WidgetPatch { theme, accent, position, ai_notice },
        } = self.clone();
        let old = tenant.settings.clone();
        let settings = TenantSettings {
            currency: currency.unwrap_or(old.currency),
            exchange_rates: exchange_rates.unwrap_or(old.exchange_rates),
            threshold: threshold.unwrap_or(old.threshold),
            weights: weights.unwrap_or(old.weights),
            price_per_seat: price_per_seat.unwrap_or(old.price_per_seat),
            allowed_origins: allowed_origins.unwrap_or(old.allowed_origins),
            allowed_link_hosts: allowed_link_hosts.unwrap_or(old.allowed_link_hosts),
            handoff_notice: handoff_notice.unwrap_or(old.handoff_notice),
            model_required: model_required.unwrap_or(old.model_required),
            widget: WidgetSettings {
                theme: theme.unwrap_or(old.widget.theme),
                accent: accent.unwrap_or(old.widget.accent),
                position: position.unwrap_or(old.widget.position),
                ai_notice: ai_notice.unwrap_or(old.widget.ai_notice),
            },
        };
        Tenant { name: name.unwrap_or_else(|| tenant.name.clone()), settings, ..tenant.clone() }
    }
}

/// Reads a tenant's line.
pub(super) fn read_tenant(fields: &Fields<'_>) -> Result<TenantPatch, FieldError> {
    let name = fields.present("name", |given| given.verbatim(MAX_NAME))?;
    let patch = fields.optional("settings", |given| read_settings(&given))?.unwrap_or_default();
    Ok(TenantPatch { name, ..patch })
}

fn read_settings(given: &Given<'_>) -> Result<TenantPatch, FieldError> {
    let fields = given.object()?;
    Ok(TenantPatch {
        name: None,
        currency: fields.present("currency", |given| read_currency(given.text()?, &given))?,
        exchange_rates: fields.present("exchangeRates", |given| read_rates(&given))?,
        threshold: fields.present("threshold", |given| read_score(&given))?,
        weights: fields.present("weights", |given| read_weights(&given))?,
        price_per_seat: fields.present("pricePerSeat", |given| given.money())?,
        allowed_origins: fields.present("allowedOrigins", |given| {
            given.array_of(MAX_ITEMS, |item| {
                WebOrigin::parse(item.text()?).map_err(|error| item.error(error.to_string()))
            })
        })?,
        allowed_link_hosts: fields
            .present("allowedLinkHosts", |given| given.array_of(MAX_ITEMS, |item| item.verbatim(MAX_URL)))?,
        handoff_notice: fields.nullable("handoffNotice", |given| field::text(&given, MAX_TEXT))?,
        model_required: fields.present("modelRequired", |given| given.boolean())?,
        widget: fields.present("widget", |given| read_widget(&given))?.unwrap_or_default(),
    })
}

fn read_currency(text: &str, given: &Given<'_>) -> Result<Currency, FieldError> {
    Currency::parse(text).map_err(|error| given.error(error.to_string()))
}

fn read_rates(given: &Given<'_>) -> Result<Vec<(Currency, f64)>, FieldError> {
    let fields = given.object()?;
    given
        .map()?
        .keys()
        .map(|code| {
            fields.required(code, |given| {
                let rate = given.number().filter(|rate| rate.is_finite() && *rate > 0.0);
                let rate = rate.ok_or_else(|| given.error("must be a number above 0"))?;
                Ok((read_currency(code, &given)?, rate))
            })
        })
        .collect()
}

fn read_weights(given: &Given<'_>) -> Result<CriteriaWeights, FieldError> {
    let fields = given.object()?;
    let weight = |name| {
        let percent = fields.required(name, |given| given.integer(0..=100))?;
        Ok(u8::try_from(percent).ok().and_then(Weight::new).expect("0 to 100 here"))
    };
    let weights = CriteriaWeights {
        budget: weight("budget")?,
        authority: weight("authority")?,
        need: weight("need")?,
        timeline: weight("timeline")?,
    };
    if weights.sum() == 100 { Ok(weights) } else { Err(given.error("must sum to 100")) }
}

fn read_widget(given: &Given<'_>) -> Result<WidgetPatch, FieldError> {
    let fields = given.object()?;
    Ok(WidgetPatch {
        theme: fields.present("theme", |given| given.one_of(&WidgetTheme::ALL, WidgetTheme::as_str))?,
        accent: fields
            .present("accent", |given| Colour::parse(given.text()?).map_err(|error| given.error(error.to_string())))?,
        position: fields.present("position", |given| given.one_of(&WidgetPosition::ALL, WidgetPosition::as_str))?,
        ai_notice: fields.present("aiNotice", |given| given.boolean())?,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssistantLine<'a> {
    created_at: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    greeting: Option<&'a str>,
    high_value_amount: Number,
    id: Name<Assistant>,
    #[serde(skip_serializing_if = "is_false")]
    is_default: bool,
    language: &'a str,
    name: &'a str,
    object: &'static str,
    slug: &'a str,
}

impl<'a> From<&'a Assistant> for AssistantLine<'a> {
    fn from(assistant: &'a Assistant) -> Self {
        let Assistant { id, version: _, slug, name, greeting, language, high_value_amount, is_default, created_at } =
            assistant;
        Self {
            created_at: At(*created_at),
            greeting: greeting.as_deref(),
            high_value_amount: major_units(*high_value_amount),
            id: Name(*id),
            is_default: *is_default,
            language,
            name,
            object: "assistant",
            slug: slug.as_str(),
        }
    }
}

/// Reads an assistant; its slug is made of its name where there is none.
pub(super) fn read_assistant(fields: &Fields<'_>, naming: &mut Naming<'_>) -> Result<Assistant, FieldError> {
    let created_at = fields.required("createdAt", |given| field::at(&given))?;
    let name = fields.required("name", |given| given.verbatim(MAX_NAME))?;
    let slug = fields.optional("slug", |given| {
        let slug = given.parsed(Slug::from_name)?;
        let is_one = slug.as_str() == given.text()?;
        if is_one { Ok(slug) } else { Err(given.error("must be 1 to 64 lowercase letters, digits and hyphens")) }
    })?;
    let from_name = || Slug::from_name(&name).map_err(|error| fields.error("name", error.to_string()));
    Ok(Assistant {
        id: naming.id(fields, created_at)?,
        version: 0,
        slug: slug.map_or_else(from_name, Ok)?,
        greeting: maybe_text(fields, "greeting", MAX_TEXT)?,
        language: maybe_text(fields, "language", 20)?.unwrap_or_else(|| "en".to_owned()),
        high_value_amount: fields
            .optional("highValueAmount", |given| given.money())?
            .unwrap_or(Money::from_major(10_000)),
        is_default: field::flag(fields, "isDefault")?,
        created_at,
        name,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MemberLine<'a> {
    created_at: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    id: Name<Member>,
    name: &'a str,
    object: &'static str,
}

impl<'a> From<&'a Member> for MemberLine<'a> {
    fn from(member: &'a Member) -> Self {
        let Member { id, name, email, created_at } = member;
        Self { created_at: At(*created_at), email: email.as_deref(), id: Name(*id), name, object: "member" }
    }
}

/// Reads a member.
pub(super) fn read_member(fields: &Fields<'_>, naming: &mut Naming<'_>) -> Result<Member, FieldError> {
    let created_at = fields.required("createdAt", |given| field::at(&given))?;
    Ok(Member {
        id: naming.id(fields, created_at)?,
        name: fields.required("name", |given| given.verbatim(MAX_NAME))?,
        email: maybe_text(fields, "email", 254)?,
        created_at,
    })
}
