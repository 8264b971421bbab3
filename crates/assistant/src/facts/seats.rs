//! How many people would use the product: "50 sales reps", "una ventina di persone", "team of 12".
//!
//! Of a range the lower end counts. Users and seats count before sales people, those before a team,
//! and a whole staff last. The visitor's own customers and visitors are nobody's seats.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::{Number, Reading, raw};

static BETWEEN: &str = r"^(?:[ -](?:active |full-time |new |different |total |of us |concurrent |more |own |internal |di |de |of |bis |[a-z]+(?:-| ))?)";
/// Nouns behind the number, the more telling first.
static NOUNS: LazyLock<[Regex; 4]> = LazyLock::new(|| {
    [
        r"(?:users?|seats?|licen[cs]es?|agents|logins|utenti|postazioni|licenze|agenti|nutzern?|nutzerinnen|benutzern?|anwendern?|lizenzen|arbeitsplatze|utilisateurs|licences|postes|usuarios|licencias|puestos|agentes)\b",
        r"(?:(?:sales )?reps|(?:sales|account) (?:people|executives|agents|managers)|salespeople|sdrs|sellers|venditori|commerciali|vertriebler(?:n|innen)?|verkaufern?|vertriebsmitarbeitern?|commerciaux|vendeurs|vendedores|comerciales)\b",
        r"(?:people|persons?|members|colleagues|of us|folks|team members|teammates|person team|-?person team|man team|persone|colleghi|collaboratori|leuten?|personen|kollegen|kolleginnen|mann|kopfe|personnes|collegues|collaborateurs|personas|companeros|colaboradores|miembros)\b",
        r"(?:employees|staff|workers|headcount|dipendenti|addetti|impiegati|mitarbeitern?|mitarbeitende[nr]?|angestellten?|beschaftigten?|employes|salaries|empleados|trabajadores)\b",
    ]
    .map(|nouns| raw(&format!("{BETWEEN}{nouns}")))
});
/// Words before the number that make it a count of people by themselves.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    raw(concat!(
        r"(?:\b(?:team (?:size )?(?:of|is)|group of|staff of|company of|team size ?:?|(?:we are|we're|there are|we will be|we'll be)|siamo(?: in)?|saremo|(?:un )?team (?:di|da)|squadra di|gruppo di|azienda (?:di|da)|",
        r"wir sind|sind wir|zu|team (?:von|mit|aus)|nous sommes|on est|equipe de|entreprise de|somos|equipo de|empresa de|plantilla de))",
        r"(?: about| around| roughly| approximately| nearly| almost| over| more than| up to| circa| piu o meno| una| un| uno| quasi| oltre| etwa| ungefahr| rund| ca\.?| knapp| uber| environ| une| a peu pres| presque| plus de| unos| unas| una| alrededor de| casi| mas de| aproximadamente)? ?(?:in )?$"
    ))
});
/// What makes it something else after all.
static OTHER_UNIT: LazyLock<Regex> = LazyLock::new(|| {
    raw(concat!(
        r"^(?:[%\x{20ac}$\x{a3}]| ?(?:percent|years?|months?|weeks?|days?|hours?|minutes?|min|km|miles|customers?|clients?|leads?|visitors?|companies|offices|shops|stores|sites|websites|countries|times|products|",
        r"anni|mesi|settimane|giorni|ore|minuti|clienti|visitatori|sedi|negozi|siti|jahre|monate|wochen|tage|stunden|minuten|uhr|kunden|besucher|standorte|filialen|prozent|",
        r"ans|annees|mois|semaines|jours|heures|clients|visiteurs|magasins|anos|meses|semanas|dias|horas|clientes|visitantes|tiendas|sedes|euros?|eur|dollars?|usd|k|chats|conversations|messages|documents)\b)"
    ))
});
static PER_ONE: LazyLock<Regex> =
    LazyLock::new(|| raw(r"^ ?(?:/|[$\x{20ac}\x{a3}]|(?:euros?|eur|dollars?|usd|k|per|each|pro|por|par|al|je)\b)"));
/// A question about the other side's people.
static YOURS: LazyLock<Regex> = LazyLock::new(|| {
    raw(
        r"\b(?:do you have|you have|have you got|your (?:team|company|staff)|are you|avete|siete|haben sie|habt ihr|seid ihr|avez-vous|vous avez|etes-vous|teneis|tienen ustedes|sois)\b",
    )
});

