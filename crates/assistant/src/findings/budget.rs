//! Budget: what the visitor says they can spend. A price of ours or of others is not theirs.

use std::sync::LazyLock;

use regex::Regex;
use synaptiq_domain::{
    access::Currency,
    qualification::{Criterion, Finding},
};

use super::{finding, is_supposed};
use crate::{
    facts::money::Amount,
    text::{Reading, phrases},
};

/// What a message says about money: the fact and the finding.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Budget {
    /// Units a year and their currency.
    pub(crate) amount: Option<(f64, Option<Currency>)>,
    /// Whether and how well the criterion is met.
    pub(crate) finding: Option<Finding>,
}

/// Words that say that a sum is what the visitor can spend.
static SPEND: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "budget(?:s|ed)?",
        "(?:can|could|will|would|to|we) (?:spend|invest|afford)",
        "spend(?:ing)? (?:up to|about|around|roughly)",
        "set aside",
        "put aside",
        "allocat(?:ed|ing|ion)",
        "earmarked",
        "{weve} (?:around|about|roughly|up to|some|approximately)?",
        "willing to (?:pay|spend|invest)",
        "(?:can|could|would) pay",
        "approved",
        "ready to (?:pay|spend|invest)",
        "funds? (?:of|for)",
        "at our disposal",
        "available",
        "spendere",
        "investire",
        "a disposizione",
        "disponiamo di",
        "dispongo di",
        "stanziat[oi]",
        "abbiamo",
        "ho",
        "possiamo (?:spendere|arrivare|pagare)",
        "preventivat[oi]",
        "messo da parte",
        "ausgeben",
        "investieren",
        "zur verfugung",
        "eingeplant",
        "budgetiert",
        "bereitgestellt",
        "wir haben",
        "haben wir",
        "freigegeben",
        "genehmigt",
        "verfugen uber",
        "depenser",
        "investir",
        "disposons",
        "enveloppe",
        "prevu",
        "nous avons",
        "on a",
        "j'ai",
        "alloue",
        "gastar",
        "invertir",
        "presupuesto",
        "presupuestado",
        "disponemos de",
        "tenemos",
        "tengo",
        "contamos con",
        "podemos (?:gastar|pagar|invertir)",
        "destinado",
    ])
});
/// Words that make a sum somebody else's, or something else.
static NOT_OURS: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "your (?:price|pricing|plan|plans|fee|fees|offer|quote|pro|starter|cost|costs|website|site)",
        "you (?:charge|ask|cost)",
        "do you (?:charge|cost)",
        "does it cost",
        "costs?",
        "is it",
        "price (?:of|is)",
        "plan (?:at|for|costs?)",
        "plans? (?:at|from|for)",
        "(?:annual |yearly )?revenue",
        "turnover",
        "we make",
        "sales of",
        "arr",
        "mrr",
        "raised",
        "salary",
        "funding (?:of|round)",
        "deal size",
        "order value",
        "(?:ad|ads) spend",
        "too expensive",
        "charges? us",
        "(?:currently )?pay(?:ing)?(?: about| around)? ?(?:\\S+ )?(?:for|to) (?:drift|intercom|hubspot|our current)",
        "they (?:charge|want|ask)",
        "worth",
        "customers?",
        "visitors?",
        "leads?",
        "il vostro prezzo",
        "il prezzo",
        "costa",
        "costano",
        "fatturat[oi]",
        "fattura",
        "guadagniamo",
        "clienti",
        "visitatori",
        "euer preis",
        "ihr preis",
        "der preis",
        "kostet",
        "kosten",
        "umsatz",
        "gehalt",
        "kunden",
        "besucher",
        "votre prix",
        "le prix",
        "coute",
        "chiffre d'affaires",
        "salaire",
        "clients",
        "visiteurs",
        "su precio",
        "vuestro precio",
        "el precio",
        "cuesta",
        "facturacion",
        "facturamos",
        "sueldo",
        "clientes",
        "visitantes",
    ])
});
/// Words that name a budget outright: only these beat [`NOT_OURS`].
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "budget(?:s|ed)?",
        "presupuesto",
        "enveloppe",
        "budgetiert",
        "budgetrahmen",
        "set aside",
        "earmarked",
        "allocated",
    ])
});

