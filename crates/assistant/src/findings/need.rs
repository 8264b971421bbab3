//! Need: whether there is a problem that the product solves.

use std::sync::LazyLock;

use regex::Regex;
use synaptiq_domain::qualification::{Criterion, Finding};

use super::{finding, is_supposed};
use crate::text::{Reading, phrases};

/// What a visitor "needs" that is no need for the product: answers, people, papers.
const NO_PURPOSE: &str = concat!(
    r"(?:help|support|an? (?:answer|quote|price|invoice|refund|moment|minute|human|person|number|copy|job|link|receipt|reply|demo)|the (?:price|invoice|link|number|prices|pricing)|your |my |more |some |to (?:know|think|ask|talk|speak|check|see|understand|go|cancel|reset|contact|reach|get in|discuss|sleep|log|change|update|leave|run|be|clarify|decide|look|find out)|",
    r"info|information|approval|time|it for my|this for my|this info|them for my|a lot of|someone|somebody|anything|nothing|aiuto|assistenza|informazioni|sapere|parlare|capire|una? (?:risposta|preventivo|fattura|informazione|demo)|un (?:preventivo|umano|operatore)|",
    r"hilfe|unterstutzung|informationen|infos|ein (?:angebot|mensch)|eine (?:antwort|rechnung|demo|auskunft)|mehr|d'aide|de l'aide|d'informations?|aide|parler|savoir|d'un (?:devis|humain|conseiller)|d'une (?:facture|reponse|demo|information)|de parler|de savoir|",
    r"ayuda|informacion|hablar|saber|una? (?:respuesta|presupuesto|factura|demo)|un (?:presupuesto|humano))"
);

