//! Numbers in free text: digits with European or English separators, `k` and `m`, and number words
//! of the message's language.

use std::sync::LazyLock;

use regex::Regex;

use super::{Span, raw};

/// A number and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Number {
    /// Where, with its multiplier.
    pub(crate) span: Span,
    /// How much, multiplied.
    pub(crate) value: f64,
    /// What "k", "mila", "million" multiplied it by; 1 where nothing did.
    pub(crate) multiplier: f64,
}

static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    raw(concat!(
        r"(\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?)",
        r"(?: ?(k|m|mm|mln|mio|millions?|millionen|milioni|milione|millones|millon|thousand|grand|mila|mille|mil|tausend|tsd)\b)?"
    ))
});
static WORD: LazyLock<Regex> = LazyLock::new(|| raw(r"[a-z]+"));

/// All numbers of a folded text, in order.
pub(crate) fn numbers(folded: &str, language: &str) -> Vec<Number> {
    let mut found: Vec<Number> = DIGITS
        .captures_iter(folded)
        .filter_map(|captures| {
            let (whole, digits) = (captures.get(0)?, captures.get(1)?);
            let glued = folded[..whole.start()].ends_with(|before: char| before.is_ascii_alphabetic() || before == '_');
            let multiplier = captures.get(2).map_or(1.0, |word| multiplier(word.as_str()));
            let value = parse(digits.as_str())? * multiplier;
            // "h264" and "v2" are names, not amounts.
            (!glued && value.is_finite()).then_some(Number { span: whole.range(), value, multiplier })
        })
        .collect();
    let words: Vec<Number> = in_words(folded, language)
        .into_iter()
        .filter(|word| {
            !found.iter().any(|digits| digits.span.start < word.span.end && word.span.start < digits.span.end)
        })
        .collect();
    found.extend(words);
    found.sort_by_key(|number| number.span.start);
    found
}

fn multiplier(word: &str) -> f64 {
    match word {
        "k" | "thousand" | "grand" | "mila" | "mille" | "mil" | "tausend" | "tsd" => 1_000.0,
        _ => 1_000_000.0,
    }
}

/// Digits with separators. Three digits after a separator are thousands, one or two are a fraction.
fn parse(digits: &str) -> Option<f64> {
    let plain: String = digits.chars().filter(|character| !matches!(character, '\'' | ' ')).collect();
    let last = plain.rfind(['.', ',']);
    let kinds = usize::from(plain.contains('.')) + usize::from(plain.contains(','));
    let Some(last) = last else { return plain.parse().ok() };
    let (head, tail) = (&plain[..last], &plain[last + 1..]);
    let separators = plain.matches(['.', ',']).count();
    let thousands = tail.len() == 3 && !head.starts_with('0') && (kinds == 1 && (separators > 1 || head.len() <= 3));
    let whole: String = head.chars().filter(char::is_ascii_digit).collect();
    if thousands { format!("{whole}{tail}").parse().ok() } else { format!("{whole}.{tail}").parse().ok() }
}

/// Number words that stand alone or in a row: "twenty five thousand", "una ventina".
fn in_words(folded: &str, language: &str) -> Vec<Number> {
    let mut found: Vec<Number> = Vec::new();
    let mut open: Option<(Span, f64, f64)> = None;
    let mut close = |open: &mut Option<(Span, f64, f64)>| {
        if let Some((span, total, current)) = open.take() {
            let value = total + current;
            found.push(Number { span, value, multiplier: if value >= 1_000.0 { 1_000.0 } else { 1.0 } });
        }
    };
    for word in WORD.find_iter(folded) {
        let Some(value) = word_value(word.as_str(), language) else {
            if !(matches!(word.as_str(), "and" | "und" | "et" | "y") && open.is_some()) {
                close(&mut open);
            }
            continue;
        };
        let joins = open.as_ref().is_some_and(|(span, ..)| {
            matches!(&folded[span.end..word.start()], " " | "-" | " and " | "-and-" | " et " | " y ")
        });
        if !joins {
            close(&mut open);
        }
        let (span, total, current) = open.take().unwrap_or((word.range(), 0.0, 0.0));
        let span = span.start..word.end();
        open = Some(if value >= 1_000.0 && total + current > 0.0 {
            (span, total + current.max(1.0) * value, 0.0)
        } else if (value - 100.0).abs() < 0.5 || (value - 12.0).abs() < 0.5 && word.as_str().starts_with("do") {
            (span, total, current.max(1.0) * value)
        } else {
            (span, total, current + value)
        });
    }
    close(&mut open);
    found
}

