//! The visitor's name: after words that introduce one, under a letter, or before an address.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    contacts::Address,
    text::{Reading, is_capitalised, phrases, raw},
};

/// After these a name follows in whatever case it is typed.
static INTRODUCTION: LazyLock<Regex> = LazyLock::new(|| {
    raw(concat!(
        r"\b(?:my (?:full )?name(?:'s| is)|(?:the )?name(?:'s| is)|name ?:|they call me|mi chiamo|il mio nome (?:e|:)|nome ?:|ich heisse|mein name ist|",
        r"name ist|je m'appelle|je me nomme|mon nom est|nom ?:|me llamo|mi nombre es|nombre ?:)[ :]*"
    ))
});
/// After these a name may follow, if it is written like one.
static SELF: LazyLock<Regex> = LazyLock::new(|| {
    raw(concat!(
        r"(?:^|[ ,.!\n(-])(?:{im}|it's|this is|here is|here's|sono|io sono|qui e|ich bin|hier ist|hier spricht|je suis|c'est|ici|soy|yo soy|aqui|le habla) ",
        r"(?:mr\.? |mrs\.? |ms\.? |dr\.? |(?:der|die|il|la|el) )?"
    ))
});
/// A farewell whose next words are the writer's.
static FAREWELL: LazyLock<Regex> = LazyLock::new(|| {
    raw(concat!(
        r"(?:\b(?:(?:best|kind|warm) (?:regards|wishes)|regards|cheers|sincerely|thanks(?: again| a lot)?|thank you|best|cordiali saluti|distinti saluti|",
        r"un saluto|saluti|grazie(?: mille)?|mit freundlichen grussen|freundliche grusse|viele grusse|liebe grusse|beste grusse|gruss|vg|mfg|danke|",
        r"cordialement|bien a vous|merci(?: d'avance)?|saludos(?: cordiales)?|un saludo|atentamente|gracias)[,.!]?[ \n]*-{0,2}[ \n]*|\n ?--? ?)$"
    ))
});
/// Capitalised words that are no names, folded.
static NO_NAME: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "a",
        "an",
        "the",
        "not",
        "no",
        "just",
        "only",
        "also",
        "very",
        "so",
        "still",
        "now",
        "here",
        "there",
        "in",
        "on",
        "at",
        "from",
        "with",
        "for",
        "of",
        "new",
        "sure",
        "ok",
        "okay",
        "interested",
        "looking",
        "wondering",
        "trying",
        "using",
        "working",
        "writing",
        "calling",
        "happy",
        "glad",
        "sorry",
        "afraid",
        "curious",
        "thinking",
        "evaluating",
        "considering",
        "based",
        "ready",
        "busy",
        "good",
        "fine",
        "great",
        "back",
        "done",
        "unable",
        "getting",
        "having",
        "running",
        "responsible",
        "excited",
        "confused",
        "aware",
        "available",
        "planning",
        "student",
        "studying",
        "german",
        "italian",
        "french",
        "spanish",
        "english",
        "american",
        "british",
        "swiss",
        "european",
        "thanks",
        "thank",
        "hello",
        "hi",
        "hey",
        "dear",
        "regards",
        "yes",
        "please",
        "what",
        "how",
        "why",
        "when",
        "who",
        "where",
        "is",
        "are",
        "it",
        "we",
        "you",
        "my",
        "our",
        "your",
        "i",
        "and",
        "or",
        "but",
        "that",
        "this",
        "interessato",
        "interessata",
        "interessati",
        "italiano",
        "italiana",
        "tedesco",
        "francese",
        "spagnolo",
        "uno",
        "una",
        "un",
        "il",
        "la",
        "lo",
        "di",
        "qui",
        "molto",
        "ancora",
        "alla",
        "responsabile",
        "curioso",
        "curiosa",
        "studente",
        "studentessa",
        "grazie",
        "sono",
        "ein",
        "eine",
        "auf",
        "auch",
        "noch",
        "nicht",
        "sehr",
        "bei",
        "beim",
        "aus",
        "im",
        "gerade",
        "interessiert",
        "interessent",
        "interessentin",
        "deutsche",
        "deutscher",
        "student",
        "studentin",
        "kunde",
        "kundin",
        "sie",
        "es",
        "mir",
        "sicher",
        "dabei",
        "zustandig",
        "interesse",
        "interessee",
        "a",
        "en",
        "tres",
        "la",
        "le",
        "les",
        "des",
        "du",
        "de",
        "bien",
        "pas",
        "ici",
        "etudiant",
        "etudiante",
        "francais",
        "francaise",
        "client",
        "cliente",
        "actuellement",
        "desole",
        "cherche",
        "combien",
        "possible",
        "quoi",
        "interesado",
        "interesada",
        "el",
        "los",
        "muy",
        "estudiante",
        "espanol",
        "espanola",
        "nuevo",
        "nueva",
        "cliente",
        "yo",
        "tu",
        "quien",
        "todo",
        "salesforce",
        "hubspot",
        "team",
        "sales",
        "marketing",
        "support",
        "customer",
        "demo",
        "pricing",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
    ])
});
static JOB: LazyLock<Regex> = LazyLock::new(super::title::job_words);
/// A name at the very beginning, just before an address or a number.
static LEADING: LazyLock<Regex> = LazyLock::new(|| raw(r"^[^@\n]{2,60}?(?: ?[,:;<(/|-] ?| )(?:<|\(|mailto:)*$"));

