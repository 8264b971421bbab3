//! The visitor's company: after words that introduce one, or by its legal form.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::{Reading, proper_noun, raw};

/// After these a company follows.
static CUE: LazyLock<Regex> = LazyLock::new(|| {
    raw(concat!(
        r"(?:\b(?:{we} (?:work|am|are) (?:at|for|with)|(?:working|employed) (?:at|for)|(?:my|our) (?:company|firm|business|startup|agency|organi[sz]ation|employer)(?: name)?(?: is)?(?: called)?|company(?: name)? ?:|",
        r"(?:i )?(?:represent|run|own|founded|lead)|here at|on behalf of|we at|for our (?:company|firm)|(?:{im}|{were}) (?:calling |writing )?from|",
        r"(?:founder|owner|manager|director|[a-z]*ceo|cto|coo|cfo|cmo|cio|head of [a-z]+(?: [a-z]+)?|vp [a-z]+(?: [a-z]+)?|lead|sales|marketing|ops|operations|buyer|engineer|developer) (?:at|of|@|for|with|from)|",
        r"lavoro (?:per|in|da|presso|alla)|(?:la )?(?:mia|nostra) (?:azienda|societa|ditta|impresa)(?: si chiama| e)?|azienda ?:|presso|per conto di|dell'azienda|della (?:societa|ditta)|",
        r"(?:titolare|responsabile [a-z]+|direttore [a-z]+|direttrice [a-z]+|amministratore delegato|ceo|cto|acquisti|commerciale) (?:di|della|del|in|presso|da)|",
        r"arbeite (?:bei|fur)(?: der)?|(?:unsere?|meine?) (?:firma|unternehmen|betrieb)(?: heisst| ist)?(?: die)?|firma ?:|wir von(?: der)?|von der firma|bei der(?: firma)?|beim unternehmen|",
        r"(?:geschaftsfuhrer(?:in)?|inhaber(?:in)?|leiter(?:in)?|[a-z]+leiter(?:in)?|einkaufer(?:in)?|ceo|cto) (?:bei|der|von|von der|bei der)|",
        r"travaille (?:chez|pour)|chez|(?:notre|mon) (?:entreprise|societe|boite)(?: s'appelle| est)?|entreprise ?:|societe ?:|de la societe|de l'entreprise|",
        r"trabajo (?:en|para)|(?:nuestra|mi) (?:empresa|compania)(?: se llama| es)?|empresa ?:|de la empresa|",
        r"(?:jef[ea] de [a-z]+|director(?:a)? [a-z]+|gerente|duen[oa]|ceo) (?:de|en)) |@ ?\b)"
    ))
});
/// "I'm Maria from Acme": a place or a firm, told apart by the list of places.
static FROM: LazyLock<Regex> = LazyLock::new(|| {
    raw(
        r"\b(?:(?:{im}|this is|my name is|name's|it's|sono|mi chiamo|ich bin|ich heisse|mein name ist|hier ist|je suis|je m'appelle|soy|me llamo) [^,.!?\n]{2,40}?,? (?:from|at|with|of|di|della|del|da|von|von der|vom|aus der|bei|bei der|de|du|de la|chez|en)) ",
    )
});
/// What follows the firm's name where it has a legal form.
static LEGAL: LazyLock<Regex> = LazyLock::new(|| {
    raw(
        r"(?:^|[ (,])((?:[a-z0-9&'-]+ ){1,4}(?:& co\.? kg|gmbh|ag|kg|ug|ohg|e\.?k\.?|s\.?p\.?a\.?|s\.?r\.?l\.?s?|sarl|sasu?|s\.?a\.?s?\.?|s\.?l\.?u?|inc|llc|llp|ltd|limited|corp|corporation|plc|pty|b\.?v\.?|n\.?v\.?|oy|aps))\b",
    )
});
/// Capitalised words that are places, days and the like, folded.
const NO_COMPANY: &[&str] = &[
    "africa",
    "america",
    "amsterdam",
    "argentina",
    "asia",
    "athens",
    "australia",
    "austria",
    "barcelona",
    "belgium",
    "belgique",
    "berlin",
    "berna",
    "bologna",
    "bordeaux",
    "boston",
    "brazil",
    "brussels",
    "canada",
    "chicago",
    "china",
    "cologne",
    "colombia",
    "dallas",
    "denmark",
    "deutschland",
    "dresden",
    "dublin",
    "dubai",
    "england",
    "espana",
    "europe",
    "firenze",
    "florence",
    "france",
    "francia",
    "frankfurt",
    "geneva",
    "genova",
    "germania",
    "germany",
    "greece",
    "hamburg",
    "india",
    "ireland",
    "italia",
    "italy",
    "japan",
    "koln",
    "leipzig",
    "lille",
    "lisbon",
    "london",
    "londra",
    "lyon",
    "madrid",
    "marseille",
    "mexico",
    "miami",
    "milan",
    "milano",
    "munchen",
    "munich",
    "nantes",
    "naples",
    "napoli",
    "netherlands",
    "new york",
    "norway",
    "oslo",
    "osterreich",
    "padova",
    "palermo",
    "paris",
    "poland",
    "portugal",
    "rom",
    "roma",
    "rome",
    "schweiz",
    "san francisco",
    "seattle",
    "sevilla",
    "spain",
    "stuttgart",
    "suisse",
    "svizzera",
    "sweden",
    "switzerland",
    "texas",
    "torino",
    "toronto",
    "toulouse",
    "turin",
    "uk",
    "united kingdom",
    "united states",
    "us",
    "usa",
    "valencia",
    "venezia",
    "verona",
    "vienna",
    "wien",
    "zurich",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "q1",
    "q2",
    "q3",
    "q4",
    "google",
    "linkedin",
    "facebook",
    "twitter",
    "instagram",
    "youtube",
    "i",
    "we",
    "you",
    "the",
    "a",
    "our",
    "my",
    "your",
    "hr",
    "it",
    "sales",
    "marketing",
    "support",
    "english",
    "italian",
    "german",
    "french",
    "spanish",
    "ceo",
    "cto",
    "coo",
    "cfo",
];