static CONCRETE: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        r"(?:we|i|our (?:team|company|sales team|support team|reps|business))(?:'re|'m|'d|'ll| would| will| are| am|'ve been| have been)? (?:really |currently |also |urgently |desperately |actively )?(?:need(?:ing|s)?|require|looking|searching|in need of|shopping|hunting)(?: for| to)? [a-z][a-z'-]*(?: [a-z0-9'-]+){1,}",
        r"(?:we|i|our {w})(?:'re| are| am|'m|'ve been| have been)? (?:constantly |always |currently |just |often |really |still |keep )*(?:struggl(?:e|es|ing)|suffer(?:s|ing)?|los(?:e|es|ing)|miss(?:es|ing)?|waste(?:s)?|wasting|spend(?:ing)? (?:too much|hours|days|way too|a lot of) ?(?:time|hours)?|drown(?:ing)?|overwhelmed|can'?t keep up|cannot keep up|fail(?:ing)? to|can'?t (?:handle|answer|follow|respond|cope|manage)|cannot (?:handle|answer|follow|respond|cope|manage)|have trouble|have (?:a )?(?:problem|problems|issues|difficulty))(?: {w}){1,}",
        r"(?:our|the|my|main|biggest) (?:main |biggest |current |real )?(?:problem|challenge|pain|pain point|issue|bottleneck|goal|objective|priority|use case|aim) (?:is|are|was|right now is)(?: {w}){1,}",
        r"(?:we|i)(?:'d| would|'re| are|'m| am)? (?:want(?:ing)?|like|hoping|plan(?:ning)?|trying|aim(?:ing)?|intend|going|love|wish|have|thinking|looking) (?:to|of|about) (?:automat\w+|replac\w+|improv\w+|increas\w+|reduc\w+|qualify\w*|captur\w+|convert\w*|switch\w*|migrat\w+|scal\w+|speed\w*|cut|sav\w+|stop|answer\w*|handl\w+|generat\w+|book\w*|respond\w*|boost\w*|free up|centrali[sz]\w+|streamlin\w+|grow|manag\w+|track\w*|route|collect\w*|engage|implement\w*|introduc\w+|deploy\w*|adopt\w*|equip|modernis\w+|consolidat\w+|turn)(?: {w}){0,}",
        r"(?:a |some )?(?:tool|solution|software|system|platform|chatbot|bot|assistant|something|way|agent|ai)(?: {w}){0,3} (?:to help|that helps?|that can|to automate|to qualify|to answer|to capture|to handle|which can|to manage|to replace|for our|for my (?:team|company|shop|business|store|reps)|for (?:qualifying|answering|capturing|handling|booking|our))(?: {w}){1,}",
        r"(?:help|let|enable)s? (?:my|our|the) (?:{w} ){0,2}(?:team|reps|company|staff|agents|department|people)(?: {w}){1,}",
        r"(?:looking|want|wanting|planning|ready|hoping|need|going|decided) to (?:switch|migrate|move away|leave|replace|change)(?: {w}){0,}",
        r"(?:switch(?:ing)?|migrat(?:e|ing)|mov(?:e|ing)) (?:away )?from {w}",
        r"replac(?:e|ing) (?:our |the )?{w}",
        r"(?:unhappy|frustrated|dissatisfied|fed up|tired) (?:with|of) {w}",
        r"(?:no ?body|no one) (?:answers|responds|replies|follows)(?: {w}){1,}",
        r"too (?:many|few) (?:leads|inquiries|enquiries|requests|calls|chats|unqualified|emails)(?: {w}){0,}",
        r"leads? (?:are |is |get |slip |go )(?:lost|slipping|cold|through|unanswered|wasted)(?: {w}){0,}",
        // Italian.
        r"(?:cerchiamo|cerco|stiamo cercando|sto cercando|ci serve|ci servirebbe|mi serve|abbiamo bisogno di|ho bisogno di|avremmo bisogno di|vogliamo|vorremmo|dobbiamo) (?:{w} ?){2,}",
        r"(?:perdiamo|stiamo perdendo|sprechiamo|non riusciamo a|facciamo fatica|fatichiamo|abbiamo (?:un |dei |il )?problem\w+)(?: {w}){1,}",
        r"il (?:nostro|mio) (?:problema|obiettivo|principale problema)(?: {w}){1,}",
        r"(?:passare da|sostituire|cambiare|abbandonare) {w}(?: {w}){0,}",
        r"(?:automatizzare|qualificare|gestire|migliorare|aumentare|ridurre) (?:{w} ?){1,}",
        // A tool that fails, and work that is done by hand, in five languages.
        r"(?:our|the|my) (?:{w} ){0,2}(?:tool|system|software|solution|crm|spreadsheets?|program|process|provider|vendor|app) (?:{w} ){0,2}(?:breaks?|crash(?:es)?|fails?|freezes?|loses?|keeps?|is (?:too )?(?:slow|outdated|broken|old|unreliable|clumsy)|doesn'?t|can'?t|does not|cannot)(?: {w}){1,}",
        r"(?:we|i|our {w}) (?:{w} ){1,8}(?:by hand|manually|(?:with|in|on) (?:spreadsheets?|excel|paper|post-its|sticky notes|a whiteboard))",
        r"(?:il nostro|la nostra|il|la) (?:{w} ){1,3}(?:si blocca|si rompe|non regge|e (?:troppo )?(?:lent[oa]|vecchi[oa]|obsolet[oa]))(?: {w})*",
        r"(?:facciamo|gestiamo|pianifichiamo|inseriamo|seguiamo)(?: {w}){1,6} (?:a mano|manualmente|(?:con|in|su) (?:excel|fogli|carta|un foglio))",
        r"unser\w* {w} (?:verlier(?:t|en)|verschwende(?:t|n)|vergeude(?:t|n)|sturzt|versagt|kampf(?:t|en)|ist (?:zu )?(?:langsam|veraltet|kaputt|umstandlich))(?: {w}){1,}",
        r"(?:wir|ich|unser\w* {w}) (?:{w} ){1,6}(?:von hand|handisch|manuell|(?:mit|in) (?:excel|tabellen)|auf papier)",
        r"not(?:re|s) {w}(?: actuel\w*)? (?:plante|tombe en panne|est (?:trop )?(?:lent|vieux|obsolete)\w*|perd(?:ent)?|gaspillent)(?: {w})*",
        r"(?:nous|on|je) (?:{w} ){1,6}(?:a la main|manuellement|sur (?:excel|papier)|avec (?:excel|des tableurs?))",
        r"nuestr[oa]s? {w}(?: actual\w*)? (?:falla|se (?:cae|bloquea|cuelga)|pierden?|es (?:demasiado |muy )?(?:lent[oa]|viej[oa]|obsolet[oa]))(?: {w})*",
        r"(?:hacemos|gestionamos|planificamos|llevamos)(?: {w}){1,6} (?:a mano|manualmente|(?:con|en) (?:excel|hojas de calculo|papel))",
        // German.
        r"(?:wir|ich) (?:suchen?|brauchen?|benotigen?|wollen|will|mochten?|wurden gern\w*|haben (?:ein |das )?problem\w*|verlieren|kampfen|verschwenden|schaffen es nicht|planen|mussen)(?: {w}){2,}",
        r"(?:unser|das|mein) (?:problem|ziel|hauptproblem|grosstes problem)(?: {w}){1,}",
        r"(?:wechseln|umsteigen|ersetzen|ablosen|automatisieren|qualifizieren)(?: {w}){0,}",
        r"weg von {w}",
        r"(?:suchen|brauchen|benotigen) (?:wir )?(?:dringend |daher |deshalb |aktuell |derzeit )?(?:ein|eine|einen|nach|etwas)(?: {w}){1,}",
        r"unzufrieden mit {w}",
        // French.
        r"(?:nous|on|je) (?:cherch\w+|recherch\w+|av(?:ons|ez)? besoin|ai besoin|voul\w+|voudr\w+|souhait\w+|perd\w+|gaspill\w+|av(?:ons|ait) (?:un |du |des )?(?:probleme|mal)\w*|n'arriv\w+ pas|devons|aimer\w+)(?: {w}){2,}",
        r"j'ai besoin (?:de |d')(?:{w} ?){2,}",
        r"(?:notre|mon|le) (?:probleme|objectif|but)(?: {w}){1,}",
        r"(?:remplacer|quitter|changer de|migrer|automatiser|qualifier|ameliorer) (?:{w} ?){1,}",
        // Spanish.
        r"(?:buscamos|busco|necesitamos|necesito|estamos buscando|estoy buscando|queremos|quisieramos|perdemos|estamos perdiendo|no conseguimos|nos cuesta|tenemos (?:un |el )?problema\w*|nos gustaria)(?: {w}){2,}",
        r"(?:nuestro|el|mi) (?:problema|objetivo|reto)(?: {w}){1,}",
        r"(?:cambiar de|sustituir|reemplazar|dejar|automatizar|cualificar|mejorar) (?:{w} ?){1,}",
    ])
});
static NO_OBJECT: LazyLock<Regex> = LazyLock::new(|| {
    crate::text::raw(&format!(
        r"(?:need(?:ing|s)?|require|looking|searching|in need of|serve|servirebbe|bisogno|cerchiamo|cerco|cercando|vogliamo|vorremmo|dobbiamo|suchen?|brauchen?|benotigen?|wollen|will|mochten?|cherch[a-z]+|recherch[a-z]+|besoin|voul[a-z]+|voudr[a-z]+|souhait[a-z]+|aimer[a-z]+|devons|buscamos|busco|necesitamos|necesito|buscando|queremos|quisieramos|gustaria)(?: for| di| de| d'| nur| auch| noch| bitte| solo| juste)* ?{NO_PURPOSE}"
    ))
});
static JUST_ASKS: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        r"(?:looking|search\w+) (?:for|to find) (?:a |an |some |any )?(?:job|work|position|internship|investor|partner|employment|opportunit\w+|sponsor|link|page|answer|contact|person|place|lavoro|stage|empleo|emploi)",
        r"(?:want|like|love) to (?:see|know|hear|learn|get|have|book|schedule|talk|speak|try|buy a gift|unsubscribe|cancel|apply|sell|offer|introduce|present|propose)",
        r"looking (?:at|forward|good|into your|around)",
        r"(?:vogliamo|vorremmo|cerchiamo) (?:sapere|capire|vedere|parlare|una demo|provare|informazioni|solo)",
        r"(?:wollen|mochten?|will) (?:wir |ich )?(?:nur |gern\w* |mal )*(?:wissen|erfahren|sehen|sprechen|eine demo|fragen|verstehen|kundigen|mehr)",
        r"(?:voudr\w+|voul\w+|aimer\w+|souhait\w+) (?:savoir|connaitre|voir|parler|une demo|avoir|obtenir|comprendre|juste|annuler)",
        r"(?:queremos|quisieramos|nos gustaria) (?:saber|ver|hablar|una demo|conocer|entender|solo|cancelar)",
    ])
});
static FIT: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        r"(?:would|will|does|can|could) (?:it|this|that|your {w}|you)(?: {w}){0,4} (?:work|help|handle|support|fit|suit|integrate|scale)(?: {w}){0,4} (?:for|with|in|us|our|my)(?: {w}){0,}",
        r"(?:can|could) (?:we|i|our team) use (?:it|this|that|your {w})(?: {w}){0,}",
        r"(?:is it|would it be) (?:suitable|right|a good fit|possible|good) (?:for|to)(?: {w}){1,}",
        r"(?:interested in|considering|evaluating|thinking about|exploring|comparing) (?:{w} ?){1,}(?:for (?:our|my)|tool|solution|platform|product|software|chatbot|assistant|enterprise|your|using|it)(?: {w}){0,}",
        r"(?:we|i)(?:'d| would)? (?:like|love|want) (?:to (?:see|book|schedule|get|have|try|request) )?(?:a |the |your )?(?:{w} )?(?:demo|trial|walkthrough|presentation|pilot|proof of concept|poc)",
        r"(?:pricing|price|quote|plan|plans|cost|costs|licen[cs]es?) for (?:our|my|\d+|about|around|a team|a company)(?: {w}){0,}",
        r"(?:book|schedule|arrange|request) (?:a |the |your )?(?:{w} )?demo",
        r"for (?:our|my) (?:team|company|shop|business|store|website|reps|sales team|agency|firm)",
        r"(?:sarebbe|e) (?:adatto|possibile|utile) (?:{w} ?){1,}",
        r"(?:funziona|va bene|funzionerebbe) (?:per|con) (?:{w} ?){1,}",
        r"(?:interessat\w+|valutando|stiamo valutando) (?:{w} ?){1,}",
        r"(?:vorrei|vorremmo|voglio|possiamo) (?:vedere |prenotare |fissare |avere |fare )?una demo",
        r"per (?:la nostra|il nostro|la mia|il mio) (?:{w} ?){1,}",
        r"(?:eignet sich|passt|funktioniert)(?: {w}){0,3} (?:fur|mit|bei)(?: {w}){1,}",
        r"(?:interessier\w+|interesse an|evaluieren|prufen)(?: {w}){1,}",
        r"(?:mochten?|wurden?|hatten?|will|wollen)(?: {w}){0,3} (?:demo|testen|vorfuhrung)",
        r"fur (?:unser|mein)(?:e|en)? (?:{w} ?){1,}",
        r"(?:est-ce|c'est|serait-ce) (?:que )?(?:{w} )?(?:adapte|possible|compatible)(?: {w}){0,}",
        r"(?:interesse\w*) (?:par|pour) (?:{w} ?){1,}",
        r"(?:voudr\w+|aimer\w+|souhait\w+|voul\w+)(?: {w}){0,2} (?:demo|demonstration|essai)",
        r"pour (?:notre|mon|ma) (?:{w} ?){1,}",
        r"(?:sirve|funciona|funcionaria|vale) (?:para|con) (?:{w} ?){1,}",
        r"(?:interesad\w+ en|evaluando|valorando) (?:{w} ?){1,}",
        r"(?:quiero|queremos|quisiera|me gustaria|nos gustaria)(?: {w}){0,2} (?:demo|demostracion|prueba)",
        r"para (?:nuestr[oa]|mi) (?:{w} ?){1,}",
    ])
});
static IDLE: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "(?:just|only|simply) (?:curious|browsing|looking(?: around)?|checking(?: it)? out|wondering|exploring|playing around)",
        "out of (?:pure )?curiosity",
        "for fun",
        "no particular (?:reason|need)",
        "(?:solo|semplice) (?:curiosita|curiosando|un'occhiata|dare un'occhiata)",
        "per curiosita",
        "sto solo (?:guardando|curiosando)",
        "(?:nur|bloss) (?:neugierig|mal (?:schauen|gucken|umsehen)|aus neugier|so)",
        "schaue? (?:mich )?nur (?:mal )?um",
        "aus (?:reiner )?neugier",
        "(?:par|simple|juste par) curiosite",
        "je (?:regarde|suis) juste(?: curieux| curieuse)?",
        "(?:juste|simplement) (?:curieux|curieuse|regarder)",
        "(?:solo|por|simple) curiosidad",
        "solo (?:estoy )?(?:mirando|curioseando)",
        "por curiosear",
    ])
});
static NONE: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "(?:we|i) (?:really |actually |just )?(?:don'?t|do not|won'?t|no longer) (?:really |actually )?need (?:it|this|that|any|a|your|another|one)(?: {w}){0,}",
        "(?:no|not any) need for (?:it|this|that|any|a)(?: {w}){0,}",
        "(?:we|i) already have (?:a |one|everything|something|our own|all we need)(?: {w}){0,}(?:that works|we like|we love|and (?:we're|it)|happy|fine|good)?",
        "(?:happy|satisfied|fine) with (?:what we have|our current|the current|{w})",
        "non (?:ci|mi) serve(?: {w}){0,}",
        "non (?:ne )?(?:abbiamo|ho) bisogno(?: {w}){0,}",
        "(?:wir )?brauchen (?:wir )?(?:das |es |so etwas |sowas )?(?:nicht|kein\\w*)(?: {w}){0,}",
        "kein(?:en)? bedarf",
        "(?:nous n'avons|je n'ai|on n'a) pas besoin(?: {w}){0,}",
        "pas besoin(?: {w}){0,}",
        "no (?:lo )?necesit(?:o|amos)(?: {w}){0,}",
        "no nos hace falta(?: {w}){0,}",
    ])
});

