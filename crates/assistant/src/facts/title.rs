//! The visitor's job, and whether who holds it decides what is bought.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::{Reading, Span, raw};

/// How much a say a job gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rank {
    /// Owns or runs the company, or a function of it.
    Decides,
    /// Leads people or a subject; recommends.
    Recommends,
    /// Says nothing about who decides.
    Open,
}

/// A job as the visitor wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Title {
    pub(crate) text: String,
    pub(crate) rank: Rank,
    pub(crate) span: Span,
}

/// What follows "of", "der", "des", "de": one to three words of the function.
const FUNCTION_EN: &str = r"(?:[a-z-]+(?: (?:and|&) [a-z-]+| (?:operations|development|experience|success|marketing|sales|management|strategy|ops|business|security|resources|technology|services|officer|product))?)";
const DECIDES: &[&str] = &[
    "co-?founder(?: (?:and|&) (?:ceo|cto|coo))?",
    "founder(?: (?:and|&) (?:ceo|cto|coo))?",
    "(?:business |shop |store |company )?owner",
    "c(?:e|t|f|o|m|i|r|s|p|c|h)o",
    "ciso",
    "chief [a-z]+(?: [a-z]+)? officer",
    "chief of staff",
    "managing (?:director|partner)",
    "general manager",
    "(?:vice[- ]president|president)(?: of <f>)?",
    "[se]?vp(?: of <f>| [a-z]+)?",
    "head of <f>",
    "(?:[a-z]+ ){0,2}director(?: of <f>)?",
    "partner",
    "amministratore delegato",
    "amministratrice delegata",
    "titolare",
    "socio fondatore",
    "fondatore",
    "fondatrice",
    "imprenditore",
    "imprenditrice",
    "direttore (?:generale|[a-z]+)",
    "direttrice (?:generale|[a-z]+)",
    "direttore",
    "direttrice",
    "responsabile (?:degli |delle |dei |del |della |dell')?(?:ufficio |reparto )?(?:acquisti|[a-z]+)(?: e [a-z]+)?",
    "capo (?:ufficio|reparto) [a-z]+",
    "presidente",
    "geschaftsfuhr(?:er|erin|ung)",
    "geschaftsfuehr(?:er|erin)",
    "geschaftsleit(?:er|erin|ung)",
    "inhaber(?:in)?",
    "grunder(?:in)?",
    "mitgrunder(?:in)?",
    "vorstand(?:smitglied)?",
    "prokurist(?:in)?",
    "[a-z]+leiter(?:in)?",
    "leiter(?:in)? (?:der |des |fur |vertrieb|marketing|einkauf|it)[a-z]*(?: [a-z]+)?",
    "leitung (?:der |des )?[a-z]+",
    "[a-z]+chef(?:in)?",
    "abteilungsleitung",
    "pdg",
    "dg",
    "president(?:e)?",
    "directeur (?:general|des [a-z]+|de la [a-z]+|du [a-z]+|de [a-z]+|d'[a-z]+|[a-z]+)",
    "directrice (?:generale|des [a-z]+|de la [a-z]+|du [a-z]+|de [a-z]+|d'[a-z]+|[a-z]+)",
    "gerante?",
    "fondat(?:eur|rice)",
    "dirigeante?",
    "responsable (?:des |de la |du |de |d'|les )?[a-z]+",
    "chef d'entreprise",
    "associee?",
    "director(?:a)? (?:general|comercial|de [a-z]+|[a-z]+)",
    "gerente(?: (?:general|comercial|de [a-z]+))?",
    "jef[ea] de (?:la |el )?[a-z]+",
    "duen[oa]",
    "propietari[oa]",
    "fundador(?:a)?",
    "socio fundador",
    "socia",
    "consejer[oa] delegad[oa]",
    "empresari[oa]",
];
const RECOMMENDS: &[&str] = &[
    "(?:[a-z]+ ){0,2}manager(?: of <f>)?",
    "(?:[a-z]+ )?team lead(?:er)?",
    "(?:[a-z]+ )?supervisor",
    "(?:procurement|purchasing|operations|sales|marketing|it) (?:specialist|lead|buyer|coordinator)",
    "buyer",
    "consultant",
    "product owner",
    "project lead",
    "(?:sales|tech|marketing|support) lead",
    "capo ?progetto",
    "coordinat(?:ore|rice) [a-z]+",
    "buyer",
    "consulente",
    "einkauf(?:er|erin)",
    "projektleit(?:er|erin)",
    "teamleit(?:er|erin)",
    "berater(?:in)?",
    "referent(?:in)?",
    "sachbearbeiter(?:in)?",
    "chef(?:fe)? de (?:projet|produit|service)",
    "achet(?:eur|euse)",
    "chargee? de [a-z]+",
    "consultante?",
    "coordinador(?:a)?(?: de [a-z]+)?",
    "consultor(?:a)?",
    "comprador(?:a)?",
    "encargad[oa] de [a-z]+",
];
const OPEN: &[&str] = &[
    "(?:[a-z]+ ){0,2}(?:developer|engineer|analyst|designer|architect|administrator|assistant|accountant|representative|executive|associate)",
    "sales rep",
    "sdr",
    "bdr",
    "freelancer?",
    "recruiter",
    "sviluppat(?:ore|rice)",
    "ingegnere",
    "impiegat[oa]",
    "commerciale",
    "commercialista",
    "libero professionista",
    "entwickler(?:in)?",
    "ingenieur(?:in)?",
    "angestellter?",
    "assistent(?:in)?",
    "vertriebler(?:in)?",
    "developp(?:eur|euse)",
    "ingenieure?",
    "commerciale?",
    "assistante?",
    "independante?",
    "desarrollador(?:a)?",
    "ingenier[oa]",
    "comercial",
    "asistente",
    "autonom[oa]",
];

