//! What decides without points: students, job seekers, vendors, spam, and "not now".

use std::sync::LazyLock;

use regex::Regex;
use synaptiq_domain::{
    lead::Grade,
    qualification::{Finding, Signal, Topic},
};

use crate::text::{Reading, phrases};

/// The pattern that gives a signal, and the one that takes it back.
struct Words {
    signal: Signal,
    given: Regex,
    taken_back: Option<Regex>,
}

static WORDS: LazyLock<[Words; 5]> = LazyLock::new(|| {
    [
        Words {
            signal: Signal::Spam,
            given: phrases(&[
                "online casino\\w*",
                "casino bonus\\w*",
                "free spins",
                "viagra",
                "cialis",
                "cheap (?:pills|meds)",
                "porn\\w*",
                "sexy (?:girls|singles)",
                "hot singles",
                "you(?:'ve| have) (?:won|been selected to (?:win|receive))",
                "claim your (?:prize|reward|gift|bonus)",
                "click (?:here|this link|the link)(?: below)? (?:to|and|for|now)(?: {w}){0,3} (?:win|claim|earn|free|prize|money|bonus)",
                "(?:double|triple|multiply) your (?:bitcoin|crypto|money|investment|income)",
                "(?:bitcoin|crypto|forex) (?:investment|trading|giveaway|signals|profits?)(?: {w})*",
                "guaranteed (?:profits?|returns?|income|rankings?)",
                "make (?:money|\\$\\d+\\w*)(?: {w}){0,2} (?:fast|online|from home|daily|a day|per day)",
                "earn \\$ ?\\d\\S*(?: {w}){0,3}",
                "(?:instant|quick|personal|business) loans?(?: offer| approved| at| up to| available)",
                "work from home and (?:earn|make)",
                "(?:nigerian|foreign) prince",
                "inheritance of",
                "wire transfer of",
                "whatsapp me for (?:investment|loan|profit)\\w*",
                "miracle (?:cure|diet)",
                "lose \\d+ (?:kg|pounds|lbs|kilos)",
                "casino online",
                "hai vinto",
                "guadagna (?:subito|\\d+|soldi|da casa)(?: {w}){0,3}",
                "soldi facili",
                "prestit[oi] (?:facil[ei]|veloc[ei]|immediat[oi])",
                "gewonnen(?: haben| hast)? (?:sie |du )?(?:ein|einen|eine)",
                "(?:schnell|sofort) (?:geld|reich) (?:verdienen|werden)",
                "sofortkredit\\w*",
                "online-?casino",
                "vous avez gagne",
                "gagne[zr]? (?:de l'argent|\\d+)(?: {w}){0,3}",
                "argent facile",
                "pret (?:rapide|immediat)",
                "has ganado(?: un)?",
                "gana (?:dinero|\\d+)(?: {w}){0,3}",
                "dinero (?:facil|rapido)",
                "prestamos? (?:rapidos?|inmediatos?)",
            ]),
            taken_back: None,
        },
        Words {
            signal: Signal::Vendor,
            given: phrases(&[
                "(?:we|i|our (?:company|agency|team|firm))(?: can| could|'d like to| would like to| want to|'re| are)? (?:offer|provide|sell|deliver|speciali[sz]e in|promot\\w+)(?:ing)? (?:you |your company |your business |a |an |our |the |high[- ]quality |affordable |professional |top |cheap |premium |custom |full |you with |to you )*(?:seo|backlinks?|web ?(?:site )?(?:design|development)|app development|mobile apps|lead lists?|leads lists?|email lists?|contact lists?|marketing services|software development|development services|it services|outsourcing|link building|guest posts?|design services|consulting services|translation services|accounting services|recruitment services|staffing|lead generation services?|social media (?:management|marketing)|services|b2b (?:data|leads)|databases?|logo design|video production)(?: {w})*",
                "(?:guest post|sponsored (?:post|article|content)|link exchange|backlinks?|link insertion)(?: {w}){0,4} (?:on|to|for|from) your (?:site|website|blog|domain)",
                "(?:increase|boost|improve|double|grow) your (?:website )?(?:traffic|ranking|rankings|seo|google ranking|sales|revenue|visibility|online presence|conversion\\w*)(?: {w}){0,4}",
                "rank (?:your (?:site|website)|you) (?:on|at|#?1|number)(?: {w})*",
                "(?:i'd like to|i would like to|let me|i want to|i'm reaching out to|i am reaching out to|reaching out to|writing to|we'd like to|we would like to|allow me to) (?:introduce|offer|present|pitch|sell|propose|showcase)(?: you)? (?:our|my|a|you|the|some)(?: {w}){1,}",
                "we help (?:companies|businesses|firms|startups|brands|agencies|saas) (?:like yours|such as yours|like you|to (?:grow|scale|increase|rank|get|find|hire))(?: {w})*",
                "(?:are you|would you be) (?:interested in|open to) (?:buying|purchasing|our|outsourcing|selling|acquiring|a partnership where)(?: {w})*",
                "(?:outsource|outsourcing) (?:your|to us)(?: {w})*",
                "(?:our|my) (?:agency|services?|portfolio|rates)(?: (?:can|could|will|would|start|include|offers?|are|is))(?: {w}){1,}",
                "(?:hire|buy from|work with) (?:us|our (?:developers|team|agency|designers|virtual assistants)) (?:to|for|and|at|as)(?: {w})*",
                "who (?:handles|is responsible for|manages|takes care of) (?:your )?(?:marketing|purchasing|procurement|seo|advertising|it)(?: purchases| decisions)? (?:at your|in your|so i can|because we (?:offer|sell))(?: {w})*",
                "(?:special|exclusive) offer for (?:your (?:company|business|website))",
                "(?:reaching out|writing)(?: to you)? because (?:we|i) (?:sell|offer|provide)(?: {w})*",
                "(?:would|could|might|will) be an? (?:great|good|perfect|natural|ideal) (?:fit|match) for your (?:{w} ){0,2}(?:team|company|business|website|brand)",
                "(?:we|i) can (?:give|get|sell|send|deliver) you [0-9.,k]+ (?:{w} ){0,2}(?:contacts|leads|visitors|followers|backlinks|clients|customers|e-?mails|addresses)",
                "buy our (?:leads|lists?|services?|data)",
                "we are (?:a|an) (?:\\w+[ -]){0,3}(?:agency|supplier|manufacturer|outsourcing company|development company|vendor) (?:from|based|in|that|and|offering|specialized|specialising|looking for (?:new )?(?:clients|customers|partners))(?: {w})*",
                "(?:vi|le|ti) (?:proponiamo|offriamo|presentiamo|propongo|offro|presento)(?: {w}){1,}",
                "(?:vorrei|vorremmo|volevo|desidero) (?:proporvi|presentarvi|offrirvi|proporle|presentarle|offrirle|vendervi)(?: {w}){1,}",
                "(?:offriamo|forniamo|realizziamo|vendiamo) (?:servizi|siti|consulenza|campagne|liste|database|backlink)(?: {w})*",
                "i nostri servizi di(?: {w}){1,}",
                "(?:aumentare|migliorare) (?:il traffico|la visibilita|il posizionamento)(?: {w}){0,2} (?:del vostro|vostro|del suo|sul vostro)(?: {w})*",
                "siamo un'agenzia(?: {w}){1,}",
                "ci occupiamo di (?:seo|marketing|web|siti)(?: {w})*",
                "(?:wir|ich) (?:biete|bieten|verkaufen?|vertreiben?) (?:ihnen |euch |unsere? |professionelle |gunstige |hochwertige )*(?:\\w+-?)?(?:dienstleistung\\w*|seo\\w*|webdesign|backlinks?|adress\\w*|kontaktdaten|leadlisten|services?|softwareentwicklung|entwickler|marketing\\w*|webseiten|leistungen)(?: {w})*",
                "(?:mochten?|wurden?) (?:wir |ich )?(?:ihnen|euch) (?:gern\\w* )?(?:unser\\w*|mein\\w*|ein\\w*)(?: {w}){0,5} (?:anbieten|vorstellen|prasentieren)",
                "unsere (?:agentur|dienstleistungen|leistungen) (?:{w} ?){1,}",
                "(?:ihr|euer|ihre|eure) (?:google[- ]?ranking|website|webseite|sichtbarkeit|ranking)(?: {w}){0,3} (?:verbessern|optimieren|steigern)",
                "wir sind eine (?:\\w+-?)?agentur(?: {w})*",
                "gastbeitrag(?: {w}){0,4} (?:auf|website|blog|seite)(?: {w})*",
                "interesse an (?:einem gastbeitrag|backlinks|adressen|unseren (?:leistungen|dienstleistungen))",
                "(?:nous|je) (?:vous )?(?:propos(?:ons|e)|offr(?:ons|e)|vend(?:ons|s)) (?:nos|des|mes|une?|notre|vos)? ?(?:services?|prestations?|backlinks?|fichiers?|bases? de donnees|referencement|sites?|solutions? de|creation)(?: {w})*",
                "(?:souhait\\w+|voudr\\w+|aimer\\w+) vous (?:presenter|proposer|offrir|vendre)(?: {w}){1,}",
                "(?:ameliorer|augmenter|booster) (?:votre|le) (?:referencement|trafic|visibilite|chiffre)(?: {w})*",
                "nous sommes une agence(?: {w}){1,}",
                "article (?:invite|sponsorise)(?: {w})*",
                "nos (?:services|prestations) de(?: {w}){1,}",
                "(?:le|les|os|te) (?:ofrecemos|ofrezco|proponemos|propongo|presentamos)(?: {w}){1,}",
                "(?:ofrecemos|vendemos|proporcionamos) (?:servicios?|enlaces|backlinks|bases? de datos|desarrollo|diseno|marketing|posicionamiento)(?: {w})*",
                "(?:quisiera|quisieramos|quiero|queremos|me gustaria|nos gustaria) (?:ofrecer(?:le|les|os|te)|presentar(?:le|les|os|te)|proponer(?:le|les|os|te)|vender(?:le|les|os|te))(?: {w})*",
                "(?:mejorar|aumentar) (?:su|vuestro|el|tu) (?:posicionamiento|trafico|visibilidad|web)(?: {w})*",
                "somos una agencia(?: {w}){1,}",
                "nuestros servicios de(?: {w}){1,}",
            ]),
            taken_back: Some(phrases(&[
                "(?:i'?m|i am|we'?re|we are) not (?:a vendor|vendors|selling|trying to sell|here to sell)(?: {w})*",
                "non (?:vendo|vendiamo)(?: niente| nulla)?",
                "(?:wir|ich) (?:verkaufen?|biete\\w*) nichts(?: an)?",
                "(?:nous ne|je ne) vend\\w+ rien",
                "no (?:vendo|vendemos) nada",
            ])),
        },
        Words {
            signal: Signal::JobSeeker,
            given: phrases(&[
                "(?:i'?m |i am |we'?re )?(?:looking|searching|hunting|applying) (?:for|to) (?:a |an |any |some |new |full[- ]?time |part[- ]?time |remote |open |the )*(?:jobs?|work|positions?|internships?|employment|roles?|vacanc(?:y|ies)|openings?|apprenticeship|job opportunit\\w+|career opportunit\\w+)(?: {w}){0,6}",
                "are you (?:currently |still )?(?:hiring|recruiting)(?: {w})*",
                "(?:do you have|are there|have you got|any) (?:any |open |current |job )*(?:vacanc(?:y|ies)|job openings?|openings|open positions?|jobs|internships?|open roles?)(?: {w})*",
                "(?:my|attached) (?:cv|resume|curriculum vitae|job application)(?: {w})*",
                "(?:send|submit|sent|share|email|attach)(?:ed|ing)?(?: you)?(?: {w})? (?:cv|resume|job application)(?: {w})*",
                "(?:apply|applying|applied|application) for (?:a |the |an |this |your )(?:{w} ){0,4}(?:job|position|role|internship|vacancy)",
                "i want to work (?:for|at|with) (?:you|your (?:company|team))",
                "(?:join|joining) your (?:team|company) as(?: {w})*",
                "i'?m (?:a )?(?:unemployed|job[- ]?seeker)",
                "job interview(?: with you| at your company)?",
                "do you offer (?:internships|jobs|traineeships)",
                "(?:offer|give|get|find) me (?:a |an )?(?:job|position|internship|work)(?: {w})*",
                "i (?:want|need|would like) a job(?: {w})*",
                "(?:cerco|sto cercando|in cerca di|alla ricerca di) (?:un )?(?:lavoro|impiego|occupazione|posto di lavoro|stage|tirocinio)(?: {w})*",
                "(?:invio|inviare|mandare|inviarvi|mandarvi|allego)(?: {w}){0,3} (?:cv|curriculum|candidatura)(?: {w})*",
                "(?:il mio|mio) (?:cv|curriculum)(?: {w})*",
                "(?:assumete|state assumendo|cercate personale|posizioni aperte|offerte di lavoro|lavorare (?:per|da|con) voi|candidarmi)(?: {w})*",
                "la mia candidatura(?: {w})*",
                "(?:suche|auf der suche nach|suche nach) (?:ein\\w* |nach )*(?:job|arbeit|stelle|arbeitsplatz|praktikum|praktikumsplatz|ausbildungsplatz|ausbildung|werkstudentenstelle|anstellung|minijob)(?: {w})*",
                "(?:mich|meine) (?:\\w+ ){0,4}(?:bewerben|bewerbung)(?: {w})*",
                "bewerbung (?:als|um|fur)(?: {w})*",
                "(?:mein|meinen) lebenslauf(?: {w})*",
                "(?:stellt ihr|stellen sie)(?: {w}){0,3} (?:ein|leute ein|mitarbeiter ein)",
                "(?:offene|freie) (?:stellen?|jobs?|positionen)(?: {w})*",
                "(?:habt ihr|haben sie|gibt es)(?: {w}){0,3} (?:jobs?|stellenangebote?|praktika|praktikumsplatze)(?: {w})*",
                "(?:cherche|recherche|a la recherche d')(?:e)? ?(?:un |une |d'un |d'une )?(?:emploi|travail|poste|stage|alternance|job|apprentissage)(?: {w})*",
                "(?:mon|ma) (?:cv|candidature|lettre de motivation)(?: {w})*",
                "(?:postuler|candidater)(?: {w})*",
                "(?:recrutez|embauchez)-vous(?: {w})*",
                "vous (?:recrutez|embauchez)(?: {w})*",
                "(?:offres d'emploi|postes (?:ouverts|a pourvoir|vacants))(?: {w})*",
                "(?:busco|buscando|en busca de) (?:un )?(?:trabajo|empleo|practicas|puesto de trabajo|puesto)(?: {w})*",
                "(?:mi|adjunto(?: mi)?|enviar(?:les|os|le)?(?: mi)?) (?:cv|curriculum|candidatura)(?: {w})*",
                "(?:estais|estan) (?:contratando|buscando personal)(?: {w})*",
                "(?:ofertas de (?:trabajo|empleo)|vacantes|puestos (?:libres|abiertos))(?: {w})*",
                "(?:trabajar (?:con|para|en) (?:vosotros|ustedes|vuestra|su) ?(?:empresa)?)(?: {w})*",
            ]),
            taken_back: Some(phrases(&[
                "(?:i'?m|i am) not (?:looking for|applying for|after) (?:a )?job",
                "non (?:cerco|sto cercando) (?:un )?lavoro",
                "suche kein(?:en|e)? (?:job|arbeit|stelle)",
                "(?:je )?ne cherche pas (?:d'emploi|de travail)",
                "no busco (?:trabajo|empleo)",
            ])),
        },
        Words {
            signal: Signal::Student,
            given: phrases(&[
                "(?:{im}|as|being|we(?:'re| are)) (?:just |only |still |currently |actually )?(?:a |an |two |three )?(?:{w} ){0,3}?(?:students?|undergraduates?|undergrad|phd candidate|pupil)\\b(?: {w}){0,6}",
                "(?:for|writing|working on|doing|finishing|it's|this is)(?: {w}){0,2} (?:my|our|a) (?:{w} ){0,3}?(?:thesis|dissertation|homework|term paper|coursework|class project|school project|university project|uni project|college project|school assignment|university assignment|class assignment|research paper|bachelor project|master'?s project|capstone)(?: {w}){0,6}",
                "my (?:{w} )?(?:thesis|dissertation|homework|professor|teacher|coursework|university course)(?: {w}){0,6}",
                "i(?:'m| am)? (?:study|studying) (?:at|for|in|marketing|business|computer|economics|{w} at)(?: {w}){0,6}",
                "student (?:discount|project|licen[cs]e|plan)(?: {w}){0,4}",
                "for (?:school|university|uni|college|class|a school project)",
                "(?:sono|essendo) (?:una? |uno )?(?:solo |semplice )?(?:student(?:e|essa)|universitari[oa]|laureand[oa]|dottorand[oa])(?: {w}){0,6}",
                "(?:la mia|per la|una|mia|per una) tesi(?: {w}){0,6}",
                "(?:compito|progetto|esame|ricerca) (?:di|per la|per l'|per il|universitari[oa]|scolastic[oa]) ?(?:scuola|universita|corso|laurea)?(?: {w}){0,4}",
                "(?:studio|sto studiando) (?:all'universita|economia|marketing|informatica|ingegneria)(?: {w}){0,4}",
                "(?:bin|als) (?:noch |nur |ein |eine |selbst )*(?:student(?:in)?|schuler(?:in)?|doktorand(?:in)?|studierende[r]?)(?: {w}){0,6}",
                "(?:meine|fur meine|fur die|an meiner|eine) (?:\\w+)?(?:masterarbeit|bachelorarbeit|hausarbeit|diplomarbeit|abschlussarbeit|seminararbeit|doktorarbeit|facharbeit|hausaufgabe\\w*|projektarbeit)(?: {w}){0,6}",
                "ich studiere(?: {w}){0,6}",
                "(?:fur|in der|an der) (?:die |meine |der )?(?:uni|schule|universitat|hochschule|fh)\\b(?: {w}){0,4}",
                "(?:suis|en tant qu'|comme) ?(?:une? )?(?:simple )?(?:etudiante?|lyceenne?|doctorante?)(?: {w}){0,6}",
                "(?:mon|un|pour mon) (?:memoire|projet d'ecole|projet scolaire|projet universitaire|projet d'etudes?|devoir|rapport de stage)(?: {w}){0,6}",
                "ma (?:these|licence)(?: {w}){0,6}",
                "(?:j'etudie|je fais des etudes)(?: {w}){0,6}",
                "(?:soy|como) (?:una? )?(?:solo )?(?:estudiante|alumn[oa]|universitari[oa]|doctorand[oa])(?: {w}){0,6}",
                "(?:mi|para mi|una|la) (?:tesis|tesina|tfg|tfm)(?: {w}){0,6}",
                "trabajo (?:de fin de|final de|de la universidad|para la universidad|universitario|de clase)(?: {w}){0,6}",
                "(?:estudio|estoy estudiando) (?:en|la|marketing|economia|empresariales|ingenieria)(?: {w}){0,6}",
                "proyecto (?:de clase|escolar|universitario|de la universidad)(?: {w}){0,4}",
            ]),
            taken_back: Some(phrases(&[
                "(?:{im}|we(?:'re| are)) (?:not|no longer|no) (?:a |an |actually a |any )?(?:{w} )?students?",
                "non sono (?:piu )?(?:una? |uno )?(?:student(?:e|essa)|universitari[oa])",
                "bin (?:kein\\w*|nicht) (?:mehr )?(?:student(?:in)?|schuler(?:in)?)",
                "ne suis (?:pas|plus) (?:une? )?etudiante?",
                "no soy (?:una? )?(?:estudiante|alumn[oa])",
            ])),
        },
        Words {
            signal: Signal::NotNow,
            given: phrases(&[
                "(?:maybe |perhaps |just |please |but |definitely |thanks,? )*not (?:right now|now|at the moment|at this time|for now|yet ready|this year|this quarter|this month|today)",
                "(?:maybe|perhaps|possibly) (?:later|another time|some other time|next year|in the future|next quarter|some day)",
                "(?:ask|contact|call|ping|write(?: to)?|email|reach out to|get back to|check in with|follow up with|remind|try) (?:me|us) (?:again )?(?:later|next year|in (?:a few|six|\\d+|some|a couple of) (?:months|weeks|years)|next (?:quarter|month|spring|summer|autumn|fall)|after (?:the )?{w}|another time|when)",
                "(?:we'?re|i'?m|we are|i am) not (?:ready|looking to buy|buying|in the market)(?: yet| right now| at the moment| now| for that| for this| to buy)*",
                "(?:check|come|get|circle) back (?:later|next year|in (?:a few|six|\\d+|some) (?:months|weeks)|another time|to you (?:later|next year))",
                "(?:it'?s|this is|now is|now isn'?t|it isn'?t|isn'?t) (?:not )?(?:a |the )?(?:bad|right|good|wrong) (?:time|moment)(?: for us| right now)?",
                "(?:on hold|postponed?|put (?:it|this) off|frozen)(?: until| till| for| to)?(?: {w}){0,3}",
                "no (?:plans|interest) (?:right now|at the moment|for now|this year)",
                "(?:non (?:ora|adesso|in questo momento|per ora|per adesso|quest'anno|al momento)|(?:adesso|ora|al momento|per ora) no)",
                "(?:magari|forse|semmai) (?:piu avanti|in futuro|un'altra volta|l'anno prossimo|dopo|piu tardi)",
                "non (?:siamo|sono) (?:ancora )?pront[oiae](?: {w}){0,2}",
                "(?:ricontattateci|ricontattatemi|risentiamoci|sentiamoci|richiamatemi|contattatemi|contattateci) (?:piu avanti|tra (?:{w} ?){1,3}|fra (?:{w} ?){1,3}|l'anno prossimo|in (?:futuro|primavera|autunno|estate)|dopo (?:{w} ?){1,2})",
                "non e il momento(?: giusto)?",
                "(?:jetzt|momentan|derzeit|aktuell|im moment|zurzeit|heute|dieses jahr) (?:noch |leider |erstmal |erst mal )?nicht",
                "nicht (?:jetzt|im moment|momentan|aktuell|dieses jahr|heute)",
                "(?:vielleicht|eventuell|lieber) (?:spater|ein andermal|nachstes jahr|in zukunft|ein anderes mal)",
                "(?:melden|fragen|kontaktieren|schreiben) sie (?:sich|uns|mich)(?: {w}){0,2} (?:spater|nachstes jahr|in (?:{w} ?){1,3})(?: {w}){0,3}",
                "(?:noch )?nicht (?:so ?weit|bereit)",
                "(?:kein guter|nicht der richtige) zeitpunkt",
                "pas (?:maintenant|pour l'instant|en ce moment|pour le moment|tout de suite|cette annee|encore pret\\w*)",
                "(?:peut-etre|plutot) (?:plus tard|une autre fois|l'annee prochaine|un autre jour)",
                "(?:recontactez|rappelez|relancez)-(?:moi|nous) (?:plus tard|dans (?:{w} ?){1,3}|l'annee prochaine|en (?:{w} ?){1,2})",
                "ce n'est pas le (?:bon )?moment",
                "nous ne sommes pas (?:encore )?prets",
                "(?:ahora|por ahora|de momento|por el momento|este ano|hoy) no",
                "no (?:ahora|por ahora|de momento|por el momento|es el momento|este ano)",
                "(?:quizas?|tal vez|mejor) (?:mas adelante|mas tarde|otro dia|en otro momento|el (?:ano|mes) que viene|el proximo ano)",
                "(?:contact(?:ad|en|e)|llam(?:ad|en|e)|escrib(?:id|an|a))(?:me|nos) (?:mas adelante|mas tarde|dentro de (?:{w} ?){1,2}|el (?:ano|mes) que viene|en (?:{w} ?){1,3})",
                "(?:aun|todavia) no estamos (?:listos|preparados)",
            ]),
            taken_back: Some(phrases(&[
                "if not now",
                "why not (?:now|right now|today)",
                "warum nicht jetzt",
                "pourquoi pas maintenant",
                "perche non (?:ora|adesso)",
                "por que no ahora",
                "now is (?:a |the )?(?:good|right|perfect) time",
            ])),
        },
    ]
});