/// How many people would use it.
pub(crate) fn seats(reading: &Reading<'_>, numbers: &[Number]) -> Option<u32> {
    let folded = reading.folded();
    let mut best: Option<(usize, u32)> = None;
    for (index, number) in numbers.iter().enumerate() {
        let lower = lower_end(folded, numbers, index);
        let Some(count) = whole(lower.value) else { continue };
        let after = reading.next(number.span.end);
        // A price per user counts no users.
        if PER_ONE.is_match(after) || folded[..number.span.start].trim_end().ends_with(['$', '\u{20ac}', '\u{a3}']) {
            continue;
        }
        let rank = NOUNS.iter().position(|nouns| nouns.is_match(after)).or_else(|| {
            let stands_alone = BEFORE.is_match(window(folded, lower.span.start))
                && !OTHER_UNIT.is_match(after)
                && number.multiplier < 2_000.0;
            let clause_ends = after.is_empty()
                || after.starts_with(['.', ',', '!', '?', ';', '\n', ')', '-'])
                || [
                    " and",
                    " in ",
                    " people",
                    " e ",
                    " und ",
                    " et ",
                    " y ",
                    " with",
                    " at",
                    " now",
                    " so ",
                    " now",
                    " persone",
                    " right",
                    " total",
                    " altogether",
                    " here",
                ]
                .iter()
                .any(|word| after.starts_with(word));
            (stands_alone && clause_ends).then_some(2)
        });
        let Some(rank) = rank else { continue };
        let sentence = reading.sentence_at(number.span.start);
        if sentence.question && YOURS.is_match(reading.before(number.span.start)) {
            continue;
        }
        if best.is_none_or(|(known, _)| rank < known) {
            best = Some((rank, count));
        }
    }
    best.map(|(_, count)| count)
}

/// The count that a short answer to "how many are you?" gives: its first number.
pub(crate) fn bare_count(reading: &Reading<'_>, numbers: &[Number]) -> Option<u32> {
    let first = numbers.first()?;
    let after = reading.next(first.span.end);
    let lower = lower_end(reading.folded(), numbers, 0);
    if OTHER_UNIT.is_match(after) && !after.starts_with('k') { None } else { whole(lower.value) }
}

/// The first number of the range that ends with number `index`.
fn lower_end<'n>(folded: &str, numbers: &'n [Number], index: usize) -> &'n Number {
    let number = &numbers[index];
    let Some(before) = index.checked_sub(1).and_then(|before| numbers.get(before)) else { return number };
    let joined = matches!(
        folded.get(before.span.end..number.span.start).unwrap_or_default().trim(),
        "-" | "to" | "a" | "o" | "or" | "bis" | "oder" | "ou" | "and" | "e" | "und" | "et" | "y"
    );
    if joined && before.value < number.value { before } else { number }
}

fn window(folded: &str, at: usize) -> &str {
    let mut from = at.saturating_sub(60);
    while !folded.is_char_boundary(from) {
        from += 1;
    }
    &folded[from..at]
}

fn whole(value: f64) -> Option<u32> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked just before")]
    (value.fract() == 0.0 && (1.0..=1_000_000.0).contains(&value)).then_some(value as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::numbers;

    fn found(text: &str, language: &str) -> Option<u32> {
        let reading = Reading::new(text);
        seats(&reading, &numbers(reading.folded(), language))
    }

    #[test]
    fn head_counts_are_found() {
        let mut rows = crate::rows::Rows::default();
        for (text, language, expected) in [
            ("There are about 50 sales reps.", "en", 50),
            ("a team of 12", "en", 12),
            ("we are 30", "en", 30),
            ("there are 8 of us", "en", 8),
            ("pricing for 200 users?", "en", 200),
            ("we need 25 seats", "en", 25),
            ("a 15-person team", "en", 15),
            ("we're around 20-30 people", "en", 20),
            ("200 employees, 40 users", "en", 40),
            ("twenty people", "en", 20),
            ("1,200 employees", "en", 1_200),
            ("siamo in 30", "it", 30),
            ("una ventina di persone", "it", 20),
            ("abbiamo 15 venditori", "it", 15),
            ("un team di 8 persone", "it", 8),
            ("wir sind 40 Leute", "de", 40),
            ("Team von 12", "de", 12),
            ("für 60 Mitarbeiter", "de", 60),
            ("nous sommes une cinquantaine", "fr", 50),
            ("une équipe de 10 personnes", "fr", 10),
            ("pour 35 utilisateurs", "fr", 35),
            ("somos 45 personas", "es", 45),
            ("un equipo de 9", "es", 9),
            ("tenemos 20 comerciales", "es", 20),
        ] {
            rows.eq(text, found(text, language), Some(expected));
        }
    }

    #[test]
    fn other_counts_are_no_seats() {
        let mut rows = crate::rows::Rows::default();
        for (text, language) in [
            ("we have 5000 customers", "en"),
            ("we are 2 weeks late", "en"),
            ("we're 30 years old", "en"),
            ("how many people do you have, do you have 50 employees?", "en"),
            ("it costs 149 a month", "en"),
            ("our budget is 20k", "en"),
            ("wir sind 5 Jahre alt", "de"),
            ("abbiamo 300 clienti", "it"),
            ("siamo aperti 24 ore", "it"),
        ] {
            rows.eq(text, found(text, language), None);
        }
    }
}