/// Whether there is a problem that the product solves. `asked` says that the last answer asked
/// for it, so that a sentence of a few words is an answer.
pub(crate) fn need(reading: &Reading<'_>, replaces: bool, asked: bool) -> Option<Finding> {
    if let Some(none) = NONE.find_iter(reading.folded()).find(|found| {
        !is_supposed(reading.before(found.start()))
            && !reading.sentence_at(found.start()).question
            && !found.as_str().contains("already have")
    }) {
        return finding(reading, Criterion::Need, 0, &none.range());
    }
    let concrete = CONCRETE.find_iter(reading.folded()).find(|found| is_own(reading, found.start(), found.as_str()));
    if let Some(concrete) = concrete {
        return finding(reading, Criterion::Need, 100, &concrete.range());
    }
    if let Some(idle) = IDLE.find(reading.folded()) {
        return finding(reading, Criterion::Need, 20, &idle.range());
    }
    if let Some(fit) = FIT.find_iter(reading.folded()).find(|found| !is_supposed(reading.before(found.start()))) {
        return finding(reading, Criterion::Need, if replaces { 100 } else { 60 }, &fit.range());
    }
    let first = reading.sentences().first()?;
    let words = reading.folded().split(' ').count();
    let says_something = asked && words >= 3 && !first.question && !is_refusal(reading.folded());
    if says_something { finding(reading, Criterion::Need, 100, &first.span) } else { None }
}