/// Words of trade that make "students", "jobs" and the like the visitor's business, not the visitor.
static TRADE: LazyLock<Regex> = LazyLock::new(|| {
    phrases(&[
        "our (?:students|candidates|applicants|job seekers|learners|pupils)",
        "for (?:our )?(?:students|universities|schools|recruiters|job seekers)",
        "recruiting (?:agency|company|software|firm)",
        "we(?:'re| are) (?:a|an) (?:{w} ){0,2}(?:university|school|recruiter|staffing|hr|recruitment)(?: {w})?",
        "we (?:recruit|train|teach|place)",
        "student (?:management|housing|services|recruitment|information)",
    ])
});

/// Rows of keys and endless repetition: nonsense.
fn is_nonsense(folded: &str) -> bool {
    let letters: Vec<u8> = folded.bytes().filter(u8::is_ascii_alphabetic).collect();
    let words = folded.split_whitespace().count();
    if letters.len() >= 5 && words <= 3 {
        let rows = ["asdf", "sdfg", "dfgh", "fghj", "ghjk", "hjkl", "qwer", "wert", "zxcv", "xcvb", "cvbn", "vbnm"];
        let text = String::from_utf8_lossy(&letters).into_owned();
        let hits = rows.iter().filter(|row| text.contains(*row)).count();
        let plain_word = ["wert", "qwerty", "qwertz"].iter().any(|word| folded.contains(word));
        if hits >= 1 && !plain_word && !folded.contains('@') {
            return true;
        }
    }
    let mut run = 0;
    let mut previous = None;
    for character in folded.chars().filter(|character| character.is_alphanumeric()) {
        run = if previous == Some(character) { run + 1 } else { 1 };
        previous = Some(character);
        if run >= 10 && character.is_alphabetic() {
            return true;
        }
    }
    false
}