/// The visitor's name in their own letters.
pub(crate) fn name(reading: &Reading<'_>, addresses: &[Address], language: &str) -> Option<String> {
    introduced(reading)
        .or_else(|| said(reading, language))
        .or_else(|| signed(reading))
        .or_else(|| beside(reading, addresses))
}

fn introduced(reading: &Reading<'_>) -> Option<String> {
    INTRODUCTION.find_iter(reading.folded()).find_map(|cue| {
        // "the name is misleading" or "company name is" introduce no person.
        let before = reading.before(cue.start());
        if before.ends_with("company ")
            || before.ends_with("project ")
            || before.ends_with("domain ")
            || before.ends_with("user")
        {
            return None;
        }
        let personal = !cue.as_str().starts_with("the ") && !cue.as_str().starts_with("name");
        let rest = reading.letters_from(cue.end());
        person(rest, personal)
    })
}

fn said(reading: &Reading<'_>, language: &str) -> Option<String> {
    SELF.find_iter(reading.folded()).find_map(|cue| {
        if reading.sentence_at(cue.start()).question {
            return None;
        }
        let rest = reading.letters_from(cue.end());
        let name = person(rest, false)?;
        // German writes every noun with a capital: one word alone is a name only where it ends.
        let words = name.split(' ').count();
        let follows = rest.trim_start()[name.len()..].trim_start();
        let ends = follows.is_empty() || follows.starts_with([',', '.', '!', '-', '–', '\n', '(']);
        let continues = [
            "from ", "at ", "and ", "with ", "di ", "della ", "da ", "e ", "von ", "aus ", "und ", "bei ", "de ",
            "du ", "et ", "y ", "the ", "here", "vom ", "der ",
        ]
        .iter()
        .any(|word| follows.starts_with(word));
        let is_name = if language == "de" {
            words >= 2 || (ends && cue.as_str().contains("hier")) || continues || is_given(&name)
        } else {
            words >= 2 || ends || continues
        };
        is_name.then_some(name)
    })
}

