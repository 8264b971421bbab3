//! Authority: who decides. What is said about deciding counts before what a job suggests.

use std::sync::LazyLock;

use regex::Regex;
use synaptiq_domain::qualification::{Criterion, Finding};

use super::{finding, is_supposed};
use crate::{
    facts::{Rank, Title},
    text::{Reading, phrases},
};

/// Somebody else decides.
static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "(?:my|our|the) (?:{w} ){0,2}(?:boss|manager|ceo|cto|cfo|director|board|team lead|management|supervisor|owner|chief|head|procurement|partner|founder|leadership|company)(?: [a-z]+)? (?:decides?|will decide|has to (?:decide|approve|sign)|needs to (?:decide|approve|sign)|must (?:approve|decide)|makes? (?:the|that|this|all|those) (?:final )?(?:decisions?|call)|approves|signs off|has the (?:final|last) (?:say|word))",
        "(?:i|we)(?:'ll| will)? (?:need|have|must|'d need|would need|would have|got) (?:to )?(?:ask|check with|get (?:approval|the ok|permission|sign-?off)(?: from| by)?|consult|convince|run (?:it|this) by|talk to|speak (?:to|with)) (?:my|our|the) (?:{w} ){0,2}(?:boss|manager|ceo|cto|cfo|director|board|management|supervisor|boss's|chief|head|team|leadership|partner)?",
        "(?:i|we) need (?:approval|permission|sign-?off) from",
        "(?:i'?m|i am) not (?:the )?(?:decision[- ]maker|one who decides|the one deciding|in charge)",
        "(?:it'?s|it is|that'?s|that is|this is) not (?:my|up to me|mine)(?: decision| call| to decide)?",
        "i (?:don'?t|do not|can'?t|cannot) (?:decide|make (?:the|that|this) (?:decision|call)|sign)(?: that| this| it| alone| on my own| by myself)*",
        "(?:not|isn'?t) (?:up to me|my (?:decision|call))",
        "(?:my|our) (?:boss|manager|ceo|director) asked me to (?:look|research|check|find|collect|gather)",
        "i(?:'m| am) (?:an |the )?intern",
        "(?:i|we)(?:'ll| will)(?: have to| need to)? (?:ask|check with|talk to|speak (?:to|with)|run (?:it|this) by) (?:my|our|the) (?:{w} ){0,2}(?:boss|manager|ceo|cto|cfo|director|board|management|supervisor|chief|team lead|partner)",
        "on behalf of my (?:boss|manager|ceo|director)",
        "(?:decide|decidera|deve (?:decidere|approvare)|approva) (?:il|la|lo) (?:mi[oa] |nostr[oa] )?(?:capo|direttore|direttrice|titolare|responsabile|direzione|ceo|consiglio|dirigenza|superiore|amministratore)",
        "(?:il|la) (?:mi[oa] |nostr[oa] )(?:capo|direttore|direttrice|titolare|responsabile|direzione|ceo|superiore|socio) (?:decide|decidera|deve (?:decidere|approvare)|approva|ha l'ultima parola)",
        "(?:devo|dovrei|dovro) (?:chiedere|parlare|sentire|consultare|sentirmi)(?: con)? (?:al|alla|il|la|con il|con la|col)? ?(?:mi[oa] |nostr[oa] )?(?:capo|direttore|direttrice|titolare|responsabile|direzione|ceo|superiore|socio)",
        "non (?:decido|sono) io(?: a decidere| che decido)?",
        "non spetta a me",
        "la decisione non (?:e|spetta)",
        "(?:mein|unser)e? (?:chef|chefin|vorgesetzter|vorgesetzte|geschaftsfuhrer|geschaftsfuhrung|vorstand|leitung|boss|abteilungsleiter|chefetage) (?:entscheidet|muss (?:das |es |noch )*(?:entscheiden|zustimmen|genehmigen|freigeben)|hat das letzte wort)",
        "(?:das |es |daruber )?entscheidet (?:mein|unser|die|der)e? (?:chef|chefin|vorgesetzter?|geschaftsfuhrer|geschaftsfuhrung|vorstand|leitung)",
        "muss (?:ich )?(?:das |es |noch |erst |zuerst )*(?:mit )?(?:mein|unser)(?:e|en|em|er) (?:chef|chefin|vorgesetzten|geschaftsfuhr\\w+|vorstand)(?: \\w+){0,2} ?(?:fragen|klaren|absprechen|besprechen|abstimmen)?",
        "ich entscheide (?:das |es )?nicht",
        "nicht meine entscheidung",
        "bin nicht (?:der |die )?entscheid(?:er|erin)",
        "(?:mon|ma|notre|le|la) (?:patron|patronne|chef|cheffe|directeur|directrice|direction|responsable|pdg|gerant|superieur|comite)(?: \\w+)? (?:decide|decidera|doit (?:decider|valider|approuver)|valide|tranche|a le dernier mot)",
        "(?:je dois|il faut que je|il me faut) (?:en )?(?:demand\\w+|parl\\w+|consult\\w+|l'accord|valid\\w+)(?: avec| a| de| aupres de)* (?:mon|ma|notre|la) (?:patron|patronne|chef|cheffe|directeur|directrice|direction|responsable|superieur)",
        "(?:ce n'est pas|c'est pas) (?:moi qui decide|ma decision|a moi de decider)",
        "je ne decide pas",
        "je ne suis pas (?:le |la )?decid\\w+",
        "(?:mi|nuestr[oa]|el|la) (?:jef[ea]|director|directora|gerente|direccion|responsable|ceo|superior|dueno)(?: \\w+)? (?:decide|decidira|tiene que (?:decidir|aprobar)|debe (?:decidir|aprobar)|lo aprueba|tiene la ultima palabra)",
        "lo decide (?:mi|nuestr[oa]|el|la) (?:jef[ea]|director|directora|gerente|direccion)",
        "(?:tengo|tendria|tendre|debo) (?:que )?(?:preguntar|consultar|hablar|hablarlo|consultarlo|preguntarlo)(?:le)?(?:lo)?(?: con| a)? (?:mi|nuestr[oa]|la|el|al) (?:jef[ea]|director|directora|gerente|direccion|responsable|superior)",
        "no (?:lo )?decido yo",
        "no es mi decision",
        "no depende de mi",
    ])
});
/// The visitor decides.
static SELF: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "(?:i'?m|i am|as) (?:also )?(?:the|a|one of the)? ?(?:main |final |sole |only |key )?decision[- ]?makers?",
        "i (?:can |will |do |'ll )?(?:decide|make (?:all )?(?:the|our|this|that|those|these|all)(?: final| buying| purchasing)* (?:decisions?|call))(?: that| this| it| myself| alone| on (?:this|that|it))*",
        "(?:it'?s|it is|that'?s|that is|the decision is|this is) (?:entirely |all |completely )?(?:my (?:decision|call)|up to me|mine(?: to make)?)",
        "i(?:'m the one who| can| will|'ll)? (?:sign(?:s)? (?:off|the contract|contracts|it|the)|approves? (?:the )?(?:purchase|purchases|budget|budgets|it))",
        "i (?:have|own|hold|control|manage) (?:the )?(?:final (?:say|word|decision)|last word|budget|purchase decision|purse strings|authority)",
        "i(?:'m| am) (?:responsible for|in charge of|authori[sz]ed to|the one (?:deciding|who decides)) ?(?:the |this |that |all )?(?:purchas\\w+|buying|decision|decisions|buy|procurement|budget|decide|sign)?",
        "i don'?t need (?:anyone(?:'s|s)?|any) (?:approval|permission)",
        "nobody else (?:has to|needs to|must) (?:approve|decide)",
        "decido io",
        "(?:sono|io) (?:io )?(?:a decidere|che decido|quello che decide|quella che decide)",
        "la decisione (?:e|spetta) (?:mia|a me)",
        "sono (?:io )?(?:il|la) (?:decisore|responsabile (?:della decisione|dell'acquisto|degli acquisti))",
        "(?:firmo|approvo) io",
        "ho l'ultima parola",
        "spetta a me",
        "ich (?:entscheide|treffe (?:die|diese) entscheidung)(?: das| es| selbst| allein| daruber)*",
        "(?:das |die entscheidung |es )?(?:liegt bei mir|ist meine entscheidung|entscheide ich)(?: selbst| allein)?",
        "ich bin (?:der |die |hier )*(?:entscheider|entscheiderin|entscheidungstrager\\w*)",
        "ich habe das letzte wort",
        "ich bin (?:fur (?:den einkauf|die entscheidung|die beschaffung)) (?:zustandig|verantwortlich)",
        "(?:c'est )?moi qui (?:decide|tranche|signe|valide)(?:s)?",
        "je (?:decide|prends la decision|prends les decisions|tranche)(?: moi-meme| seule?)?",
        "(?:c'est|la decision est) (?:ma decision|la mienne|a moi)",
        "je suis (?:le |la |un |une )?(?:decideu(?:r|se)|decisionnaire)",
        "j'ai le dernier mot",
        "(?:yo )?(?:lo )?decido yo",
        "yo (?:decido|tomo (?:la|las|esta|esa) decisi\\w+)",
        "tomo yo (?:la|las) decisi\\w+",
        "la decision es (?:mia|cosa mia)",
        "depende (?:solo )?de mi",
        "soy (?:yo )?(?:quien (?:decide|toma)|el que decide|la que decide|(?:el |la )?(?:decisor|decisora|responsable de (?:la decision|la compra|compras)))",
        "tengo la ultima palabra",
    ])
});
/// The visitor has a say.
static INFLUENCE: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "(?:we|my (?:boss|partner|manager|co-?founder|team) and i) (?:decide|make (?:the|this|that) decision)(?: \\w+)? ?(?:together|jointly|as a team)?",
        "decide together",
        "i (?:recommend|evaluate|shortlist|advise|influence|pre-?select|propose)(?: \\w+){0,3}",
        "i(?:'m| am| was| have been|'ve been) (?:asked to (?:evaluate|recommend|shortlist|find|look)|evaluating|shortlisting|part of the (?:buying|decision|evaluation|purchasing)\\w*(?: \\w+)?|on the (?:buying|evaluation|selection) (?:team|committee))",
        "i have (?:a|some) (?:say|influence|input)",
        "i make (?:the |a )?recommendations?",
        "i'?m involved in the (?:decision|purchase)",
        "decidiamo insieme",
        "(?:faccio|do) (?:una |la )?(?:raccomandazione|valutazione)",
        "sto valutando per",
        "(?:io )?(?:propongo|consiglio|raccomando) ",
        "wir entscheiden (?:das )?(?:gemeinsam|zusammen|im team)",
        "ich (?:empfehle|bereite die entscheidung vor|evaluiere|gebe eine empfehlung)",
        "nous decidons ensemble",
        "on decide ensemble",
        "je (?:recommande|conseille|propose|fais une recommandation)",
        "decidimos juntos",
        "lo decidimos (?:juntos|en equipo|entre todos)",
        "yo (?:recomiendo|propongo|evaluo)",
    ])
});
static YES: LazyLock<Regex> = LazyLock::new(|| {
    crate::text::raw(
        r"^(?:yes|yeah|yep|yup|sure|correct|right|absolutely|i do|i am|that's me|that would be me|me|myself|just me|indeed|si|certo|esatto|io|ja|genau|richtig|jawohl|klar|ich|oui|exactement|tout a fait|moi|claro|correcto|exacto|yo)(?:\b|$)",
    )
});
static NO: LazyLock<Regex> = LazyLock::new(|| {
    crate::text::raw(
        r"^(?:no|nope|nah|not really|not me|not exactly|not alone|unfortunately not|non|nein|leider nicht|nicht wirklich|pas vraiment|pas moi|no realmente)(?:\b|$)",
    )
});
static SOMEONE: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "my (?:boss|manager|ceo|director|partner)",
        "our (?:ceo|cto|cfo|director|board|management|owner|founder|procurement|boss)",
        "the (?:board|management|ceo|owner)",
        "il mio (?:capo|direttore|titolare)",
        "mein(?:e)? (?:chef|chefin|vorgesetzter)",
        "unser(?:e)? (?:chef|chefin|geschaftsfuhr\\w+|vorstand)",
        "mon (?:chef|patron|directeur)",
        "ma (?:direction|cheffe)",
        "mi jef[ea]",
        "la direccion",
        "la direzione",
        "la direction",
    ])
});

