//! Amounts of money: symbols, codes and words; `k` and `m`; ranges; per month and per year.
//!
//! Of a range the lower end counts: it is what the visitor is sure to have, and a deal size that is
//! too small does less harm than one that is too large. An amount per month counts twelve times.

use std::sync::LazyLock;

use regex::Regex;
use synaptiq_domain::access::Currency;

use crate::text::{Number, Reading, Span, raw};

/// An amount of money, or a number that could be one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Amount {
    /// Where, with its currency and period.
    pub(crate) span: Span,
    /// Units of the currency a year; the lower end of a range.
    pub(crate) yearly: f64,
    /// The currency, where one is named.
    pub(crate) currency: Option<Currency>,
    /// Whether a currency or "k" says that it is money, rather than a bare number.
    pub(crate) certain: bool,
    /// Whether it is the price of one seat rather than of all.
    pub(crate) per_seat: bool,
}

static PREFIX: LazyLock<Regex> = LazyLock::new(|| raw(r"(us\$|\$|\x{20ac}|\x{a3}|\b(?:usd|eur|euro|gbp|chf|fr\.)) ?$"));
static SUFFIX: LazyLock<Regex> = LazyLock::new(|| {
    raw(
        "^ ?(?:(?:d'|di |de |of )?)(\\$|\\x{20ac}|\\x{a3}|(?:euros?|eur|us[- ]?dollars?|dollars?|dollari|dolares|usd|bucks|pounds?|sterline|pfund|livres sterling|libras|gbp|chf|franken|franchi|francos suizos|sfr)\\b)",
    )
});
static MONTHLY: LazyLock<Regex> = LazyLock::new(|| {
    raw(
        r"^ ?(?:,? ?(?:a|per|/|each|every|monthly|pro|im|al|ogni|par|por|cada|p\.?) ?(?:month|mo\b|monat|mese|mois|mes\b)|/ ?mo\b|/ ?m\b|monthly|monatlich|mensili|al mese|mensuels?|mensuales|pm\b|mtl\b)",
    )
});
static WEEKLY: LazyLock<Regex> =
    LazyLock::new(|| raw(r"^ ?(?:a|per|/|pro|al|alla|a la|par|por) ?(?:week|woche|settimana|semaine|semana)\b"));
static QUARTERLY: LazyLock<Regex> =
    LazyLock::new(|| raw(r"^ ?(?:a|per|/|pro|im|al|par|por) ?(?:quarter|quartal|trimestre)\b"));
static PER_SEAT: LazyLock<Regex> = LazyLock::new(|| {
    raw(
        r"^ ?(?:a|per|/|each|pro|al|a|par|por|je) ?(?:user|seat|person|agent|rep|head|utente|postazione|persona|nutzer|benutzer|platz|utilisateur|poste|personne|usuario|licencia|licence|licenza|lizenz)\b",
    )
});

/// The amounts of a text. Bare numbers are among them, as not certain.
pub(crate) fn amounts(reading: &Reading<'_>, numbers: &[Number]) -> Vec<Amount> {
    let folded = reading.folded();
    let mut found = Vec::new();
    let mut index = 0;
    while index < numbers.len() {
        let low = &numbers[index];
        let high = numbers.get(index + 1).filter(|high| is_range(folded, low, high));
        index += 1 + usize::from(high.is_some());
        let last = high.unwrap_or(low);
        let (prefix, start) = prefix(folded, low.span.start);
        // Of "$20k - $30k" the second symbol stands inside the range.
        let (suffix, mut end) = suffix(folded, last.span.end);
        let inner = high.and_then(|_| self::suffix(folded, low.span.end).0);
        let mut units = low.value;
        if low.multiplier < 2.0 && last.multiplier > 1.0 && low.value < last.value / last.multiplier * 1.000_001 {
            units *= last.multiplier;
        }
        let per_seat = PER_SEAT.find(reading.next(end)).map(|found| end += found.end()).is_some();
        let mut yearly = units;
        for (pattern, times) in [(&MONTHLY, 12.0), (&WEEKLY, 52.0), (&QUARTERLY, 4.0)] {
            if let Some(period) = pattern.find(reading.next(end)) {
                end += period.end();
                yearly = units * times;
                break;
            }
        }
        let currency = prefix.or(suffix).or(inner);
        let certain = currency.is_some() || last.multiplier > 1.0;
        if (0.0..=1e12).contains(&yearly) {
            found.push(Amount { span: start..end, yearly, currency, certain, per_seat });
        }
    }
    found
}

