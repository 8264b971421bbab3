//! Timeline: when the visitor wants to begin, reckoned from when they wrote it.
//!
//! A period counts from its first day if that is still to come ("in March", "next quarter"), else
//! until its last ("this quarter"). Talks, calls and demos next week are no date to begin.

use std::sync::LazyLock;

use regex::Regex;
use synaptiq_domain::{
    qualification::{Criterion, Finding},
    time::Timestamp,
};
use time::{Date, Month};

use super::{finding, is_supposed};
use crate::text::{Number, Reading, Span, phrases, raw, word_value};

/// At once, or within days.
static NOW: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "as soon as (?:possible|we can|you can)",
        "asap",
        "immediately",
        "right away",
        "straight away",
        "urgent(?:ly)?",
        "in a (?:real |big )?(?:hurry|rush)",
        "this week",
        "next week",
        "today",
        "tomorrow",
        "right now",
        "in the (?:next|coming) (?:few )?(?:days|weeks)",
        "within (?:the |a few )?(?:days|weeks|a week|the week)",
        "in a (?:few )?(?:days|week|weeks)",
        "yesterday if possible",
        "very soon",
        "without delay",
        "end of (?:the )?(?:month|week)",
        "this month",
        "il prima possibile",
        "al piu presto",
        "quanto prima",
        "subito",
        "immediatamente",
        "urgente(?:mente)?",
        "urgenza",
        "questa settimana",
        "la (?:prossima settimana|settimana prossima)",
        "(?:la )?prossima settimana",
        "entro (?:la settimana|pochi giorni|fine mese|il mese|questo mese|la fine del mese)",
        "domani",
        "oggi stesso",
        "questo mese",
        "abbiamo fretta",
        "nei prossimi giorni",
        "nelle prossime settimane",
        "so schnell wie moglich",
        "so bald wie moglich",
        "schnellstmoglich",
        "baldmoglichst",
        "moglichst (?:bald|schnell)",
        "sofort",
        "umgehend",
        "dringend",
        "diese woche",
        "nachste woche",
        "noch diesen monat",
        "diesen monat",
        "morgen",
        "ende (?:des monats|der woche|dieses monats)",
        "in den nachsten (?:tagen|wochen)",
        "eilt",
        "des que possible",
        "le plus (?:vite|tot|rapidement) possible",
        "au plus vite",
        "immediatement",
        "tout de suite",
        "urgent(?:e)?",
        "en urgence",
        "cette semaine",
        "la semaine prochaine",
        "semaine prochaine",
        "demain",
        "ce mois-ci",
        "d'ici (?:la fin du mois|quelques (?:jours|semaines)|une semaine)",
        "fin du mois",
        "dans les (?:prochains jours|prochaines semaines)",
        "lo antes posible",
        "cuanto antes",
        "de inmediato",
        "inmediatamente",
        "ya mismo",
        "urgente(?:mente)?",
        "esta semana",
        "la (?:proxima semana|semana que viene)",
        "manana mismo",
        "este mes",
        "a finales de mes",
        "en los proximos dias",
        "en las proximas semanas",
    ])
});
/// No hurry, or some time.
static LATER: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "(?:no|not in a|not in any|without|in no) (?:real |big |particular )?(?:rush|hurry)",
        "(?:not|isn'?t|nothing|not that|not very) (?:super |so |that |very )?urgent",
        "no urgency",
        "some ?day",
        "eventually",
        "at some point",
        "sometime (?:in the future|later)",
        "in the (?:distant |long )?future",
        "down the (?:road|line)",
        "long[- ]term",
        "no pressure",
        "take our time",
        "(?:senza|nessuna|non (?:c'e|abbiamo)(?: nessuna)?|non ho) (?:fretta|urgenza)",
        "non (?:e|siamo) (?:urgente|di fretta)",
        "prima o poi",
        "in futuro",
        "un giorno",
        "piu avanti",
        "con calma",
        "keine eile",
        "(?:nicht|kein(?:e)?) (?:so |besonders |sehr )?(?:eilig|dringend|dringlich|zeitdruck)",
        "irgendwann",
        "in (?:ferner )?zukunft",
        "hat zeit",
        "langfristig",
        "(?:pas|sans|rien ne|aucune) (?:d'|de )?(?:presse[es]*|urgence|urgent)",
        "(?:ce )?n'est pas (?:urgent|presse)",
        "rien ne presse",
        "un jour",
        "a long terme",
        "plus tard",
        "(?:sin|no (?:hay|tenemos|tengo)|ninguna) (?:prisa|urgencia)",
        "no (?:es|corre) (?:urgente|prisa)",
        "algun dia",
        "en (?:el|un) futuro",
        "mas adelante",
        "a largo plazo",
    ])
});
/// No date at all.
static NEVER: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "no (?:timeline|deadline|time ?frame|date|fixed date|plans? to (?:buy|start))(?: yet)?",
        "nessuna (?:scadenza|data)",
        "kein(?:en)? (?:zeitplan|termin|deadline)",
        "pas de (?:calendrier|date|delai|echeance)",
        "aucun(?:e)? (?:calendrier|date|delai|echeance)",
        "(?:sin|ningun|no hay) (?:plazo|fecha|calendario)",
    ])
});
/// Purposes that make a date one of talking, not of beginning; and times gone by.
static TALK: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "call(?: me| us| back)?",
        "talk",
        "speak",
        "meet(?:ing)?",
        "demo",
        "reply",
        "answer",
        "respond",
        "webinar",
        "refund",
        "invoice",
        "cancel",
        "trial",
        "free for",
        "contact (?:me|us)",
        "reach out",
        "get back",
        "chiama(?:temi|re|rmi)?",
        "parlare",
        "sentirci",
        "incontr\\w+",
        "rispond\\w+",
        "ricontatt\\w+",
        "anrufen",
        "ruf(?:en)?",
        "sprechen",
        "telefonieren",
        "treffen",
        "melden",
        "appel\\w*",
        "parler",
        "rencontr\\w+",
        "rappel\\w*",
        "llam\\w+",
        "hablar",
        "reuni\\w+",
    ])
});
static BEGIN: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "start\\w*",
        "begin\\w*",
        "go(?:ing)? live",
        "live",
        "launch\\w*",
        "roll(?:ing)? ?out",
        "rollout",
        "deploy\\w*",
        "implement\\w*",
        "buy\\w*",
        "purchas\\w+",
        "decid\\w+",
        "decision",
        "need (?:it|this|something|a|to (?:have|be|start))",
        "ready",
        "switch\\w*",
        "migrat\\w+",
        "in place",
        "up and running",
        "set up",
        "adopt\\w*",
        "use it",
        "sign",
        "onboard\\w*",
        "iniziare",
        "partire",
        "attivare",
        "comprare",
        "acquistare",
        "decidere",
        "serve",
        "operativ\\w+",
        "starten",
        "beginnen",
        "loslegen",
        "einfuhr\\w+",
        "kaufen",
        "entscheid\\w+",
        "brauchen",
        "live gehen",
        "umsteigen",
        "commencer",
        "demarrer",
        "lancer",
        "acheter",
        "deployer",
        "decider",
        "mettre en place",
        "en place",
        "besoin",
        "empezar",
        "comenzar",
        "arrancar",
        "comprar",
        "lanzar",
        "implantar",
        "implementar",
        "decidir",
        "necesitamos",
    ])
});
static PAST: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "ago",
        "last",
        "since",
        "was",
        "were",
        "been",
        "started",
        "founded",
        "bought",
        "launched",
        "used to",
        "fa",
        "scors[oa]",
        "abbiamo iniziato",
        "dal",
        "letzte[nrs]?",
        "seit",
        "vor",
        "gegrundet",
        "dernier",
        "derniere",
        "depuis",
        "il y a",
        "pasad[oa]",
        "desde",
        "hace",
    ])
});

