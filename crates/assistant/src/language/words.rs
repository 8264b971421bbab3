//! Short words that give a language away, without case and accents.

use super::SPOKEN;

/// Per language of [`SPOKEN`]. A word in several lists counts for each, by as much less.
const WORDS: [&str; 5] = [
    "a about all an and any are as at be but by can cheers could do does for from get got had has have hello help hey hi \
     how i if i'd i'll i'm i've in interested is it it's just know let like looking me more much my need no not now of on \
     one or our out over please price pricing should sorry that thank thanks the their them there they this to too us use \
     using want was we we're we've were what when where which who why will with work works would yes you your",
    "abbiamo al alla anche ancora avete azienda buonasera buongiorno c'e che chi chiamo ciao come con cosa costa costano \
     da dal dalla dei del della delle di dove e ed entro fare funziona grazie gli ha ho i il in io l'azienda la lavoro le \
     lo ma mese mi mio molto ne nel nella no noi non nostra nostro o per perche piu possiamo posso possibile potete prego \
     prezzi prezzo prossimo puo qual quale quali quando quanto questo salve sapere se sei serve si siamo sono stiamo su \
     sul tra un una uno vi voglio vogliamo vorrei vorremmo anno senza dipendenti persone cerchiamo avrei bisogno circa",
    "aber als am an auch auf aus bei bin bis bitte brauche brauchen danke das dass dem den der die diese dieses dringend \
     du ein eine einem einen einer er es etwa firma fur ganz geht gibt gruss gut guten habe haben hallo hat heisse ich \
     ihr ihre ihren im in ist ja jetzt kann kein keine konnen konnte kostet kosten mehr mein meine mit mochte mochten \
     monat morgen nach nachsten nein nicht noch nur ob oder preis preise schon sehr sie sind so suche suchen tag uber um \
     und uns unser unsere unsere vielen vom von vor wann war was welche wenn wer werden wie wieviel will wir wird wo \
     wollen wurde wurden zu zum zur gerne leute jahr funktioniert",
    "a ai alors appelle au aussi avec avez avons besoin bien bonjour bonsoir c'est ca ce cela ces cette chez combien \
     comment comme coute d'un d'une dans de des deja demande du elle en entreprise equipe est est-ce et etes fait faut il \
     j'ai j'aimerais je jour l'equipe la le les leur ma mais me merci moi mois mon n'est ne non nos notre nous on ont ou \
     oui par pas personnes peut peux plus possible pour pouvez pouvons pourquoi prix prochain puis-je quand que quel \
     quelle quelles quels qu'est-ce qui sa salut sans se ses si sommes son sont suis sur s'il tarif tarifs tres trop un \
     une utilisons vos votre voudrais voulons vous y cherche cherchons travaille compatible fonctionne",
    "a al algo algun ahora año ano anos buenas buenos busco buscamos como con cual cuales cuando cuanto cuantos cuesta \
     cuestan de del desde dia donde e el ella ellos empresa en equipo es esa ese eso esta estamos este esto estoy funciona \
     gracias gustaria ha hacer hasta hay he hola la las le les lo los llamo mas me mes mi mis muchas muy necesito \
     necesitamos ni no nos nosotros nuestra nuestro o para pero persona personas podeis podria puede pueden puedo por \
     precio precios proximo que queremos quiero quisiera se ser si sin sobre somos son soy su sus tambien tener tenemos \
     tengo tiene tienen trabajo tu un una uno usamos ustedes usted vosotros y ya",
];

/// How much each language's words speak for it: a word counts 1 divided by the languages that know it.
pub(super) fn scores(folded: &str) -> [f32; SPOKEN.len()] {
    let mut scores = [0.0; SPOKEN.len()];
    let pieces = folded.split_whitespace().filter(|piece| !piece.contains('@') && !piece.contains("://"));
    let words = pieces.flat_map(|piece| {
        piece.split(|character: char| !(character.is_alphanumeric() || character == '\'' || character == '-'))
    });
    // A message's first words tell its language; the rest costs time.
    for word in words.map(|word| word.trim_matches(['\'', '-'])).filter(|word| !word.is_empty()).take(60) {
        let known = WORD_SETS.iter().map(|set| set.contains(word));
        let count = known.clone().filter(|known| *known).count();
        if count == 0 {
            continue;
        }
        // At most five languages: exact in `f32`.
        #[expect(clippy::cast_precision_loss, reason = "at most five")]
        let share = 1.0 / count as f32;
        // A word that all share says nothing.
        for (score, known) in scores.iter_mut().zip(known) {
            *score += if known && count < SPOKEN.len() { share } else { 0.0 };
        }
    }
    scores
}

static WORD_SETS: std::sync::LazyLock<[std::collections::HashSet<&'static str>; SPOKEN.len()]> =
    std::sync::LazyLock::new(|| WORDS.map(|words| words.split_ascii_whitespace().collect()));
