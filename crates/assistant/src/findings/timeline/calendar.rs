//! Dates and spans of time in free text, as months from a day.
//!
//! A period counts from its first day if that is still to come ("in March", "next quarter"), else
//! until its last ("this quarter"), and until its last where it is said so ("end of Q2").

use std::sync::LazyLock;

use regex::Regex;
use time::{Date, Month};

use crate::text::{Number, Reading, Span, raw, word_value};

/// A time and where it is named.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct When {
    pub(super) span: Span,
    /// How many months of 30.4 days it is away; 0 for what has begun.
    pub(super) months: f64,
    /// Whether its words speak of the time to come: "by June", unlike "in June".
    pub(super) firm: bool,
}

/// A year and a month of it, 1 to 12.
type YearMonth = (i32, i32);

const UNIT: &str = r"(days?|weeks?|months?|quarters?|years?|giorn[oi]|settiman[ae]|mes[ei]|trimestr[ei]|ann[oi]|tage?n?|wochen?|monate?[ns]?|quartale?n?|jahre?[ns]?|jours?|semaines?|mois|trimestres?|ans?|annees?|dias?|semanas?|mes(?:es)?|anos?)";
/// A span of time ahead: "in 2 months", "within three weeks", "entro 6 mesi".
static AHEAD: LazyLock<Regex> = LazyLock::new(|| {
    raw(&format!(
        r"\b(?:in|within|in the next|over the next|in about|within the next|next|tra|fra|entro|nei prossimi|nelle prossime|nel giro di|innerhalb(?: von| der nachsten)?|binnen|in den nachsten|in etwa|in ca\.?|nachsten?|dans(?: les)?(?: prochains?)?|d'ici(?: a)?|sous|en(?: los proximos| las proximas)?|dentro de|antes de)(?: about| around| roughly| circa| etwa| environ| unos| unas)? ((?:a couple of|a few|couple of|few|un paio di|qualche|pochi|poche|ein paar|einigen|quelques|un par de|unos pocos|[a-z]+|\d{{1,3}})(?: ?(?:-|to|or|o|a|bis|oder|ou) ?(?:\d{{1,3}}|[a-z]+))?) {UNIT}\b"
    ))
});
/// "next month", "this quarter", "il mese prossimo", "nächstes Jahr".
static RELATIVE: LazyLock<Regex> = LazyLock::new(|| {
    raw(concat!(
        r"\b(?:(next|this|the coming|prossim[oa]|quest[oa]|nachste[nsmr]?|kommende[nsmr]?|diese[nsmr]?|ce|cette|cet|proxim[oa]|est[ea]) (month|quarter|year|summer|spring|autumn|fall|winter|mese|trimestre|anno|estate|primavera|autunno|inverno|monats?|quartals?|jahr(?:es)?|sommers?|fruhjahr|fruhling|herbst|mois|annee|ete|printemps|automne|hiver|mes|ano|verano|otono|invierno)|",
        r"(mese|trimestre|anno|estate|primavera|mois|annee|ete|mes|ano|verano) (prossim[oa]|prochaine?|que viene|proxim[oa])|(?:by|before|until|till|at|entro|per|bis|zum|bis zum|d'ici|avant|para|antes de|a)? ?(?:the )?(?:(?:la )?(end of (?:the )?year|year[- ]end|eoy|fine (?:dell'|di )?anno|jahresende|ende des jahres|fin (?:de l'|d')?annee|fin de ano|finales de ano)))\b"
    ))
});
static QUARTER: LazyLock<Regex> = LazyLock::new(|| {
    raw(
        r"\b(?:q([1-4])|([1-4])(?:st|nd|rd|th)? ?(?:quarter|quartal|trimestre|\. ?quartal))(?:[ /]?(?:of |del |de |/)?(20\d\d))?\b",
    )
});
static MONTH: LazyLock<Regex> = LazyLock::new(|| {
    raw(concat!(
        r"\b(by|in|before|until|till|from|starting(?: in| from)?|around|early|mid|late|end of|beginning of|for|entro(?: fine| il| la fine di)?|a|da|per|prima di|fine|inizio|nel|bis(?: zum| ende| anfang| mitte)?|im|ab|vor|ende|anfang|mitte|d'ici(?: fin| la fin)?|en|avant|des|debut|fin|courant|mi|para|antes de|a partir de|desde|hasta|finales de|principios de|a finales de)[ -](?:the (?:end|beginning|middle) of )?",
        r"(jan(?:uary|uar|vier)?|gennaio|enero|januar|feb(?:ruary|ruar|braio|rero)?|fevrier|mar(?:ch|zo|s)|marz|maerz|apr(?:il|ile)?|avril|abril|may|maggio|mai|mayo|june?|giugno|juni|juin|junio|july?|luglio|juli|juillet|julio|aug(?:ust)?|agosto|aout|sept?(?:ember|iembre|embre)?|settembre|oct(?:ober|obre|ubre)?|ottobre|oktober|nov(?:ember|embre|iembre)?|dec(?:ember|embre)?|dicembre|dezember|diciembre)(?: (20\d\d))?\b"
    ))
});
/// Words that move a date to the last day of its period.
static END_OF: LazyLock<Regex> = LazyLock::new(|| {
    raw(r"\b(?:end of|late|fine|la fine di|ende|fin|la fin de|fin de|finales de)(?: (?:the|del|des|di|de))? $")
});
static YEAR: LazyLock<Regex> = LazyLock::new(|| {
    raw(
        r"\b(?:in|by|during|from|early|late|until|nel|entro(?: il)?|dal|bis|ab|im jahr|anfang|ende|en|d'ici|courant|para|antes de) (20\d\d)\b",
    )
});