/// Words that introduce what one is.
const SELF: &str = concat!(
    r"(?:{im}|(?:i )?(?:work|am|speak|write|working) as|my (?:job|role|title|position) (?:is|:)|as|in my role as|title ?:|role ?:|position ?:|sono|io sono|lavoro come|faccio|in qualita di|come|ruolo ?:|",
    r"ich bin|(?:ich )?arbeite als|als|tatig als|position ?:|je suis|je travaille comme|en tant que?|comme|poste ?:|soy|yo soy|trabajo (?:como|de)|como|en calidad de|cargo ?:)"
);
const ARTICLE: &str = r"(?:a|an|the|one of the|their|our|il|la|lo|l'|un|una|der|die|ein|eine|unser|unsere|hier|dort|auch|le|une|el|now|currently|actually|also|both|new|il nuovo|la nuova)";

fn any(list: &[&str]) -> String {
    list.join("|").replace("<f>", FUNCTION_EN)
}

static AFTER_SELF: LazyLock<[(Regex, Rank); 3]> = LazyLock::new(|| {
    [(DECIDES, Rank::Decides), (RECOMMENDS, Rank::Recommends), (OPEN, Rank::Open)]
        .map(|(list, rank)| (raw(&format!(r"(?:^|[ ,.(\n]){SELF} ?(?:{ARTICLE} ?){{0,2}}\b({})\b", any(list))), rank))
});
/// After a name and a comma, at the start of a line, or before "at", "of", "bei", "chez", "en".
static BESIDE: LazyLock<[(Regex, Rank); 3]> = LazyLock::new(|| {
    [(DECIDES, Rank::Decides), (RECOMMENDS, Rank::Recommends), (OPEN, Rank::Open)].map(|(list, rank)| {
        let list = any(list);
        (
            raw(&format!(
                r"(?:^|\n|^[a-z'-]+ [a-z'-]+[,|-] ?|\b(?:{{im}}|this is|name is|sono|mi chiamo|ich bin|ich heisse|mein name ist|je suis|je m'appelle|soy|me llamo) [^,.\n@]{{2,40}}[,-] ?|(?:regards|thanks|saluti|grussen|cordialement|saludos)[,.! \n-]+[^,\n]{{2,40}}[,\n|-] ?)(?:{ARTICLE} )?({list})(?: ?$|[,.|\n!]| (?:at|@|of|for|in|bei|beim|der|di|da|presso|chez|de|en|y|und|and|e|et) )"
            )),
            rank,
        )
    })
});
static ANY_JOB: LazyLock<String> = LazyLock::new(|| format!("{}|{}|{}", any(DECIDES), any(RECOMMENDS), any(OPEN)));

/// A pattern for a job at the beginning of a text.
pub(super) fn job_words() -> Regex {
    raw(&format!(
        r"^(?:(?:{})\b|(?:head|chief|vice|managing|responsabile|responsable|direttore|direttrice|directeur|directrice|director|leiter(?:in)?|jef[ea]|chef|vp|sales|marketing)\b)",
        ANY_JOB.as_str()
    ))
}

/// The visitor's job in their own letters. Somebody else's ("our CEO") is not theirs.
pub(crate) fn title(reading: &Reading<'_>) -> Option<Title> {
    [AFTER_SELF.iter(), BESIDE.iter()].into_iter().flatten().find_map(|(pattern, rank)| {
        pattern.captures_iter(reading.folded()).find_map(|captures| {
            let found = captures.get(1)?;
            let before = reading.before(captures.get(0)?.start() + 1);
            let negated = found.as_str().starts_with("not ") || before.ends_with("not ") || hypothetical(before);
            let words = found.as_str();
            // "I'm a customer success manager" is a job; "I'm happy as manager" never gets here.
            let filler =
                ["just ", "very ", "looking ", "happy ", "not ", "still ", "really ", "asking ", "trying ", "sure "]
                    .iter()
                    .any(|word| words.starts_with(word));
            if negated || filler {
                return None;
            }
            let text = without_next_clause(reading.original(&found.range())).to_owned();
            Some(Title { text, rank: *rank, span: found.range() })
        })
    })
}