/// The visitor's company in their own letters.
pub(crate) fn company(reading: &Reading<'_>) -> Option<String> {
    by_cue(reading, &FROM).or_else(|| by_cue(reading, &CUE)).or_else(|| by_legal_form(reading))
}

fn by_cue(reading: &Reading<'_>, cue: &Regex) -> Option<String> {
    cue.find_iter(reading.folded()).find_map(|cue| {
        let before = reading.before(cue.start());
        // "do you work with …", "your company …" speak of ours.
        if ["you ", "your ", "they ", "not ", "we don't ", "voi ", "sie ", "vous ", "who "]
            .iter()
            .any(|other| before.ends_with(other))
        {
            return None;
        }
        let rest = reading.letters_from(cue.end());
        if rest.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("the")) {
            return accept(proper_noun(rest.get(4..)?, 4)?);
        }
        accept(proper_noun(rest, 4)?)
    })
}

fn by_legal_form(reading: &Reading<'_>) -> Option<String> {
    LEGAL.captures_iter(reading.folded()).find_map(|captures| {
        let found = captures.get(1)?;
        let dotted = found.as_str().rsplit(' ').next().is_some_and(|form| form.contains('.'));
        let stop = usize::from(dotted && reading.folded()[found.end()..].starts_with('.'));
        let original = reading.original(&(found.start()..found.end() + stop));
        // Drop what stands before the name: "we at Acme GmbH" begins at the first capital that
        // runs to the end.
        let words: Vec<&str> = original.split_whitespace().collect();
        let form_length = if words.len() >= 4 && words[words.len() - 3] == "&" { 3 } else { 1 };
        let capital = |word: &&&str| crate::text::is_capitalised(word) || **word == "&";
        let form = words.last().copied().unwrap_or_default();
        let short = form.chars().filter(|character| character.is_alphabetic()).count() <= 3;
        if short && !form.chars().any(char::is_uppercase) {
            return None;
        }
        let name = words.iter().rev().skip(form_length).take_while(capital).count();
        let start = words.len() - form_length - name;
        if name == 0 {
            return None;
        }
        let offset =
            words[..start].iter().map(|word| original.find(word).map_or(0, |at| at + word.len())).max().unwrap_or(0);
        accept(original.get(offset..)?.trim())
    })
}

