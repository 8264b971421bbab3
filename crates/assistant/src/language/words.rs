//! Short words that give a language away, without case and accents.

use unicode_normalization::char::is_combining_mark;

use super::SPOKEN;
use crate::text::fold_char;

/// Per language of [`SPOKEN`]. A word in several lists counts for each, by as much less.
const WORDS: [&str; 5] = [
    "a about all an and any are as at be but by can cheers could do does for from get got had has have hello help hey hi \
     how i if i'd i'll i'm i've in interested is it it's just know let like looking me more much my need no not now of on \
     one or our out over please price pricing should sorry that thank thanks the their them there they this to too us use \
     comment mail e-mail email address name rather say tell than then time today tomorrow week month year next ask using want was we we're we've were what when where which who why will with work works would yes you your",
    "abbiamo al alla anche ancora avete azienda buonasera buongiorno c'e che chi chiamo ciao come con cosa costa costano \
     da dal dalla dei del della delle di dove e ed entro fare funziona grazie gli ha ho i il in io l'azienda la lavoro le \
     lo ma mese mi mio molto ne nel nella no noi non nostra nostro o per perche piu possiamo posso possibile potete prego \
     prezzi prezzo prossimo puo qual quale quali quando quanto questo salve sapere se sei serve si siamo sono stiamo su \
     mia miei mie sua suoi sue nostri nostre vostro vostra vostri vostre mail e-mail email indirizzo nome oggi domani settimana settimane mesi anni prossima prima dopo adesso ora forse solo soltanto nostro scusi favore questa questi queste ci mando sul tra un una uno vi voglio vogliamo vorrei vorremmo anno senza dipendenti persone cerchiamo avrei bisogno circa",
    "aber als am an auch auf aus bei bin bis bitte brauche brauchen danke das dass dem den der die diese dieses dringend \
     du ein eine einem einen einer er es etwa firma fur ganz geht gibt gruss gut guten habe haben hallo hat heisse ich \
     ihr ihre ihren im in ist ja jetzt kann kein keine konnen konnte kostet kosten mehr mein meine mit mochte mochten \
     monat morgen nach nachsten nein nicht noch nur ob oder preis preise schon sehr sie sind so suche suchen tag uber um \
     und uns unser unsere unsere vielen vom von vor wann war was welche wenn wer werden wie wieviel will wir wird wo \
     mail e-mail email adresse name heute woche wochen monate mir mich dich ihnen sein seine dann denn dafur daruber hier dort nun wieder sprechen spricht deutsch wollen wurde wurden zu zum zur gerne leute jahr funktioniert",
    "a ai alors appelle au aussi avec avez avons besoin bien bonjour bonsoir c'est ca ce cela ces cette chez combien \
     comment comme coute d'un d'une dans de des deja demande du elle en entreprise equipe est est-ce et etes fait faut il \
     j'ai j'aimerais je jour l'equipe la le les leur ma mais me merci moi mois mon n'est ne non nos notre nous on ont ou \
     oui par pas personnes peut peux plus possible pour pouvez pouvons pourquoi prix prochain puis-je quand que quel \
     quelle quelles quels qu'est-ce qui sa salut sans se ses si sommes son sont suis sur s'il tarif tarifs tres trop un \
     mail e-mail email adresse nom aujourd'hui semaine semaines cet maintenant puis tous tout toute toutes nouveau cherche parlez parle peut-etre seulement notre mes tes ses lui vrai une utilisons vos votre voudrais voulons vous y cherche cherchons travaille compatible fonctionne",
    "a al algo algun ahora año ano anos buenas buenos busco buscamos como con cual cuales cuando cuanto cuantos cuesta \
     cuestan de del desde dia donde e el ella ellos empresa en equipo es esa ese eso esta estamos este esto estoy funciona \
     gracias gustaria ha hacer hasta hay he hola la las le les lo los llamo mas me mes mi mis muchas muy necesito \
     necesitamos ni no nos nosotros nuestra nuestro o para pero persona personas podeis podria puede pueden puedo por \
     precio precios proximo que queremos quiero quisiera se ser si sin sobre somos son soy su sus tambien tener tenemos \
     correo mail email direccion nombre hoy manana semana semanas meses ahi aqui solo quizas tal vez todo todos toda todas nuestros nuestras mas tengo tiene tienen trabajo tu un una uno usamos ustedes usted vosotros y ya",
];