static BARE: LazyLock<Regex> = LazyLock::new(|| raw(&format!(r"^ ?{UNIT}\b")));

/// Spans of time ahead: "in 2 months".
pub(super) fn ahead(reading: &Reading<'_>, language: &str) -> Vec<When> {
    AHEAD
        .captures_iter(reading.folded())
        .filter_map(|captures| {
            let (whole, count, unit) = (captures.get(0)?, captures.get(1)?, captures.get(2)?);
            let months = count_of(count.as_str(), language)? * months_of(unit.as_str());
            Some(When { span: whole.range(), months, firm: true })
        })
        .collect()
}

/// "3 months", which answers "when?".
pub(super) fn bare(reading: &Reading<'_>, numbers: &[Number]) -> Option<When> {
    let number = numbers.first()?;
    let unit = BARE.captures(reading.next(number.span.end))?.get(1)?;
    let span = number.span.start..number.span.end + unit.end();
    Some(When { span, months: number.value * months_of(unit.as_str()), firm: true })
}

/// Quarters, months, seasons and years, the more exact first.
pub(super) fn dated(reading: &Reading<'_>, today: Date) -> Vec<When> {
    let mut found = quarters(reading, today);
    found.extend(named_months(reading, today));
    found.extend(relative(reading, today));
    found.extend(years(reading, today));
    found
}

fn quarters(reading: &Reading<'_>, today: Date) -> Vec<When> {
    QUARTER
        .captures_iter(reading.folded())
        .filter_map(|captures| {
            let whole = captures.get(0)?;
            let quarter: i32 = captures.get(1).or_else(|| captures.get(2))?.as_str().parse().ok()?;
            let year = year_of(captures.get(3), today, quarter * 3);
            let months = until(reading, today, ((year, quarter * 3 - 2), (year, quarter * 3)), whole.start());
            Some(When { span: whole.range(), months, firm: true })
        })
        .collect()
}

fn named_months(reading: &Reading<'_>, today: Date) -> Vec<When> {
    MONTH
        .captures_iter(reading.folded())
        .filter_map(|captures| {
            let (whole, preposition, name) = (captures.get(0)?, captures.get(1)?.as_str(), captures.get(2)?);
            // "may" and "mar" are also words: "in may" is a month, "for may" is not.
            if matches!(name.as_str(), "may" | "mar" | "mai") && matches!(preposition, "for" | "a" | "da" | "per") {
                return None;
            }
            let month = i32::from(u8::from(month_of(name.as_str())?));
            let year = year_of(captures.get(3), today, month);
            let months = until(reading, today, ((year, month), (year, month)), name.start());
            let firm =
                !matches!(preposition, "in" | "im" | "en" | "a" | "nel" | "for" | "from" | "desde" | "da" | "vor");
            Some(When { span: whole.range(), months, firm })
        })
        .collect()
}

/// The year that is named, else the one in which a month comes next.
fn year_of(named: Option<regex::Match<'_>>, today: Date, month: i32) -> i32 {
    let named = named.and_then(|year| year.as_str().parse().ok());
    named.unwrap_or_else(|| today.year() + i32::from(month < month_number(today)))
}

fn relative(reading: &Reading<'_>, today: Date) -> Vec<When> {
    RELATIVE
        .captures_iter(reading.folded())
        .filter_map(|captures| {
            let span = captures.get(0)?.range();
            let new_year = months_until(today, (today.year() + 1, 1));
            if captures.get(5).is_some() {
                return Some(When { span, months: new_year, firm: true });
            }
            let (which, unit) = match (captures.get(1), captures.get(2)) {
                (Some(which), Some(unit)) => (which.as_str(), unit.as_str()),
                _ => (captures.get(4)?.as_str(), captures.get(3)?.as_str()),
            };
            let this = ["this", "quest", "diese", "ce", "est"].iter().any(|word| which.starts_with(word));
            let last_of_quarter = (month_number(today) - 1) / 3 * 3 + 3;
            let begins_with = |starts: &[&str]| starts.iter().any(|start| unit.starts_with(start));
            let months = if begins_with(&["mo", "mes"]) {
                if this { 1.0 } else { months_until(today, next_month((today.year(), month_number(today)))) }
            } else if begins_with(&["q", "tri"]) {
                // This quarter ends where the next begins.
                months_until(today, next_month((today.year(), last_of_quarter)))
            } else if ["year", "anno", "annee", "jahr", "ano"].contains(&unit) {
                // So with years.
                new_year
            } else {
                let first = season(unit);
                months_until(today, (today.year() + i32::from(first < month_number(today)), first))
            };
            Some(When { span, months: months.max(0.0), firm: true })
        })
        .collect()
}

