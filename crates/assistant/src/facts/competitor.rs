//! A product that the visitor uses today or compares with.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::{Reading, is_capitalised, proper_noun, raw};

/// Products for chat, sales and service that visitors name, with or without a capital.
const PRODUCTS: &[&str] = &[
    "activecampaign",
    "botpress",
    "chatfuel",
    "conversica",
    "drift",
    "freshchat",
    "freshdesk",
    "freshsales",
    "gorgias",
    "helpcrunch",
    "hubspot",
    "iadvize",
    "intercom",
    "jivochat",
    "landbot",
    "livechat",
    "livezilla",
    "manychat",
    "olark",
    "pipedrive",
    "salesforce",
    "sendinblue",
    "smartsupp",
    "tawk",
    "tawk.to",
    "tidio",
    "userlike",
    "zendesk",
    "zoho",
    "zopim",
    "kommo",
    "brevo",
    "dynamics",
    "monday.com",
];
/// Products whose names are also plain words: only with a capital.
const PLAIN_WORD_PRODUCTS: &[&str] =
    &["Ada", "Close", "Crisp", "Front", "Gong", "Outreach", "Qualified", "Respond", "Monday"];

/// After these a rival follows, whatever it is called.
static VERSUS: LazyLock<Regex> = LazyLock::new(|| {
    raw(concat!(
        r"\b(?:switch(?:ing)?(?: away)? from|mov(?:e|ing)(?: away)? from|migrat(?:e|ing)(?: away)? from|leav(?:e|ing)|replac(?:e|ing)(?: our| the)?|unhappy with|tired of|instead of|compared? (?:to|with)|versus|vs\.?|",
        r"alternatives? (?:to|for)|better than|different from|differ from|cheaper than|competitors? (?:like|such as)|coming from|used to use|current(?:ly)? (?:tool|provider|vendor|solution)(?: is)?|",
        r"passare da|sostituire|rispetto a|confronto (?:a|con)|meglio di|alternativa a|diversi da|al posto di|stanchi di|lasciare|",
        r"wechseln? (?:wir )?von|weg von|ersetzen wir|im vergleich zu|verglichen mit|besser als|alternative zu|statt|anstelle von|unterschied zu|unzufrieden mit|ablosung von|",
        r"remplacer|par rapport a|compare a|mieux que|alternative a|quitter|au lieu de|difference avec|migrer de|passer de|",
        r"cambiar de|reemplazar|sustituir|comparado con|comparacion con|mejor que|alternativa a|en lugar de|diferencia con|dejar) (?:the |our |a |von |unser |il |la |le |el )?"
    ))
});
/// After these a tool in use follows; it must be a known one.
static USE: LazyLock<Regex> = LazyLock::new(|| {
    raw(
        r"\b(?:us(?:e|ed|es|ing)|(?:we're|we are|currently|already) (?:on|with)|currently have|we have|work with|usiamo|utilizziamo|abbiamo|nutzen(?: wir)?|verwenden(?: wir)?|benutzen(?: wir)?|haben(?: wir)?|setzen(?: wir)?|utilisons|avons|usamos|utilizamos|tenemos|trabajamos con)(?: currently| now| today| already| still| attualmente| oggi| gia| derzeit| aktuell| heute| bereits| actuellement| deja| aujourd'hui| actualmente| ya)? ",
    )
});
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let names: Vec<String> = PRODUCTS.iter().map(|name| regex::escape(name)).collect();
    raw(&format!(r"\b(?:{})\b", names.join("|")))
});

/// Whether the text names a product of the list.
pub(crate) fn mentions_product(folded: &str) -> bool {
    NAMED.is_match(folded)
}

/// The product that the visitor uses or compares with, in their own letters.
pub(crate) fn competitor(reading: &Reading<'_>) -> Option<String> {
    VERSUS.find_iter(reading.folded()).find_map(|cue| product(reading, cue.end(), false)).or_else(|| {
        USE.find_iter(reading.folded()).find_map(|cue| {
            let before = reading.before(cue.start());
            let negated = ["n't ", "not ", "never ", "non ", "nicht ", "pas ", "you ", "your "]
                .iter()
                .any(|word| before.ends_with(word));
            if negated { None } else { product(reading, cue.end(), true) }
        })
    })
}

fn product(reading: &Reading<'_>, at: usize, known_only: bool) -> Option<String> {
    let rest = reading.letters_from(at);
    let word = rest.split([' ', ',', '?', '!', ';', '\n', ')']).next()?.trim_end_matches('.');
    let folded = Reading::new(word).folded().to_owned();
    if PRODUCTS.contains(&folded.as_str()) || PLAIN_WORD_PRODUCTS.contains(&word) {
        return Some(word.to_owned());
    }
    if known_only || !is_capitalised(word) {
        return None;
    }
    let name = proper_noun(rest, 3)?;
    let own = ["Pro", "Enterprise", "Starter", "Basic", "Free", "Business", "I", "CRM", "Excel"].contains(&name);
    let german_noun = Reading::new(name).folded().ends_with("ung");
    (!own && !german_noun && (2..=60).contains(&name.chars().count())).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_in_use_or_compared_are_found() {
        let mut rows = crate::rows::Rows::default();
        for (text, expected) in [
            ("We're using Drift at the moment and want to switch.", Some("Drift")),
            ("How do you compare to Intercom?", Some("Intercom")),
            ("we use hubspot today", Some("hubspot")),
            ("Is it better than Chatster?", Some("Chatster")),
            ("we want to switch from Zendesk", Some("Zendesk")),
            ("Usiamo già Salesforce", Some("Salesforce")),
            ("Vorremmo passare da Tidio a voi", Some("Tidio")),
            ("Wir nutzen derzeit Userlike", Some("Userlike")),
            ("Was ist der Unterschied zu Intercom?", Some("Intercom")),
            ("Nous utilisons actuellement iAdvize", Some("iAdvize")),
            ("¿Qué diferencia con Zendesk hay?", Some("Zendesk")),
            ("we don't use Drift", None),
            ("we use spreadsheets", None),
            ("Do you work well?", None),
            ("what is the difference between Pro and Enterprise", None),
        ] {
            rows.eq(text, competitor(&Reading::new(text)).as_deref(), expected);
        }
    }
}