/// A few given names that are common where the five languages are spoken; only to accept a single
/// German noun after "ich bin".
fn is_given(name: &str) -> bool {
    [
        "Andreas",
        "Anna",
        "Anja",
        "Bernd",
        "Christian",
        "Claudia",
        "Daniel",
        "Eva",
        "Felix",
        "Frank",
        "Hans",
        "Heike",
        "Jan",
        "Jana",
        "Johannes",
        "Jonas",
        "Julia",
        "Jürgen",
        "Karin",
        "Katrin",
        "Klaus",
        "Laura",
        "Lena",
        "Lisa",
        "Lukas",
        "Maria",
        "Markus",
        "Martin",
        "Max",
        "Michael",
        "Monika",
        "Nina",
        "Paul",
        "Peter",
        "Petra",
        "Sabine",
        "Sandra",
        "Sarah",
        "Sebastian",
        "Stefan",
        "Stefanie",
        "Susanne",
        "Thomas",
        "Tim",
        "Tobias",
        "Ulrich",
        "Uwe",
        "Wolfgang",
    ]
    .contains(&name)
}

fn signed(reading: &Reading<'_>) -> Option<String> {
    let folded = reading.folded();
    let mut from = 0;
    // Only the end of a message is a signature: its last 200 bytes.
    while folded.len() - from > 200 || !folded.is_char_boundary(from) {
        from += 1;
    }
    let tail = &folded[from..];
    tail.char_indices().filter(|(at, _)| *at > 0 && tail[..*at].ends_with([' ', '\n', '-'])).find_map(|(at, _)| {
        if !FAREWELL.is_match(&tail[..at]) {
            return None;
        }
        let rest = reading.letters_from(from + at);
        let name = person(rest, false)?;
        let follows = rest.trim_start()[name.len()..].trim_start_matches([' ', '.', '!']);
        (follows.is_empty() || follows.starts_with(['\n', ',', '|', '-', '–'])).then_some(name)
    })
}

/// "Maria Garcia, maria@cloudsoft.io" and "Maria Garcia <maria@cloudsoft.io>".
fn beside(reading: &Reading<'_>, addresses: &[Address]) -> Option<String> {
    let whole = reading.message();
    let address = addresses.first()?;
    let before = whole.get(..address.span.start)?;
    if !LEADING.is_match(before) {
        return None;
    }
    let name = person(before, false)?;
    let rest =
        before.trim_start()[name.len()..].trim_matches([' ', ',', ':', ';', '<', '(', '-', '/', '|', '\u{2013}']);
    (rest.is_empty() && (2..=3).contains(&name.split(' ').count())).then_some(name)
}