/// The signals that a message gives or takes back, at most one finding for each.
pub(crate) fn signals(reading: &Reading<'_>) -> Vec<Finding> {
    let folded = reading.folded();
    let trade = TRADE.is_match(folded);
    let mut found: Vec<Finding> = Vec::new();
    for words in &*WORDS {
        let back = words.taken_back.as_ref().and_then(|pattern| pattern.find(folded));
        let given = words.given.find_iter(folded).find(|found| {
            let before = reading.before(found.start());
            let inside = back.is_some_and(|back| back.start() <= found.end() && found.start() <= back.end());
            let negated =
                ["not ", "n't ", "non ", "nicht ", "kein ", "keine ", "keinen ", "pas ", "ne ", "no ", "never "]
                    .iter()
                    .any(|word| before.ends_with(word));
            let own_trade = matches!(words.signal, Signal::Student | Signal::JobSeeker) && trade;
            // "Do you offer …?" asks; a vendor states. "Can it increase our traffic?" never matches "your".
            let asks_us = words.signal == Signal::Vendor
                && ["you ", "does it ", "can it ", "will it ", "how do you ", "how does it ", "voi ", "sie ", "vous "]
                    .iter()
                    .any(|word| before.ends_with(word));
            !inside && !negated && !own_trade && !asks_us && !super::is_supposed(before)
        });
        if let Some(given) = given {
            found.extend(signal(reading, words.signal, Grade::FULL, &given.range()));
        } else if let Some(back) = back.filter(|_| words.signal != Signal::NotNow) {
            found.extend(signal(reading, words.signal, Grade::NONE, &back.range()));
        }
    }
    if is_nonsense(folded) && !found.iter().any(|finding| finding.topic == Topic::Signal(Signal::Spam)) {
        found.extend(signal(reading, Signal::Spam, Grade::FULL, &(0..folded.len())));
    }
    found
}