/// What a number word of a language stands for. Words that also mean something else in that
/// language ("neuf", "sei") are left out.
pub(crate) fn word_value(word: &str, language: &str) -> Option<f64> {
    let table: &[(&str, u32)] = match language {
        "it" => &[
            ("due", 2),
            ("tre", 3),
            ("quattro", 4),
            ("cinque", 5),
            ("sette", 7),
            ("otto", 8),
            ("nove", 9),
            ("dieci", 10),
            ("undici", 11),
            ("dodici", 12),
            ("quindici", 15),
            ("venti", 20),
            ("venticinque", 25),
            ("trenta", 30),
            ("quaranta", 40),
            ("cinquanta", 50),
            ("sessanta", 60),
            ("settanta", 70),
            ("ottanta", 80),
            ("novanta", 90),
            ("cento", 100),
            ("duecento", 200),
            ("trecento", 300),
            ("cinquecento", 500),
            ("mille", 1_000),
            ("decina", 10),
            ("dozzina", 12),
            ("quindicina", 15),
            ("ventina", 20),
            ("trentina", 30),
            ("quarantina", 40),
            ("cinquantina", 50),
            ("sessantina", 60),
            ("centinaio", 100),
            ("migliaio", 1_000),
        ],
        "de" => &[
            ("zwei", 2),
            ("drei", 3),
            ("vier", 4),
            ("funf", 5),
            ("fuenf", 5),
            ("sechs", 6),
            ("sieben", 7),
            ("acht", 8),
            ("neun", 9),
            ("zehn", 10),
            ("elf", 11),
            ("zwolf", 12),
            ("zwoelf", 12),
            ("funfzehn", 15),
            ("fuenfzehn", 15),
            ("zwanzig", 20),
            ("dreissig", 30),
            ("vierzig", 40),
            ("funfzig", 50),
            ("fuenfzig", 50),
            ("sechzig", 60),
            ("siebzig", 70),
            ("achtzig", 80),
            ("neunzig", 90),
            ("hundert", 100),
            ("einhundert", 100),
            ("zweihundert", 200),
            ("dreihundert", 300),
            ("funfhundert", 500),
            ("tausend", 1_000),
            ("dutzend", 12),
        ],
        "fr" => &[
            ("deux", 2),
            ("trois", 3),
            ("quatre", 4),
            ("cinq", 5),
            ("six", 6),
            ("sept", 7),
            ("huit", 8),
            ("dix", 10),
            ("onze", 11),
            ("douze", 12),
            ("quinze", 15),
            ("vingt", 20),
            ("trente", 30),
            ("quarante", 40),
            ("cinquante", 50),
            ("soixante", 60),
            ("cent", 100),
            ("cents", 100),
            ("mille", 1_000),
            ("dizaine", 10),
            ("douzaine", 12),
            ("quinzaine", 15),
            ("vingtaine", 20),
            ("trentaine", 30),
            ("quarantaine", 40),
            ("cinquantaine", 50),
            ("centaine", 100),
        ],
        "es" => &[
            ("dos", 2),
            ("tres", 3),
            ("cuatro", 4),
            ("cinco", 5),
            ("seis", 6),
            ("siete", 7),
            ("ocho", 8),
            ("nueve", 9),
            ("diez", 10),
            ("doce", 12),
            ("quince", 15),
            ("veinte", 20),
            ("veinticinco", 25),
            ("treinta", 30),
            ("cuarenta", 40),
            ("cincuenta", 50),
            ("sesenta", 60),
            ("setenta", 70),
            ("ochenta", 80),
            ("noventa", 90),
            ("cien", 100),
            ("ciento", 100),
            ("doscientos", 200),
            ("quinientos", 500),
            ("mil", 1_000),
            ("decena", 10),
            ("docena", 12),
            ("quincena", 15),
            ("veintena", 20),
            ("treintena", 30),
            ("centenar", 100),
        ],
        _ => &[
            ("two", 2),
            ("three", 3),
            ("four", 4),
            ("five", 5),
            ("six", 6),
            ("seven", 7),
            ("eight", 8),
            ("nine", 9),
            ("ten", 10),
            ("eleven", 11),
            ("twelve", 12),
            ("fifteen", 15),
            ("sixteen", 16),
            ("eighteen", 18),
            ("twenty", 20),
            ("thirty", 30),
            ("forty", 40),
            ("fifty", 50),
            ("sixty", 60),
            ("seventy", 70),
            ("eighty", 80),
            ("ninety", 90),
            ("hundred", 100),
            ("thousand", 1_000),
            ("million", 1_000_000),
            ("dozen", 12),
        ],
    };
    if let Some((_, value)) = table.iter().find(|(known, _)| *known == word) {
        return Some(f64::from(*value));
    }
    // "ventimila", "zwanzigtausend": a compound of a known word.
    let stem = match language {
        "it" => word.strip_suffix("mila"),
        "de" => word.strip_suffix("tausend"),
        _ => None,
    }?;
    table.iter().find(|(known, _)| *known == stem).map(|(_, value)| f64::from(*value) * 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, language: &str) -> Vec<f64> {
        numbers(text, language).into_iter().map(|number| number.value).collect()
    }

    #[test]
    fn separators_are_read_as_people_of_each_country_write_them() {
        let mut rows = crate::rows::Rows::default();
        for (text, language, expected) in [
            ("20,000", "en", 20_000.0),
            ("20.000", "de", 20_000.0),
            ("20 000", "fr", 20_000.0),
            ("20'000", "de", 20_000.0),
            ("1.250.000", "it", 1_250_000.0),
            ("1,250,000", "en", 1_250_000.0),
            ("1.234,56", "it", 1_234.56),
            ("1,234.56", "en", 1_234.56),
            ("1.5k", "en", 1_500.0),
            ("1,5 mila", "it", 1_500.0),
            ("20k", "en", 20_000.0),
            ("2 mio", "de", 2_000_000.0),
            ("0.5m", "en", 500_000.0),
            ("149", "en", 149.0),
            ("99.90", "en", 99.9),
            ("30 mil", "es", 30_000.0),
        ] {
            rows.eq(text, values(text, language), [expected]);
        }
    }

    #[test]
    fn number_words_are_read_in_the_language_of_the_message() {
        let mut rows = crate::rows::Rows::default();
        for (text, language, expected) in [
            ("twenty five thousand", "en", 25_000.0),
            ("fifty", "en", 50.0),
            ("two hundred", "en", 200.0),
            ("two dozen", "en", 24.0),
            ("ventimila", "it", 20_000.0),
            ("una ventina", "it", 20.0),
            ("zwanzigtausend", "de", 20_000.0),
            ("funfzig", "de", 50.0),
            ("vingt mille", "fr", 20_000.0),
            ("une cinquantaine", "fr", 50.0),
            ("veinte mil", "es", 20_000.0),
            ("una docena", "es", 12.0),
        ] {
            rows.eq(text, values(text, language), [expected]);
        }
        assert!(values("once more, due to that", "en").is_empty(), "words of other languages are no numbers");
    }
}