static NONE: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "(?:no|zero|without(?: a| any)?|don'?t have (?:a|any|the)|do not have (?:a|any|the)|haven'?t got (?:a|any)|lack(?:ing)?(?: the| a)?) (?:real |dedicated )?(?:budget|money|funds)(?: for| at| right| this| yet| available)?",
        "can'?t afford",
        "cannot afford",
        "can't pay",
        "budget (?:is|of|:) (?:zero|0|nothing)",
        "(?:nessun|senza|zero|non abbiamo(?: un| alcun| il)?|non ho(?: un| alcun)?|non c'e(?: un| alcun)?) (?:budget|soldi|fondi)",
        "non possiamo permetter\\w+",
        "(?:kein|ohne|keinerlei) (?:budget|geld)",
        "haben (?:leider )?(?:aktuell |derzeit |dafur |momentan )?kein (?:budget|geld)",
        "konnen (?:wir )?uns (?:das )?nicht leisten",
        "(?:pas de|aucun|sans|pas le|n'avons pas de|n'ai pas de|zero) (?:budget|argent|fonds)",
        "pas les moyens",
        "(?:sin|ningun|no tenemos(?: un)?|no tengo(?: un)?|no hay|cero) (?:presupuesto|dinero|fondos)",
        "no (?:nos|me) lo podemos permitir",
    ])
});
static NO_LIMIT: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "no budget (?:limit|limits|cap|constraints?|restrictions?|issues?|problems?|concerns?)",
        "budget(?: is|'s)? (?:no|not an?|isn'?t an?) (?:problem|issue|concern|obstacle)",
        "nessun (?:limite|problema) di budget",
        "budget (?:ist|spielt) kein(?:e)? (?:problem|rolle|thema)",
        "(?:pas de|aucun) (?:limite|probleme|souci) de budget",
        "(?:sin|ningun) (?:limite|problema) de presupuesto",
    ])
});
static NOT_YET: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "(?:budget|funding) (?:is |has |has been |hasn'?t been |isn'?t |not |still )*(?:not (?:yet )?(?:been )?)?(?:approved yet|pending|undefined|unclear|open|n't approved|to be (?:defined|approved|decided))",
        "budget (?:is not|isn'?t|hasn'?t been|has not been|not)(?: yet)? (?:approved|defined|decided|set|allocated|fixed)",
        "no (?:fixed|set|defined|approved) budget",
        "need (?:to get )?(?:the )?budget (?:approval|approved)",
        "budget (?:non (?:e )?(?:ancora )?(?:definito|approvato|deciso)|(?:e )?(?:ancora )?da (?:definire|approvare))",
        "(?:noch kein(?:en)? (?:festes |fixes |freigegebenes )?budget|budget (?:ist )?noch (?:nicht|offen)\\w*)",
        "budget (?:n'est )?pas encore (?:defini|valide|decide|approuve)",
        "presupuesto (?:aun |todavia )?(?:no (?:esta )?)(?:aprobado|definido|decidido)",
    ])
});
static TIGHT: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "(?:tight|small|limited|low|modest|little|shoestring|restricted) budget",
        "budget (?:is|are)(?: \\w+)? (?:tight|small|limited|low|modest)",
        "budget (?:limitato|ridotto|piccolo|ristretto|basso)",
        "(?:kleines|knappes|begrenztes|geringes) budget",
        "budget ist (?:\\w+ )?(?:knapp|begrenzt|klein)",
        "(?:petit|faible) budget",
        "budget (?:est )?(?:limite|serre|restreint)",
        "presupuesto (?:es )?(?:\\w+ )?(?:limitado|ajustado|reducido|pequeno|bajo)",
        "poco (?:budget|presupuesto)",
    ])
});
static SOME: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "(?:{weve}|there is|there's|has|got|with) (?:(?:a|the|some|enough|sufficient|an|plenty of|approved|our|allocated|already|dedicated|healthy|good|decent|six-figure|five-figure|annual) ){0,3}(?:budget|funds|funding)",
        "budget (?:is|has been|was)(?: already)? (?:approved|allocated|available|secured|confirmed|set|there|in place|signed off)",
        "(?:approved|allocated|secured|confirmed|got|have) (?:the |our |a )?budget",
        "budget'?s (?:approved|there|secured|confirmed)",
        "(?:abbiamo|c'e|disponiamo di) (?:gia )?(?:un |il |del )?(?:\\w+ )?budget",
        "budget (?:e )?(?:gia )?(?:approvato|disponibile|stanziato|confermato)",
        "(?:wir haben|haben|es gibt|ist) (?:bereits |schon |ein |das |genug |ausreichend |dafur ein )*budget",
        "budget (?:ist )?(?:bereits |schon )?(?:genehmigt|freigegeben|vorhanden|bewilligt|eingeplant|da)",
        "(?:nous avons|on a|il y a|avons) (?:deja )?(?:un |le |du )?(?:\\w+ )?budget",
        "budget (?:est )?(?:deja )?(?:valide|approuve|disponible|alloue|prevu)",
        "(?:tenemos|hay|contamos con|disponemos de) (?:ya )?(?:un |el )?(?:\\w+ )?presupuesto",
        "presupuesto (?:ya )?(?:esta )?(?:ya )?(?:aprobado|disponible|asignado|confirmado)",
        "money (?:is|isn'?t) (?:not )?(?:a|an|the)? ?(?:problem|issue)",
    ])
});