fn is_range(folded: &str, low: &Number, high: &Number) -> bool {
    let between = folded.get(low.span.end..high.span.start).unwrap_or_default();
    let between = between.trim_matches(['$', '€', '£', ' ']);
    let between = between.strip_prefix("eur").or_else(|| between.strip_prefix("euros")).unwrap_or(between).trim();
    matches!(
        between,
        "-" | "to"
            | "a"
            | "e"
            | "o"
            | "or"
            | "bis"
            | "und"
            | "oder"
            | "et"
            | "ou"
            | "y"
            | "and"
            | "euro a"
            | "euro e"
            | "k to"
            | "o a"
    ) && (low.value < high.value)
}

fn prefix(folded: &str, at: usize) -> (Option<Currency>, usize) {
    let mut from = at.saturating_sub(8);
    while !folded.is_char_boundary(from) {
        from += 1;
    }
    match PREFIX.captures(&folded[from..at]).and_then(|captures| captures.get(1)) {
        Some(symbol) => (Some(currency(symbol.as_str())), from + symbol.start()),
        None => (None, at),
    }
}

fn suffix(folded: &str, at: usize) -> (Option<Currency>, usize) {
    match SUFFIX.captures(crate::text::next(folded, at)).and_then(|captures| captures.get(1)) {
        Some(symbol) => (Some(currency(symbol.as_str())), at + symbol.end()),
        None => (None, at),
    }
}

fn currency(symbol: &str) -> Currency {
    match symbol {
        "€" | "eur" | "euro" | "euros" => Currency::EUR,
        "£" | "gbp" | "pound" | "pounds" | "sterline" | "pfund" | "livres sterling" | "libras" => Currency::GBP,
        "chf" | "fr." | "sfr" | "franken" | "franchi" | "francos suizos" => Currency::CHF,
        _ => Currency::USD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::numbers;

    fn first(text: &str, language: &str) -> Option<(f64, Option<Currency>, bool)> {
        let reading = Reading::new(text);
        let found = amounts(&reading, &numbers(reading.folded(), language));
        found.into_iter().next().map(|amount| (amount.yearly, amount.currency, amount.certain))
    }

    #[test]
    fn amounts_are_read_in_every_notation() {
        let mut rows = crate::rows::Rows::default();
        for (text, language, yearly, currency) in [
            ("$20,000", "en", 20_000.0, Some(Currency::USD)),
            ("20k", "en", 20_000.0, None),
            ("20-30k", "en", 20_000.0, None),
            ("$20k to $30k", "en", 20_000.0, Some(Currency::USD)),
            ("£1.5m", "en", 1_500_000.0, Some(Currency::GBP)),
            ("USD 5000", "en", 5_000.0, Some(Currency::USD)),
            ("$500 per month", "en", 6_000.0, Some(Currency::USD)),
            ("$500/mo", "en", 6_000.0, Some(Currency::USD)),
            ("2k a month", "en", 24_000.0, None),
            ("10k per year", "en", 10_000.0, None),
            ("between 20,000 and 30,000 dollars", "en", 20_000.0, Some(Currency::USD)),
            ("twenty thousand dollars", "en", 20_000.0, Some(Currency::USD)),
            ("20.000 €", "it", 20_000.0, Some(Currency::EUR)),
            ("ventimila euro", "it", 20_000.0, Some(Currency::EUR)),
            ("tra 20 e 30 mila euro", "it", 20_000.0, Some(Currency::EUR)),
            ("500 euro al mese", "it", 6_000.0, Some(Currency::EUR)),
            ("15.000 Euro", "de", 15_000.0, Some(Currency::EUR)),
            ("1.000 € pro Monat", "de", 12_000.0, Some(Currency::EUR)),
            ("2 Mio. Euro", "de", 2_000_000.0, None),
            ("20 000 €", "fr", 20_000.0, Some(Currency::EUR)),
            ("800 euros par mois", "fr", 9_600.0, Some(Currency::EUR)),
            ("20 mil euros", "es", 20_000.0, Some(Currency::EUR)),
            ("300 € al mes", "es", 3_600.0, Some(Currency::EUR)),
            ("CHF 12'000", "de", 12_000.0, Some(Currency::CHF)),
        ] {
            rows.eq(text, first(text, language), Some((yearly, currency, true)));
        }
    }
}