fn signal(reading: &Reading<'_>, signal: Signal, grade: Grade, span: &crate::text::Span) -> Option<Finding> {
    let quote = reading.quote(span);
    (!quote.is_empty()).then_some(Finding { topic: Topic::Signal(signal), grade, quote })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Signal, u8)> {
        signals(&Reading::new(text))
            .into_iter()
            .map(|finding| {
                assert!(text.contains(&finding.quote), "{text}");
                let Topic::Signal(signal) = finding.topic else { panic!("only signals") };
                (signal, finding.grade.get())
            })
            .collect()
    }

    #[test]
    fn signals_are_heard_in_five_languages() {
        let mut rows = crate::rows::Rows::default();
        for (text, expected) in [
            ("I'm a student at the university of Leeds", Signal::Student),
            ("It's for my master thesis", Signal::Student),
            ("this is for a school project", Signal::Student),
            ("Sono una studentessa", Signal::Student),
            ("è per la mia tesi", Signal::Student),
            ("Ich bin Student in Köln", Signal::Student),
            ("für meine Masterarbeit", Signal::Student),
            ("Je suis étudiante", Signal::Student),
            ("c'est pour mon mémoire", Signal::Student),
            ("Soy estudiante de marketing", Signal::Student),
            ("para mi TFG", Signal::Student),
            ("I'm looking for a job", Signal::JobSeeker),
            ("Are you hiring?", Signal::JobSeeker),
            ("where can I send my CV", Signal::JobSeeker),
            ("Can you offer me a job?", Signal::JobSeeker),
            ("cerco lavoro come programmatore", Signal::JobSeeker),
            ("Ich suche eine Stelle im Vertrieb", Signal::JobSeeker),
            ("ich möchte mich bewerben", Signal::JobSeeker),
            ("je cherche un emploi", Signal::JobSeeker),
            ("busco trabajo", Signal::JobSeeker),
            ("We offer SEO services at low prices", Signal::Vendor),
            ("I'd like to introduce our agency", Signal::Vendor),
            ("We can increase your website traffic", Signal::Vendor),
            ("guest post on your blog?", Signal::Vendor),
            ("I'm reaching out because we provide trade fair booths", Signal::Vendor),
            ("our panels would be a perfect match for your company", Signal::Vendor),
            ("We can send you 2,000 new leads", Signal::Vendor),
            ("Vi proponiamo i nostri servizi di marketing", Signal::Vendor),
            ("Wir bieten Ihnen professionelle SEO-Dienstleistungen an", Signal::Vendor),
            ("Nous proposons nos services de référencement", Signal::Vendor),
            ("Les ofrecemos servicios de diseño web", Signal::Vendor),
            ("You have won a prize, click here", Signal::Spam),
            ("best online casino bonus", Signal::Spam),
            ("Double your bitcoin today", Signal::Spam),
            ("asdfghjkl", Signal::Spam),
            ("aaaaaaaaaaaaaaaa", Signal::Spam),
            ("gana dinero rápido", Signal::Spam),
            ("Not right now, thanks", Signal::NotNow),
            ("maybe later", Signal::NotNow),
            ("contact me again in six months", Signal::NotNow),
            ("non ora, grazie", Signal::NotNow),
            ("magari più avanti", Signal::NotNow),
            ("jetzt nicht", Signal::NotNow),
            ("vielleicht später", Signal::NotNow),
            ("pas maintenant", Signal::NotNow),
            ("peut-être plus tard", Signal::NotNow),
            ("ahora no", Signal::NotNow),
            ("quizás más adelante", Signal::NotNow),
        ] {
            rows.eq(text, found(text), [(expected, 100)]);
        }
    }

    #[test]
    fn a_signal_can_be_taken_back() {
        let mut rows = crate::rows::Rows::default();
        for (text, expected) in [
            ("I'm not a student", Signal::Student),
            ("non sono uno studente", Signal::Student),
            ("Ich bin kein Student", Signal::Student),
            ("je ne suis pas étudiant", Signal::Student),
            ("no soy estudiante", Signal::Student),
            ("I'm not selling anything", Signal::Vendor),
            ("I'm not looking for a job", Signal::JobSeeker),
        ] {
            rows.eq(text, found(text), [(expected, 0)]);
        }
    }

    #[test]
    fn buyers_give_no_signal() {
        let mut rows = crate::rows::Rows::default();
        for text in [
            "We're looking for a tool for our sales team",
            "Do you offer a student plan management for schools? Our students need it",
            "How many jobs can it run at once?",
            "We sell software to universities",
            "Can it increase our conversion rate?",
            "we need it right now",
            "Why not now?",
            "We are a marketing agency with 20 people and need a chatbot",
            "Do you provide services for enterprise?",
            "what does it cost?",
            "Hello",
            "My email is asd@foo.io",
        ] {
            rows.eq(text, found(text), []);
        }
    }
}