/// What the message says about money. `seats` turns a price per seat into a sum; `asked` says that
/// the last answer asked for the budget, so that a bare amount is one.
pub(crate) fn budget(reading: &Reading<'_>, amounts: &[Amount], seats: Option<u32>, asked: bool) -> Budget {
    if let Some(amount) = stated(reading, amounts, asked) {
        let yearly = match (amount.per_seat, seats) {
            (true, Some(seats)) => amount.yearly * f64::from(seats),
            _ => amount.yearly,
        };
        let known = !amount.per_seat || seats.is_some();
        let grade = if yearly <= 0.0 {
            0
        } else if known {
            100
        } else {
            60
        };
        let fact = (known && yearly > 0.0).then_some((yearly, amount.currency));
        return Budget { amount: fact, finding: finding(reading, Criterion::Budget, grade, &amount.span) };
    }
    let found = [(&*NO_LIMIT, 60), (&*NOT_YET, 20), (&*NONE, 0), (&*TIGHT, 40), (&*SOME, 60)].into_iter().find_map(
        |(pattern, grade)| {
            let found = pattern.find_iter(reading.folded()).find(|found| {
                let question = reading.sentence_at(found.start()).question;
                let asked_of_us = question && grade >= 40;
                !asked_of_us && !is_supposed(reading.before(found.start()))
            })?;
            finding(reading, Criterion::Budget, grade, &found.range())
        },
    );
    Budget { amount: None, finding: found }
}

fn stated<'m>(reading: &Reading<'_>, amounts: &'m [Amount], asked: bool) -> Option<&'m Amount> {
    amounts.iter().find(|amount| {
        let sentence = reading.sentence_at(amount.span.start);
        let before = reading.at(&(sentence.span.start..amount.span.start));
        let after = reading.at(&(amount.span.end..sentence.span.end.max(amount.span.end)));
        let near = tail(before, 70);
        let next = head(after, 45);
        if is_supposed(reading.before(amount.span.start)) || is_negated(near) {
            return false;
        }
        let named = NAMED.find_iter(near).last().map(|found| found.end());
        let named_after = NAMED.find(next).is_some();
        let disowned = NOT_OURS.find_iter(near).last().map(|found| found.end());
        let disowned_after = NOT_OURS.find(head(after, 16)).is_some() && named.is_none();
        // The nearer word says whose sum it is.
        if disowned_after || disowned.is_some_and(|disowned| named.is_none_or(|named| disowned > named)) {
            return false;
        }
        if asked && (amount.certain || amount.yearly >= 100.0) && !sentence.question {
            return true;
        }
        if named.is_some() || named_after {
            return amount.certain || amount.yearly >= 100.0 || (amount.yearly == 0.0 && named.is_some());
        }
        // Weaker words need a sum that is surely money.
        amount.certain && !sentence.question && (SPEND.is_match(near) || SPEND.is_match(next))
    })
}

static NEGATED: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        r"(?:don'?t|do not|doesn'?t|cannot|can'?t|won'?t|never|not|non|nicht|kein|ne|pas|no) (?:have|afford|spend|pay|want to spend|want to pay|abbiamo|possiamo|haben|avons|tenemos|podemos)(?: [a-z']+){0,4} ?",
    ])
});

fn is_negated(before: &str) -> bool {
    NEGATED
        .find_iter(before)
        .last()
        .is_some_and(|found| !before[found.end()..].contains([',', ';']) && !before[found.end()..].contains(" but "))
}

fn tail(text: &str, bytes: usize) -> &str {
    let mut from = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}