fn accept(name: &str) -> Option<String> {
    // "Firma Holz GmbH" is called Holz GmbH.
    let name = ["Firma ", "Ditta ", "Azienda ", "Società ", "Société ", "Entreprise ", "Empresa ", "Company "]
        .iter()
        .find_map(|kind| name.strip_prefix(kind))
        .unwrap_or(name);
    let folded = Reading::new(name);
    let folded = folded.folded();
    let first = folded.split(' ').next().unwrap_or_default();
    let known_place = NO_COMPANY.contains(&folded) || (NO_COMPANY.contains(&first) && folded.split(' ').count() <= 1);
    let starts_badly = ["I", "I'm", "We", "The", "You", "Our", "My", "It", "Is", "Are", "Do", "Can"]
        .contains(&name.split(' ').next().unwrap_or_default());
    let length = name.chars().count();
    (!known_place && !starts_badly && (2..=100).contains(&length) && name.chars().any(char::is_alphabetic))
        .then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<String> {
        company(&Reading::new(text))
    }

    #[test]
    fn companies_are_found_where_people_name_them() {
        let mut rows = crate::rows::Rows::default();
        for (text, expected) in [
            ("I'm Maria from CloudSoft", "CloudSoft"),
            ("I work at Acme Robotics", "Acme Robotics"),
            ("I work for Initech and we need help", "Initech"),
            ("CTO at Northwind Traders", "Northwind Traders"),
            ("I'm the CEO of BlueSky", "BlueSky"),
            ("our company is called Fabrikam", "Fabrikam"),
            ("Company: Contoso", "Contoso"),
            ("we at Globex have 50 reps", "Globex"),
            ("We are Hooli Ltd and we sell", "Hooli Ltd"),
            ("Sono Marco Bianchi di Officine Verdi", "Officine Verdi"),
            ("lavoro per Pasta Nuova", "Pasta Nuova"),
            ("la nostra azienda si chiama Tessile Nord", "Tessile Nord"),
            ("Siamo la Ferramenta Rossi S.r.l.", "Ferramenta Rossi S.r.l."),
            ("Ich arbeite bei Nordlicht Software", "Nordlicht Software"),
            ("unsere Firma Holzbau Krämer sucht", "Holzbau Krämer"),
            ("Einkaufsleiter bei der Firma Stahlbau Nord GmbH", "Stahlbau Nord GmbH"),
            ("Wir sind die Sonnental GmbH", "Sonnental GmbH"),
            ("Müller & Söhne GmbH & Co. KG", "Müller & Söhne GmbH & Co. KG"),
            ("je travaille chez Lumière Conseil", "Lumière Conseil"),
            ("Notre société s'appelle Atelier Bleu", "Atelier Bleu"),
            ("trabajo en Iberia Textil", "Iberia Textil"),
            ("nuestra empresa Sol Digital", "Sol Digital"),
        ] {
            rows.eq(text, found(text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn places_days_and_plain_words_are_no_companies() {
        let mut rows = crate::rows::Rows::default();
        for text in [
            "I'm Maria from Milan",
            "I'm from Germany",
            "we work at scale",
            "we meet on Monday",
            "I work for myself",
            "do you work with Salesforce?",
            "Sono Marco di Torino",
            "Ich bin aus Berlin",
            "how are you",
        ] {
            rows.eq(text, found(text), None);
        }
    }
}