/// The letters beyond ASCII that a language writes with.
const LETTERS: [&str; 5] = ["", "àèéìòù", "äöüß", "àâçèéêëîïôœùû", "áéíñóú"];

/// The most words that are looked at: a message's first words tell its language.
const MAX_WORDS: usize = 60;

/// One word of a message.
#[derive(Debug, Clone)]
pub(super) struct Word<'a> {
    /// As written.
    pub(super) written: &'a str,
    /// Without case and accents.
    pub(super) folded: String,
    /// Written with a capital though no sentence begins here: in most languages a name.
    pub(super) is_name: bool,
}

impl Word<'_> {
    /// Whether it is written in digits.
    pub(super) fn is_number(&self) -> bool {
        self.folded.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// The first words of a text. Addresses are none.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut begins = true;
    for piece in text.split_whitespace() {
        if !piece.contains('@') && !piece.contains("://") {
            let parts = piece.split(|character: char| {
                !(character.is_alphanumeric()
                    || matches!(character, '\'' | '\u{2019}' | '-')
                    || is_combining_mark(character))
            });
            for written in parts.map(|part| part.trim_matches(['\'', '\u{2019}', '-'])).filter(|part| !part.is_empty())
            {
                if found.len() == MAX_WORDS {
                    return found;
                }
                let mut folded = String::with_capacity(written.len());
                for character in written.chars() {
                    fold_char(character, &mut |part| folded.push(part));
                }
                let capital = written.chars().next().is_some_and(char::is_uppercase);
                // Who writes all in capitals names nothing by it.
                let is_name = capital && !begins && written.chars().any(char::is_lowercase);
                found.push(Word { written, folded, is_name });
                begins = false;
            }
        }
        begins |= piece.ends_with(['.', '!', '?', ':', ';', '\u{2026}']);
    }
    found
}

/// How much each language's words and letters speak for it: a word counts 1 divided by the
/// languages that know it, a letter once.
pub(super) fn scores(words: &[Word<'_>]) -> [f32; SPOKEN.len()] {
    let mut scores = [0.0; SPOKEN.len()];
    for word in words {
        let knowing: [bool; SPOKEN.len()] =
            // German writes its nouns with a capital.
            std::array::from_fn(|index| (!word.is_name || SPOKEN[index] == "de") && knows(index, &word.folded));
        add(&mut scores, knowing);
    }
    let written = words.iter().filter(|word| !word.is_name).flat_map(|word| word.written.chars());
    let mut letters: Vec<char> = written.flat_map(char::to_lowercase).filter(|letter| !letter.is_ascii()).collect();
    letters.sort_unstable();
    letters.dedup();
    for letter in letters {
        add(&mut scores, LETTERS.map(|known| known.contains(letter)));
    }
    scores
}

/// Adds one share for each language that knows something. What all know says nothing.
fn add(scores: &mut [f32; SPOKEN.len()], knowing: [bool; SPOKEN.len()]) {
    let share = match knowing.iter().filter(|knows| **knows).count() {
        1 => 1.0,
        2 => 0.5,
        3 => 0.33,
        4 => 0.25,
        _ => return,
    };
    for (score, knows) in scores.iter_mut().zip(knowing) {
        *score += if knows { share } else { 0.0 };
    }
}

/// Whether a folded word is one of a language's words.
pub(super) fn knows(index: usize, folded: &str) -> bool {
    WORD_SETS[index].contains(folded)
}

static WORD_SETS: std::sync::LazyLock<[std::collections::HashSet<&'static str>; SPOKEN.len()]> =
    std::sync::LazyLock::new(|| WORDS.map(|words| words.split_ascii_whitespace().collect()));