fn is_own(reading: &Reading<'_>, at: usize, words: &str) -> bool {
    let before = reading.before(at);
    let rest = reading.after(at);
    let negated = ["don't ", "dont ", "not ", "non ", "nicht ", "ne ", "no ", "you ", "they "]
        .iter()
        .any(|word| before.ends_with(word));
    let no_object = NO_OBJECT.find(rest).is_some_and(|found| found.start() < 40);
    let just_asks = JUST_ASKS.find(rest).is_some_and(|found| found.start() < 24);
    !negated && !is_supposed(before) && !no_object && !just_asks && words.len() > 8
}

fn is_refusal(folded: &str) -> bool {
    static REFUSAL: LazyLock<Regex> = LazyLock::new(|| {
        phrases(&[
            "no",
            "nothing",
            "none",
            "not sure",
            "don'?t know",
            "dunno",
            "no idea",
            "non so",
            "niente",
            "nein",
            "weiss nicht",
            "keine ahnung",
            "je ne sais pas",
            "rien",
            "no se",
            "nada",
            "why",
            "not (?:now|interested)",
            "skip",
            "thanks?",
            "grazie",
            "danke",
            "merci",
            "gracias",
        ])
    });
    REFUSAL.is_match(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<u8> {
        let reading = Reading::new(text);
        let replaces = crate::facts::competitor(&reading).is_some();
        let finding = need(&reading, replaces, false)?;
        assert!(text.contains(&finding.quote), "{text}");
        Some(finding.grade.get())
    }

    #[test]
    fn needs_are_graded() {
        let mut rows = crate::rows::Rows::default();
        for (text, grade) in [
            ("We need software to help our reps answer prospects at night.", 100),
            ("We're losing leads at night because nobody answers", 100),
            ("We struggle to follow up with every visitor", 100),
            ("We're using Drift at the moment and want to switch.", 100),
            ("we want to automate lead qualification", 100),
            ("Our biggest problem is slow response times", 100),
            ("We need something for our support team that answers at night", 100),
            ("Would it work for our online shop?", 60),
            ("I'd like to see a demo", 60),
            ("just curious", 20),
            ("I'm only browsing", 20),
            ("We don't need it", 0),
            ("Cerchiamo uno strumento per gestire i contatti del sito", 100),
            ("Perdiamo troppi clienti di notte", 100),
            ("non ci serve", 0),
            ("solo curiosità", 20),
            ("Wir suchen ein Werkzeug für unseren Vertrieb", 100),
            ("Wir verlieren zu viele Anfragen", 100),
            ("Our current software crashes twice a week", 100),
            ("We answer all requests by hand", 100),
            ("Unsere Monteure verlieren jeden Tag Zeit", 100),
            ("Il nostro gestionale si blocca sempre", 100),
            ("Notre logiciel actuel plante tous les jours", 100),
            ("Planificamos las visitas con hojas de cálculo", 100),
            ("Wir haben 80 Mitarbeiter und suchen eine Lösung für den Kundendienst", 100),
            ("Das brauchen wir nicht", 0),
            ("Nous cherchons un outil pour notre équipe", 100),
            ("J'ai besoin d'un assistant pour mon site", 100),
            ("nous n'avons pas besoin de ça", 0),
            ("Necesitamos una herramienta para el equipo de ventas", 100),
            ("Estamos perdiendo muchos contactos", 100),
            ("por curiosidad", 20),
        ] {
            rows.eq(text, found(text), Some(grade));
        }
    }

    #[test]
    fn plain_questions_are_no_need() {
        let mut rows = crate::rows::Rows::default();
        for text in [
            "How much does it cost?",
            "I need help",
            "I need to talk to a human",
            "I need to reset my password",
            "maria@cloudsoft.io",
            "What integrations do you have?",
            "I'm looking for a job",
            "Ho bisogno di aiuto",
            "Ich brauche Hilfe mit meinem Konto",
            "J'ai besoin d'aide",
            "Necesito ayuda con mi cuenta",
            "hello",
        ] {
            rows.eq(text, found(text), None);
        }
    }
}