/// The month in which a season begins.
fn season(name: &str) -> i32 {
    match name {
        "summer" | "estate" | "sommer" | "ete" | "verano" => 6,
        "spring" | "primavera" | "fruhjahr" | "fruhling" | "printemps" => 3,
        "winter" | "inverno" | "hiver" | "invierno" => 12,
        _ => 9,
    }
}

fn years(reading: &Reading<'_>, today: Date) -> Vec<When> {
    YEAR.captures_iter(reading.folded())
        .filter_map(|captures| {
            let (whole, named) = (captures.get(0)?, captures.get(1)?);
            let year = named.as_str().parse::<i32>().ok().filter(|year| *year >= today.year())?;
            let months = until(reading, today, ((year, 1), (year, 12)), named.start());
            Some(When { span: whole.range(), months, firm: false })
        })
        .collect()
}

/// Months until a period that is named at a place of the text.
fn until(reading: &Reading<'_>, today: Date, (first, last): (YearMonth, YearMonth), at: usize) -> f64 {
    let ahead = months_until(today, first);
    let at_its_end = END_OF.is_match(reading.before(at));
    if ahead > 0.0 && !at_its_end { ahead } else { months_until(today, next_month(last)).max(0.0) }
}

fn month_number(day: Date) -> i32 {
    i32::from(u8::from(day.month()))
}

fn count_of(text: &str, language: &str) -> Option<f64> {
    let last = text.rsplit(['-', ' ']).next().unwrap_or(text);
    match text {
        "a" | "one" | "un" | "una" | "uno" | "einem" | "eines" | "einer" | "eine" | "ein" | "une" | "the" | "die"
        | "den" | "next" | "il" | "la" | "le" => Some(1.0),
        "a couple of" | "couple of" | "un paio di" | "un par de" => Some(2.0),
        "a few" | "few" | "qualche" | "pochi" | "poche" | "ein paar" | "einigen" | "quelques" | "unos pocos"
        | "several" | "einige" => Some(3.0),
        _ => last.parse().ok().or_else(|| word_value(last, language)).or_else(|| german_dative(last)),
    }
}

fn german_dative(word: &str) -> Option<f64> {
    Some(match word {
        "zwei" => 2.0,
        "drei" => 3.0,
        "sei" => 6.0,
        "neuf" => 9.0,
        _ => return None,
    })
}

fn months_of(unit: &str) -> f64 {
    match unit {
        _ if unit.starts_with("day")
            || unit.starts_with("giorn")
            || unit.starts_with("tag")
            || unit.starts_with("jour")
            || unit.starts_with("dia") =>
        {
            1.0 / 30.0
        }
        _ if unit.starts_with("week")
            || unit.starts_with("settiman")
            || unit.starts_with("woche")
            || unit.starts_with("sema") =>
        {
            0.25
        }
        _ if unit.starts_with("quarter") || unit.starts_with("trimestr") || unit.starts_with("quartal") => 3.0,
        _ if unit.starts_with("year") || unit.starts_with("an") || unit.starts_with("jahr") => 12.0,
        _ => 1.0,
    }
}

fn next_month((year, month): (i32, i32)) -> (i32, i32) {
    if month >= 12 { (year + 1, 1) } else { (year, month + 1) }
}

/// Months of 30.4 days from a day to the first of a month.
fn months_until(today: Date, (year, month): (i32, i32)) -> f64 {
    let Some(first) = u8::try_from(month)
        .ok()
        .and_then(|month| Month::try_from(month).ok())
        .and_then(|month| Date::from_calendar_date(year, month, 1).ok())
    else {
        return f64::INFINITY;
    };
    // A visitor's dates are at most thousands of years apart: exact in `f64`.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53 days")]
    let days = (first - today).whole_days() as f64;
    days / 30.4
}

fn month_of(name: &str) -> Option<Month> {
    let start = name.get(..3)?;
    Some(match start {
        "jan" | "gen" | "ene" => Month::January,
        "feb" | "fev" => Month::February,
        "mar" | "mae" => Month::March,
        "apr" | "avr" | "abr" => Month::April,
        "may" | "mag" | "mai" => Month::May,
        "jun" | "giu" => Month::June,
        "jul" | "lug" => Month::July,
        "aug" | "ago" | "aou" => Month::August,
        "sep" | "set" => Month::September,
        "oct" | "ott" | "okt" => Month::October,
        "nov" => Month::November,
        "dec" | "dic" | "dez" => Month::December,
        "jui" => {
            if name == "juin" {
                Month::June
            } else {
                Month::July
            }
        }
        _ => return None,
    })
}