/// The name of a person that `rest` begins with: one to three words. `any_case` accepts what is
/// typed without capitals.
fn person(rest: &str, any_case: bool) -> Option<String> {
    let rest = rest.trim_start_matches([' ', '*', '"', '\u{201c}', ':']);
    let capitals = rest.split_whitespace().next().is_some_and(is_capitalised);
    if !capitals && !any_case {
        return None;
    }
    let mut taken: Vec<&str> = Vec::new();
    for word in rest.split(' ').take(5) {
        let line = word.split(['\n', '\t']).next().unwrap_or_default();
        let core = line.trim_end_matches([',', ';', ':', '!', '?', '.', ')', '"', '\u{201d}']);
        let folded = Reading::new(core);
        let particle =
            ["de", "del", "della", "di", "da", "von", "van", "der", "la", "le", "du"].contains(&folded.folded());
        let shaped = (2..=30).contains(&core.chars().count())
            && core
                .chars()
                .all(|character| character.is_alphabetic() || matches!(character, '\'' | '-' | '\u{2019}' | '.'));
        let known_word = (NO_NAME.is_match(folded.folded())
            && NO_NAME.find(folded.folded()).is_some_and(|found| found.len() == folded.folded().len()))
            || JOB.find(folded.folded()).is_some_and(|found| found.start() == 0);
        let starts_alike = is_capitalised(core) || !capitals;
        if !(shaped
            && (starts_alike || (particle && !taken.is_empty()))
            && (!known_word || (particle && !taken.is_empty())))
        {
            break;
        }
        // What is typed without capitals ends at the first small word that joins sentences.
        if !capitals
            && [
                "and", "from", "at", "e", "und", "et", "y", "i", "we", "our", "ich", "wir", "von", "di", "dalla", "de",
                "con", "mit", "with", "sono", "my", "mein", "bei", "aus",
            ]
            .contains(&folded.folded())
        {
            break;
        }
        taken.push(core);
        if core.len() < word.len() || taken.len() == 3 {
            break;
        }
    }
    while taken.last().is_some_and(|last| !is_capitalised(last) && capitals) {
        taken.pop();
    }
    let name = taken.join(" ");
    (!name.is_empty() && name.chars().count() <= 80 && rest.starts_with(&name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contacts::addresses;

    fn found(text: &str, language: &str) -> Option<String> {
        name(&Reading::new(text), &addresses(text), language)
    }

    #[test]
    fn names_are_found_where_people_give_them() {
        let mut rows = crate::rows::Rows::default();
        for (text, language, expected) in [
            ("I'm Maria Garcia from CloudSoft", "en", "Maria Garcia"),
            ("Hi, I am Tom.", "en", "Tom"),
            ("my name is john smith and I need help", "en", "john smith"),
            ("My name's Priya Raman", "en", "Priya Raman"),
            ("Hello, this is Aisha Khan, head of ops", "en", "Aisha Khan"),
            ("We want a demo. Best regards,\nOliver Stone\nCTO", "en", "Oliver Stone"),
            ("Thanks, Maria", "en", "Maria"),
            ("Jane Doe, jane@acme.io", "en", "Jane Doe"),
            ("Jane Doe <jane@acme.io>", "en", "Jane Doe"),
            ("Buongiorno, mi chiamo Giulia Rossi", "it", "Giulia Rossi"),
            ("Sono Marco Bianchi di Officine Verdi", "it", "Marco Bianchi"),
            ("Il mio nome è Luca De Santis.", "it", "Luca De Santis"),
            ("Grazie mille,\nChiara", "it", "Chiara"),
            ("Ich heiße Thomas Müller", "de", "Thomas Müller"),
            ("Mein Name ist Anna Schmidt.", "de", "Anna Schmidt"),
            ("Hallo, ich bin Jonas von der Acme GmbH", "de", "Jonas"),
            ("Mit freundlichen Grüßen\nKlaus Weber", "de", "Klaus Weber"),
            ("Je m'appelle Claire Dubois", "fr", "Claire Dubois"),
            ("Bonjour, je suis Paul Martin, directeur commercial", "fr", "Paul Martin"),
            ("Cordialement, Sophie Bernard", "fr", "Sophie Bernard"),
            ("Me llamo Carlos Ruiz", "es", "Carlos Ruiz"),
            ("Hola, soy Lucía Fernández de Iberia Textil", "es", "Lucía Fernández"),
            ("Saludos,\nPedro", "es", "Pedro"),
        ] {
            rows.eq(text, found(text, language).as_deref(), Some(expected));
        }
    }

    #[test]
    fn other_words_are_no_names() {
        let mut rows = crate::rows::Rows::default();
        for (text, language) in [
            ("I'm looking for a chatbot", "en"),
            ("I'm interested in a demo", "en"),
            ("I'm Head of Sales", "en"),
            ("I'm CEO of a small firm", "en"),
            ("I am not sure", "en"),
            ("I'm German", "en"),
            ("This is great!", "en"),
            ("I'm Interested", "en"),
            ("Thanks, that helps", "en"),
            ("Thanks!", "en"),
            ("the name is misleading", "en"),
            ("Sono interessato al prodotto", "it"),
            ("Sono Responsabile acquisti", "it"),
            ("Ich bin Geschäftsführer", "de"),
            ("Ich bin Einkäufer bei Bosch", "de"),
            ("Ich bin Interessent", "de"),
            ("Je suis intéressé", "fr"),
            ("Je suis Directrice commerciale", "fr"),
            ("Soy estudiante", "es"),
            ("Soy el jefe de compras", "es"),
            ("write to maria@cloudsoft.io", "en"),
            ("What about HubSpot, hub@spot.io", "en"),
        ] {
            rows.eq(text, found(text, language), None);
        }
    }
}