fn head(text: &str, bytes: usize) -> &str {
    let mut to = text.len().min(bytes);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    &text[..to]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{facts::money::amounts, text::numbers};

    fn found(text: &str, language: &str, asked: bool) -> (Option<f64>, Option<u8>) {
        let reading = Reading::new(text);
        let numbers = numbers(reading.folded(), language);
        let seats = crate::facts::seats(&reading, &numbers);
        let budget = budget(&reading, &amounts(&reading, &numbers), seats, asked);
        if let Some(finding) = &budget.finding {
            assert!(text.contains(&finding.quote), "{text}");
        }
        (budget.amount.map(|(amount, _)| amount), budget.finding.map(|finding| finding.grade.get()))
    }

    #[test]
    fn stated_budgets_are_found() {
        let mut rows = crate::rows::Rows::default();
        for (text, language, yearly) in [
            ("Our budget is $20,000", "en", 20_000.0),
            ("We have a budget of 20-30k", "en", 20_000.0),
            ("budget: 15000", "en", 15_000.0),
            ("We can spend up to €50k per year", "en", 50_000.0),
            ("we've set aside 30k for this", "en", 30_000.0),
            ("$1,000 a month is our budget", "en", 12_000.0),
            ("We have $40k for this project", "en", 40_000.0),
            ("I know your price is $149 a month, our budget is $10k", "en", 10_000.0),
            ("our budget is $20 per user per month for 50 users", "en", 12_000.0),
            ("Il nostro budget è di 20.000 euro", "it", 20_000.0),
            ("Possiamo spendere 500 euro al mese", "it", 6_000.0),
            ("Abbiamo stanziato ventimila euro", "it", 20_000.0),
            ("Unser Budget liegt bei 15.000 Euro", "de", 15_000.0),
            ("Wir können 1.000 € pro Monat ausgeben", "de", 12_000.0),
            ("Notre budget est de 20 000 €", "fr", 20_000.0),
            ("Nous disposons de 12 000 euros", "fr", 12_000.0),
            ("Tenemos un presupuesto de 30 mil euros", "es", 30_000.0),
            ("tengo 3.000 euros para esto", "es", 3_000.0),
            ("Podemos gastar 800 € al mes", "es", 9_600.0),
        ] {
            rows.eq(text, found(text, language, false), (Some(yearly), Some(100)));
        }
    }

    #[test]
    fn a_short_answer_to_the_question_is_a_budget() {
        let mut rows = crate::rows::Rows::default();
        for (text, language, yearly) in [
            ("20k", "en", 20_000.0),
            ("about 5000", "en", 5_000.0),
            ("circa 10.000 euro", "it", 10_000.0),
            ("500 € pro Monat", "de", 6_000.0),
        ] {
            rows.eq(text, found(text, language, true), (Some(yearly), Some(100)));
        }
    }

    #[test]
    fn vague_and_missing_budgets_are_graded() {
        let mut rows = crate::rows::Rows::default();
        for (text, grade) in [
            ("We have budget for this", 60),
            ("The budget is approved", 60),
            ("Budget is not an issue", 60),
            ("our budget is tight", 40),
            ("The budget hasn't been approved yet", 20),
            ("We have no budget", 0),
            ("we don't have any budget for that", 0),
            ("Non abbiamo budget", 0),
            ("Abbiamo già un budget", 60),
            ("Wir haben kein Budget", 0),
            ("Budget ist vorhanden", 60),
            ("Nous n'avons pas de budget", 0),
            ("Le budget est validé", 60),
            ("No tenemos presupuesto", 0),
            ("Tenemos presupuesto aprobado", 60),
        ] {
            rows.eq(text, found(text, "en", false).1, Some(grade));
        }
    }

    #[test]
    fn sums_of_others_are_no_budget() {
        let mut rows = crate::rows::Rows::default();
        for text in [
            "Your price of $149 is high",
            "Is it true that Pro costs $149 a month?",
            "our revenue is $5m",
            "We have 5,000 customers",
            "Do you charge $500 per month?",
            "What budget do I need?",
            "If we had a budget of 50k we would buy it",
            "it costs €20k, too much",
            "We raised $2 million",
            "Intercom wants $10k a year",
            "can I pay with a card?",
            "Il vostro prezzo è 149 euro?",
            "Der Preis von 500 Euro ist hoch",
        ] {
            rows.eq(text, found(text, "en", false), (None, None));
        }
    }
}
