//! Cuts any text into words. Passages and queries go through the same function, so that whatever
//! it does to one it does to the other.
//!
//! A word of a language with blanks is what stands between them, without punctuation. Chinese,
//! Japanese, Korean, Thai, Lao, Khmer, Burmese and Tibetan have no blanks, or endings that hide the
//! word; there every two neighbouring characters are a word.

use synaptiq_domain::text::fold;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation as _;

/// The most characters of a word; the rest of a longer one is ignored.
const MAX_WORD_CHARACTERS: usize = 40;
/// The most characters that one written sign (a letter with its marks) may have.
const MAX_SIGN_CHARACTERS: usize = 6;

/// A word of a text, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    /// A word of a language with blanks, accents kept: stemmers need them.
    Spelled(String),
    /// Two neighbouring signs of a language without blanks, or one that stands alone.
    Signs(String),
}

/// The words of a text in their order.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let folded = fold(text);
    let mut found = Vec::new();
    let mut rest = folded.as_str();
    while let Some(first) = rest.chars().next() {
        let unspaced = is_unspaced(first);
        let end = rest.char_indices().find(|(_, c)| is_unspaced(*c) != unspaced).map_or(rest.len(), |(at, _)| at);
        let (run, behind) = rest.split_at(end);
        if unspaced {
            cut_signs(run, &mut found);
        } else {
            cut_spelled(run, &mut found);
        }
        rest = behind;
    }
    found
}

/// Letters without their accents, so that "perche" finds "perché".
pub(crate) fn without_accents(word: &str) -> String {
    if word.is_ascii() {
        return word.to_owned();
    }
    let mut plain = String::with_capacity(word.len());
    for character in word.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).nfc() {
        match character {
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            'ı' => plain.push('i'),
            other => plain.push(other),
        }
    }
    plain
}

fn cut_spelled(run: &str, found: &mut Vec<Word>) {
    for word in run.unicode_words() {
        // An apostrophe ends the article of "l'azienda" and begins the ending of "don't".
        let elided = word.contains(['\'', '’', 'ʼ']);
        let number = word.starts_with(|c: char| c.is_ascii_digit());
        let pieces = word.split(|c: char| !(c.is_alphanumeric() || is_combining_mark(c) || number && ",.".contains(c)));
        for piece in pieces {
            let piece: String = if number {
                // "1,000" and "1.000" are one number in two countries.
                piece.chars().filter(|c| !",.".contains(*c)).take(MAX_WORD_CHARACTERS).collect()
            } else {
                piece.chars().take(MAX_WORD_CHARACTERS).collect()
            };
            let letters = piece.chars().filter(|c| c.is_alphanumeric()).take(2).count();
            if letters > usize::from(elided) {
                found.push(Word::Spelled(piece));
            }
        }
    }
}

fn cut_signs(run: &str, found: &mut Vec<Word>) {
    let signs: Vec<String> = run.graphemes(true).map(|sign| sign.chars().take(MAX_SIGN_CHARACTERS).collect()).collect();
    let stretches = signs.split(|sign| !sign.chars().any(char::is_alphanumeric));
    for stretch in stretches {
        match stretch {
            [alone] => found.push(Word::Signs(alone.clone())),
            _ => found.extend(stretch.windows(2).map(|pair| Word::Signs(pair.concat()))),
        }
    }
}

/// Whether a character belongs to a script whose words are not cut at blanks.
fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{fff}'        // Thai, Lao, Tibetan
        | '\u{1000}'..='\u{109f}'    // Burmese
        | '\u{1100}'..='\u{11ff}'    // Korean
        | '\u{1780}'..='\u{17ff}'    // Khmer
        | '\u{1950}'..='\u{19df}'    // Tai
        | '\u{2e80}'..='\u{2fdf}'    // radicals
        | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3035}' | '\u{3038}'..='\u{31ff}' // Japanese, Bopomofo, Korean
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' // Chinese
        | '\u{a960}'..='\u{a97f}' | '\u{aa60}'..='\u{aa7f}' // Korean, Burmese
        | '\u{ac00}'..='\u{d7ff}'    // Korean
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}') // Chinese
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spelled(text: &str) -> Vec<String> {
        words(text)
            .into_iter()
            .map(|word| match word {
                Word::Spelled(text) | Word::Signs(text) => text,
            })
            .collect()
    }

    #[test]
    fn punctuation_case_and_width_do_not_matter() {
        assert_eq!(spelled("The PRO-plan: $1,000/month!"), ["the", "pro", "plan", "1000", "month"]);
        assert_eq!(spelled("Ｐｒｏ　１．０００"), ["pro", "1000"]);
        assert_eq!(spelled("www.example.com some_name"), ["www", "example", "com", "some", "name"]);
    }

    #[test]
    fn an_elided_article_is_no_word() {
        assert_eq!(spelled("l'azienda don't d’accord"), ["azienda", "don", "accord"]);
    }

    #[test]
    fn languages_without_blanks_become_pairs_of_signs() {
        assert_eq!(spelled("退款政策"), ["退款", "款政", "政策"]);
        assert_eq!(spelled("价。Pro版"), ["价", "pro", "版"]);
        assert_eq!(spelled("カタカナ"), ["カタ", "タカ", "カナ"]);
        assert_eq!(spelled("환불 정책"), ["환불", "정책"]);
        assert_eq!(spelled("กู้เงิน"), ["กู้เ", "เงิ", "งิน"]);
    }

    #[test]
    fn accents_fold_without_touching_other_scripts() {
        assert_eq!(without_accents("perché"), "perche");
        assert_eq!(without_accents("größe"), "große");
        assert_eq!(without_accents("łódź"), "lodz");
        assert_eq!(without_accents("가격"), "가격");
        assert_eq!(without_accents("がぎ"), "がぎ");
    }

    #[test]
    fn a_text_of_marks_alone_has_no_words() {
        for text in ["", "   ", "?!…", "\u{301}\u{301}", "🙂👩‍👩‍👧", "\u{200b}\u{feff}", "。、"] {
            assert_eq!(spelled(text), Vec::<String>::new(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_becomes_bounded_words(text in any::<String>()) {
            for word in spelled(&text) {
                prop_assert!(!word.is_empty());
                prop_assert!(word.chars().count() <= MAX_WORD_CHARACTERS.max(2 * MAX_SIGN_CHARACTERS));
                prop_assert!(!word.contains([' ', '\n', ':']));
                without_accents(&word);
            }
        }

        #[test]
        fn case_changes_no_word(text in "[a-zA-Zäöüéèàùñ0-9 .,'-]{0,200}") {
            prop_assert_eq!(spelled(&text), spelled(&text.to_uppercase()));
        }
    }
}