/// A job up to a joining word, unless that joins two functions: "Head of Sales and Marketing".
fn without_next_clause(text: &str) -> &str {
    const FUNCTIONS: &[&str] = &[
        "ceo",
        "cto",
        "coo",
        "cfo",
        "marketing",
        "sales",
        "operations",
        "success",
        "development",
        "product",
        "it",
        "customer",
        "business",
        "strategy",
        "finance",
        "support",
        "vendite",
        "acquisti",
        "logistica",
        "vertrieb",
        "einkauf",
        "achats",
        "ventes",
        "ventas",
        "compras",
        "comunicazione",
        "communication",
        "comunicacion",
    ];
    let cut = [" at ", " bei ", " and ", " & ", " und ", " e ", " et ", " y "]
        .iter()
        .filter_map(|word| {
            let at = text.find(word)?;
            let next = text[at + word.len()..].split(' ').next().unwrap_or_default().to_lowercase();
            (!FUNCTIONS.contains(&next.as_str())).then_some(at)
        })
        .min();
    &text[..cut.unwrap_or(text.len())]
}

fn hypothetical(before: &str) -> bool {
    ["if ", "imagine ", "pretend ", "suppose ", "assume ", "se ", "wenn ", "si "]
        .iter()
        .any(|word| before.starts_with(word) || before.contains(&format!(" {word}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(String, Rank)> {
        title(&Reading::new(text)).map(|title| (title.text, title.rank))
    }

    #[test]
    fn jobs_are_found_in_the_visitors_own_letters() {
        let mut rows = crate::rows::Rows::default();
        for (text, expected, rank) in [
            ("I'm the CEO of Acme", "CEO", Rank::Decides),
            ("I am Head of Revenue at CloudSoft", "Head of Revenue", Rank::Decides),
            ("I'm the owner", "owner", Rank::Decides),
            ("I work as a marketing manager", "marketing manager", Rank::Recommends),
            ("I'm VP of Sales here", "VP of Sales", Rank::Decides),
            ("Maria Garcia, CTO at CloudSoft", "CTO", Rank::Decides),
            ("Best regards,\nTom Hill\nManaging Director", "Managing Director", Rank::Decides),
            ("I'm Head of Sales and Marketing at Acme", "Head of Sales and Marketing", Rank::Decides),
            ("I'm Head of Sales and I decide", "Head of Sales", Rank::Decides),
            ("I'm co-founder and CEO", "co-founder and CEO", Rank::Decides),
            ("As a sales director I see this daily", "sales director", Rank::Decides),
            ("I'm a software developer", "software developer", Rank::Open),
            ("Sono responsabile acquisti in Officine Verdi", "responsabile acquisti", Rank::Decides),
            ("Sono il titolare", "titolare", Rank::Decides),
            ("sono l'amministratore delegato", "amministratore delegato", Rank::Decides),
            ("Lavoro come consulente", "consulente", Rank::Recommends),
            ("Ich bin Geschäftsführer", "Geschäftsführer", Rank::Decides),
            ("Ich bin die Geschäftsführerin der Acme GmbH", "Geschäftsführerin", Rank::Decides),
            ("Ich bin Vertriebsleiter", "Vertriebsleiter", Rank::Decides),
            ("ich arbeite als Einkäuferin", "Einkäuferin", Rank::Recommends),
            ("Je suis directrice commerciale", "directrice commerciale", Rank::Decides),
            ("Je suis le gérant", "gérant", Rank::Decides),
            ("Je suis chef de projet", "chef de projet", Rank::Recommends),
            ("Soy jefe de compras", "jefe de compras", Rank::Decides),
            ("Soy la directora de marketing", "directora de marketing", Rank::Decides),
            ("Soy consultora", "consultora", Rank::Recommends),
        ] {
            rows.eq(text, found(text), Some((expected.to_owned(), rank)));
        }
    }

    #[test]
    fn somebody_elses_job_is_not_the_visitors() {
        let mut rows = crate::rows::Rows::default();
        for text in [
            "Our CEO decides that",
            "I have to ask my manager",
            "Can I talk to a manager?",
            "Il mio capo è il direttore",
            "Unser Geschäftsführer entscheidet",
            "Notre directeur commercial décide",
            "Mi jefe de compras decide",
            "Imagine I'm the CEO",
            "If I were the CEO I'd buy it",
        ] {
            rows.eq(text, found(text), None);
        }
    }
}
