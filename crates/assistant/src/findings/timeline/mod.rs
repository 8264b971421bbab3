//! Timeline: when the visitor wants to begin, reckoned from when they wrote it.
//! Talks, calls and demos next week are no date to begin.

mod calendar;

use std::sync::LazyLock;

use regex::Regex;
use synaptiq_domain::{
    qualification::{Criterion, Finding},
    time::Timestamp,
};

use super::{finding, is_supposed};
use crate::text::{Number, Reading, Span, phrases};

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
        "need (?:it|this|that|something) yesterday",
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
        "contract (?:ends|expires|runs out|is up)",
        "contratto scade",
        "vertrag (?:endet|lauft)",
        "contrat (?:expire|se termine|finit)",
        "contrato (?:termina|vence|acaba)",
        "start\\w*",
        "begin\\w*",
        "go(?:ing)? live",
        "(?:has|have|must|needs?) (?:to )?(?:run|be (?:running|fixed|solved|done))",
        "risol(?:vere|to|ta)",
        "(?:gelost|losen|erledigt|laufen)",
        "(?:resoudre|resolu|regler|regle)",
        "(?:resolver|resuelto|solucionar|funcionando)",
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
    let named = calendar::ahead(reading, language).into_iter().chain(calendar::dated(reading, at.utc().date()));
    let (span, grade) = named
        .filter(|when| begins(reading, &when.span, asked, when.firm))
        .chain(calendar::bare(reading, numbers).filter(|_| asked))
        .map(|when| (when.span, grade_of(when.months)))
        // Of several dates the soonest: "approved for this year, and it must run next month".
        .reduce(|soonest, other| if other.1 > soonest.1 { other } else { soonest })
        .or_else(|| {
            let now = NOW.find_iter(reading.folded()).find(|found| begins(reading, &found.range(), asked, true))?;
            Some((now.range(), 100))
        })?;
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
            ("we need this yesterday", "en", 100),
            ("das muss bis Ende nächsten Monats erledigt sein", "de", 100),
            ("the money is there for this year, and it must be solved by next month", "en", 100),
            ("our contract ends in May", "en", 80),
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