const UNIT: &str = r"(days?|weeks?|months?|quarters?|years?|giorn[oi]|settiman[ae]|mes[ei]|trimestr[ei]|ann[oi]|tage?n?|wochen?|monate?n?|quartale?n?|jahre?n?|jours?|semaines?|mois|trimestres?|ans?|annees?|dias?|semanas?|mes(?:es)?|anos?)";
/// A span of time ahead: "in 2 months", "within three weeks", "entro 6 mesi".
static AHEAD: LazyLock<Regex> = LazyLock::new(|| {
    raw(&format!(
        r"\b(?:in|within|in the next|over the next|in about|within the next|next|tra|fra|entro|nei prossimi|nelle prossime|nel giro di|innerhalb(?: von| der nachsten)?|binnen|in den nachsten|in etwa|in ca\.?|nachsten?|dans(?: les)?(?: prochains?)?|d'ici(?: a)?|sous|en(?: los proximos| las proximas)?|dentro de|antes de)(?: about| around| roughly| circa| etwa| environ| unos| unas)? ((?:a couple of|a few|couple of|few|un paio di|qualche|pochi|poche|ein paar|einigen|quelques|un par de|unos pocos|[a-z]+|\d{{1,3}})(?: ?(?:-|to|or|o|a|bis|oder|ou) ?(?:\d{{1,3}}|[a-z]+))?) {UNIT}\b"
    ))
});
/// "next month", "this quarter", "il mese prossimo", "nächstes Jahr".
static RELATIVE: LazyLock<Regex> = LazyLock::new(|| {
    raw(concat!(
        r"\b(?:(next|this|the coming|prossim[oa]|quest[oa]|nachste[nsmr]?|kommende[nsmr]?|diese[nsmr]?|ce|cette|cet|proxim[oa]|est[ea]) (month|quarter|year|summer|spring|autumn|fall|winter|mese|trimestre|anno|estate|primavera|autunno|inverno|monat|quartal|jahr|sommer|fruhjahr|fruhling|herbst|mois|annee|ete|printemps|automne|hiver|mes|ano|verano|otono|invierno)|",
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

/// When the visitor wants to begin. `asked` says that the last answer asked for it.
pub(crate) fn timeline(
    reading: &Reading<'_>,
    at: Timestamp,
    language: &str,
    numbers: &[Number],
    asked: bool,
) -> Option<Finding> {
    for (pattern, grade) in [(&*LATER, 20), (&*NEVER, 0)] {
        if let Some(found) = pattern
            .find_iter(reading.folded())
            .find(|found| !is_supposed(reading.before(found.start())) && !reading.sentence_at(found.start()).question)
        {
            return finding(reading, Criterion::Timeline, grade, &found.range());
        }
    }
    let today = at.utc().date();
    let months = |found: (Span, f64)| Some((found.0, grade_of(found.1)));
    let dated = ahead(reading, language, numbers, asked)
        .and_then(months)
        .or_else(|| dated(reading, today, asked).and_then(months))
        .or_else(|| {
            NOW.find_iter(reading.folded())
                .find(|found| begins(reading, &found.range(), asked, true))
                .map(|found| (found.range(), 100))
        });
    let (span, grade) = dated?;
    finding(reading, Criterion::Timeline, grade, &span)
}

/// The table of the module: months from now to a grade.
fn grade_of(months: f64) -> u8 {
    match months {
        _ if months <= 1.1 => 100,
        _ if months <= 3.1 => 80,
        _ if months <= 6.1 => 60,
        _ if months <= 12.2 => 40,
        _ => 20,
    }
}

/// Whether a time is one to begin: not one to talk, not one gone by, not one asked of us.
fn begins(reading: &Reading<'_>, span: &Span, asked: bool, loose: bool) -> bool {
    let sentence = reading.sentence_at(span.start);
    let text = reading.around(span);
    let before = reading.before(span.start);
    if is_supposed(before)
        || ["not ", "n't ", "non ", "nicht ", "pas ", "no ", "kein ", "keine ", "until "]
            .iter()
            .any(|word| before.ends_with(word))
    {
        return false;
    }
    if asked {
        return true;
    }
    // "We started in May" tells, "we start in May" plans.
    let begin = BEGIN.find_iter(text).any(|found| !found.as_str().ends_with("ed") || found.as_str() == "need");
    if PAST.is_match(text) && !begin {
        return false;
    }
    if TALK.is_match(text) && !begin {
        return false;
    }
    let short = text.split(' ').count() <= 6;
    let own = !sentence.question || begin;
    own && (begin || short || loose)
}

/// "in 2 months": months from now.
fn ahead(reading: &Reading<'_>, language: &str, numbers: &[Number], asked: bool) -> Option<(Span, f64)> {
    let by_phrase = AHEAD.captures_iter(reading.folded()).find_map(|captures| {
        let (whole, count, unit) = (captures.get(0)?, captures.get(1)?, captures.get(2)?);
        let count = count_of(count.as_str(), language)?;
        begins(reading, &whole.range(), asked, true).then(|| (whole.range(), count * months_of(unit.as_str())))
    });
    // "3 months" answers "when?".
    by_phrase.or_else(|| {
        let number = numbers.first().filter(|_| asked)?;
        let after = reading.next(number.span.end);
        static BARE: LazyLock<Regex> = LazyLock::new(|| raw(&format!(r"^ ?{UNIT}\b")));
        let unit = BARE.captures(after)?.get(1)?;
        Some((number.span.start..number.span.end + unit.end(), number.value * months_of(unit.as_str())))
    })
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

/// Named months, quarters, seasons and years: months from now.
fn dated(reading: &Reading<'_>, today: Date, asked: bool) -> Option<(Span, f64)> {
    let folded = reading.folded();
    let month = i32::from(u8::from(today.month()));
    let until = |first: (i32, i32), last: (i32, i32), at: usize| {
        let ahead = months_until(today, first);
        let at_its_end = END_OF.is_match(reading.before(at));
        if ahead > 0.0 && !at_its_end { ahead } else { months_until(today, next_month(last)).max(0.0) }
    };
    let quarter = QUARTER.captures_iter(folded).find_map(|captures| {
        let whole = captures.get(0)?;
        let quarter: i32 = captures.get(1).or_else(|| captures.get(2))?.as_str().parse().ok()?;
        let year = captures
            .get(3)
            .and_then(|year| year.as_str().parse().ok())
            .unwrap_or_else(|| today.year() + i32::from(quarter * 3 < month));
        Some((whole.range(), until((year, quarter * 3 - 2), (year, quarter * 3), whole.start())))
    });
    let named = || {
        MONTH.captures_iter(folded).find_map(|captures| {
            let (whole, preposition, name) = (captures.get(0)?, captures.get(1)?, captures.get(2)?);
            let number = i32::from(u8::from(month_of(name.as_str())?));
            // "may" and "mar" are also words: "in may" is a month, "for may" is not.
            if matches!(name.as_str(), "may" | "mar" | "mai")
                && matches!(preposition.as_str(), "for" | "a" | "da" | "per")
            {
                return None;
            }
            let firm = !matches!(
                preposition.as_str(),
                "in" | "im" | "en" | "a" | "nel" | "for" | "from" | "desde" | "da" | "vor"
            );
            let year = captures
                .get(3)
                .and_then(|year| year.as_str().parse().ok())
                .unwrap_or_else(|| today.year() + i32::from(number < month));
            begins(reading, &whole.range(), asked, firm)
                .then(|| (whole.range(), until((year, number), (year, number), name.start())))
        })
    };
    let relative = || {
        RELATIVE.captures_iter(folded).find_map(|captures| {
            let whole = captures.get(0)?;
            if !begins(reading, &whole.range(), asked, true) {
                return None;
            }
            if captures.get(5).is_some() {
                return Some((whole.range(), months_until(today, (today.year() + 1, 1)).max(0.0)));
            }
            let (which, unit) = match (captures.get(1), captures.get(2)) {
                (Some(which), Some(unit)) => (which.as_str(), unit.as_str()),
                _ => (captures.get(4)?.as_str(), captures.get(3)?.as_str()),
            };
            let this = ["this", "quest", "diese", "ce", "est"].iter().any(|word| which.starts_with(word));
            let quarter = (month - 1) / 3;
            let first = match unit {
                _ if unit.starts_with("mo") || unit.starts_with("mes") => {
                    if this {
                        return Some((whole.range(), 1.0));
                    } else {
                        next_month((today.year(), month))
                    }
                }
                _ if unit.starts_with("q") || unit.starts_with("tri") => {
                    if this {
                        return Some((
                            whole.range(),
                            until((today.year(), quarter * 3 + 1), (today.year(), quarter * 3 + 3), whole.start()),
                        ));
                    } else {
                        next_month((today.year(), quarter * 3 + 3))
                    }
                }
                _ if ["year", "anno", "annee", "jahr", "ano"].contains(&unit) => {
                    if this {
                        return Some((whole.range(), months_until(today, (today.year() + 1, 1))));
                    } else {
                        (today.year() + 1, 1)
                    }
                }
                _ => {
                    let begin = if unit.starts_with("su")
                        || unit.starts_with("so")
                        || unit.starts_with('e')
                        || unit.starts_with("ver")
                    {
                        6
                    } else if unit.starts_with("sp") || unit.starts_with("pri") || unit.starts_with("fr") {
                        3
                    } else if unit.starts_with("wi")
                        || unit.starts_with("h") && unit.ends_with("ver")
                        || unit.starts_with("in")
                    {
                        12
                    } else {
                        9
                    };
                    (today.year() + i32::from(begin < month), begin)
                }
            };
            Some((whole.range(), months_until(today, first).max(0.0)))
        })
    };
    let year = || {
        YEAR.captures_iter(folded).find_map(|captures| {
            let (whole, year) = (captures.get(0)?, captures.get(1)?.as_str().parse::<i32>().ok()?);
            (year >= today.year() && begins(reading, &whole.range(), asked, false))
                .then(|| (whole.range(), until((year, 1), (year, 12), whole.end().saturating_sub(4))))
        })
    };
    quarter.filter(|(span, _)| begins(reading, span, asked, true)).or_else(named).or_else(relative).or_else(year)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::numbers;

    /// 10 March 2026.
    const AT: Timestamp = Timestamp::from_seconds(1_773_100_800);

    fn found(text: &str, language: &str, asked: bool) -> Option<u8> {
        let reading = Reading::new(text);
        let finding = timeline(&reading, AT, language, &numbers(reading.folded(), language), asked)?;
        assert!(text.contains(&finding.quote), "{text}");
        Some(finding.grade.get())
    }

    #[test]
    fn dates_to_begin_are_graded_by_how_far_they_are() {
        let mut rows = crate::rows::Rows::default();
        for (text, language, grade) in [
            ("We need it asap", "en", 100),
            ("We want to start next month", "en", 100),
            ("we need to go live within 2 weeks", "en", 100),
            ("We want to start in 3 months", "en", 80),
            ("by the end of Q2", "en", 60),
            ("We'd roll out in Q2", "en", 100),
            ("we'd like to launch by June", "en", 80),
            ("planning to buy in September", "en", 60),
            ("before December", "en", 40),
            ("by year end", "en", 40),
            ("we would implement it next year", "en", 40),
            ("in 2 years", "en", 20),
            ("no rush", "en", 20),
            ("we're not in a hurry", "en", 20),
            ("We start in January 2028", "en", 20),
            ("Ci serve subito", "it", 100),
            ("Vorremmo partire il mese prossimo", "it", 100),
            ("entro maggio", "it", 80),
            ("tra sei mesi", "it", 60),
            ("non abbiamo fretta", "it", 20),
            ("Wir brauchen das so schnell wie möglich", "de", 100),
            ("nächsten Monat wollen wir starten", "de", 100),
            ("innerhalb von drei Monaten", "de", 80),
            ("bis September", "de", 60),
            ("keine Eile", "de", 20),
            ("dès que possible", "fr", 100),
            ("nous voulons démarrer dans deux mois", "fr", 80),
            ("d'ici septembre", "fr", 60),
            ("ce n'est pas urgent", "fr", 20),
            ("lo antes posible", "es", 100),
            ("queremos empezar el próximo mes", "es", 100),
            ("dentro de seis meses", "es", 60),
            ("sin prisa", "es", 20),
            ("no timeline yet", "en", 0),
        ] {
            rows.eq(text, found(text, language, false), Some(grade));
        }
    }

    #[test]
    fn a_short_answer_counts_where_it_was_asked_for() {
        let mut rows = crate::rows::Rows::default();
        for (text, grade) in
            [("next month", 100), ("3 months", 80), ("in September", 60), ("this week", 100), ("Q4", 40)]
        {
            rows.eq(text, found(text, "en", true), Some(grade));
        }
    }

    #[test]
    fn other_times_are_no_timeline() {
        let mut rows = crate::rows::Rows::default();
        for text in [
            "Call me tomorrow",
            "Can we talk next week?",
            "We started in January and it went well",
            "we have used it since March",
            "We founded it 3 years ago",
            "Do you have a free trial for 14 days?",
            "May I ask something?",
            "we get 500 leads per month",
            "it costs $149 per month",
            "demo next week please",
            "How long does it take?",
        ] {
            rows.eq(text, found(text, "en", false), None);
        }
    }
}
