//! What the model sees of a message: words, pairs of words, parts of words and the rules that
//! fired, each hashed into one of [`BUCKETS`] places.

/// How many places there are; the size of the weights.
pub(super) const BUCKETS: usize = 1 << 14;
/// The most words that are looked at: what a visitor wants is said early.
const MAX_WORDS: usize = 80;

/// A place and how much it counts. Sorted, each place once, with a Euclidean length of 1.
pub(super) type Features = Vec<(u16, f32)>;

/// The features of a folded text and the hints that fired.
pub(super) fn features(folded: &str, hints: &[&str]) -> Features {
    let mut places: Vec<(u16, f32)> = Vec::with_capacity(256);
    let words: Vec<&str> = folded
        .split(|character: char| !(character.is_alphanumeric() || character == '\''))
        .map(|word| word.trim_matches('\''))
        .filter(|word| !word.is_empty() && word.len() <= 40)
        .take(MAX_WORDS)
        .collect();
    let mut padded = String::new();
    for (index, word) in words.iter().enumerate() {
        let number = word.bytes().all(|byte| byte.is_ascii_digit());
        let word = if number { "0" } else { word };
        places.push((place(b'w', word, ""), 1.0));
        let previous = index.checked_sub(1).map_or("^", |before| words[before]);
        places.push((place(b'p', previous, word), 0.8));
        padded.clear();
        padded.push('<');
        padded.push_str(word);
        padded.push('>');
        let starts: Vec<usize> = padded.char_indices().map(|(at, _)| at).chain([padded.len()]).collect();
        for length in 3..=5 {
            for ends in starts.windows(length + 1) {
                places.push((place(b'c', &padded[ends[0]..ends[length]], ""), 0.3));
            }
        }
    }
    if let Some(last) = words.last() {
        places.push((place(b'p', last, "$"), 0.8));
    }
    for hint in hints {
        places.push((place(b'h', hint, ""), 1.6));
    }
    places.sort_unstable_by_key(|(place, _)| *place);
    places.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1 += later.1;
        }
        same
    });
    // Twice the same word is not twice the wish.
    for (_, value) in &mut places {
        *value = value.min(2.0);
    }
    let length = places.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        for (_, value) in &mut places {
            *value /= length;
        }
    }
    places.push((0, 0.3));
    places
}

/// FNV-1a over the kind and both texts.
fn place(kind: u8, first: &str, second: &str) -> u16 {
    let mut hash: u32 = 0x811c_9dc5;
    for byte in [kind].into_iter().chain(first.bytes()).chain([0]).chain(second.bytes()) {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    let folded = (hash ^ (hash >> 15)) % u32::try_from(BUCKETS - 1).expect("a small power of two");
    // Place 0 is the bias.
    u16::try_from(folded + 1).expect("below the number of places")
}