/// How much say the visitor has. `asked` says that the last answer asked who decides.
pub(crate) fn authority(reading: &Reading<'_>, title: Option<&Title>, asked: bool) -> Option<Finding> {
    let said = [(&*OTHERS, 20), (&*INFLUENCE, 60), (&*SELF, 100)].into_iter().find_map(|(pattern, grade)| {
        let found = pattern.find_iter(reading.folded()).find(|found| holds(reading, found.start(), grade))?;
        finding(reading, Criterion::Authority, grade, &found.range())
    });
    if said.is_some() {
        return said;
    }
    if asked {
        let start = reading.sentences().first().map_or(0, |sentence| sentence.span.start);
        let text = reading.folded().get(start..).unwrap_or_default();
        let grade =
            if NO.is_match(text) || SOMEONE.is_match(text) { Some(20) } else { YES.is_match(text).then_some(100) };
        if let Some(grade) = grade {
            let first = reading.sentences().first()?.span.clone();
            return finding(reading, Criterion::Authority, grade, &first);
        }
    }
    let title = title?;
    let grade = match title.rank {
        Rank::Decides => 100,
        Rank::Recommends => 60,
        Rank::Open => return None,
    };
    finding(reading, Criterion::Authority, grade, &title.span)
}

fn holds(reading: &Reading<'_>, at: usize, grade: u8) -> bool {
    let before = reading.before(at);
    let negated = grade > 20
        && ["not ", "n't ", "non ", "nicht ", "pas ", "no ", "before ", "until ", "when ", "once ", "help ", "let "]
            .iter()
            .any(|word| before.ends_with(word));
    let question = reading.sentence_at(at).question && grade > 20;
    !negated && !question && !is_supposed(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, asked: bool) -> Option<u8> {
        let reading = Reading::new(text);
        let finding = authority(&reading, crate::facts::title(&reading).as_ref(), asked)?;
        assert!(text.contains(&finding.quote), "{text}");
        Some(finding.grade.get())
    }

    #[test]
    fn who_decides_is_graded() {
        let mut rows = crate::rows::Rows::default();
        for (text, grade) in [
            ("I'm the decision maker", 100),
            ("It's my decision", 100),
            ("I make the final decision", 100),
            ("I sign off on tools like this", 100),
            ("I'm the CEO", 100),
            ("I'm Head of Sales at Acme", 100),
            ("I'm the marketing manager", 60),
            ("I recommend tools to our board", 60),
            ("we decide together", 60),
            ("My boss decides", 20),
            ("I need to ask my manager", 20),
            ("I'll ask my boss", 20),
            ("Our CEO has to approve it", 20),
            ("I'm the marketing manager but my boss decides", 20),
            ("That's not my decision", 20),
            ("Decido io", 100),
            ("Sono il titolare", 100),
            ("Decide il mio capo", 20),
            ("Devo chiedere al direttore", 20),
            ("Ich entscheide das", 100),
            ("Ich bin Geschäftsführer", 100),
            ("Mein Chef entscheidet", 20),
            ("Das muss ich mit meiner Chefin besprechen", 20),
            ("C'est moi qui décide", 100),
            ("Je suis la directrice commerciale", 100),
            ("Mon directeur décide", 20),
            ("Decido yo", 100),
            ("Soy el jefe de compras", 100),
            ("Lo decide mi jefe", 20),
        ] {
            rows.eq(text, found(text, false), Some(grade));
        }
    }

    #[test]
    fn a_short_answer_counts_where_it_was_asked_for() {
        let mut rows = crate::rows::Rows::default();
        for (text, grade) in [
            ("yes, I do", 100),
            ("Yes", 100),
            ("sì", 100),
            ("ja, genau", 100),
            ("oui", 100),
            ("no", 20),
            ("nein, leider nicht", 20),
            ("my boss", 20),
        ] {
            rows.eq(text, found(text, true), Some(grade));
        }
        assert_eq!(found("Yes", false), None);
    }

    #[test]
    fn what_says_nothing_about_deciding_gives_nothing() {
        let mut rows = crate::rows::Rows::default();
        for text in [
            "I'm a developer",
            "Who decides that?",
            "If I were the CEO I'd buy",
            "help me decide",
            "I can't decide which plan fits",
            "we haven't made a decision",
            "What do decision makers say?",
        ] {
            let grade = found(text, false);
            rows.holds(text, grade.is_none() || (text.starts_with("I can't") && grade == Some(20)));
        }
    }
}
