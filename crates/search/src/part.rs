//! A part of a tenant's index: passages in the order of their names, written once and never changed.
//!
//! It is one tantivy segment in memory. The writer is the single-segment one: it starts no thread,
//! takes no more memory than its passages need, and is gone when the part is there.

use synaptiq_domain::{
    id::Id,
    knowledge::{Document, Passage},
    ports::store::PassageKey,
};
use tantivy::{
    DocSet as _, Index, ReloadPolicy, Searcher, TERMINATED, TantivyDocument, Term,
    directory::RamDirectory,
    index::SegmentReader,
    schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager},
};

use crate::{language::Language, terms::passage_terms};

/// The most passages of a part: bounds what the writer holds.
pub(crate) const MAX_PASSAGES: usize = 20_000;
/// What the writer's table of terms may take before it grows.
const WRITER_BYTES: usize = 1_000_000;

/// What is known of a passage without reading it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// Its name.
    pub(crate) key: PassageKey,
    /// How many terms it has.
    pub(crate) length: u32,
    /// The language it was stemmed under.
    pub(crate) language: Option<Language>,
}

/// Some passages, indexed.
pub(crate) struct Part {
    searcher: Searcher,
    /// By tantivy's number of the passage, which is the order of names.
    entries: Vec<Entry>,
}

impl Part {
    /// Indexes passages that are sorted by name, at least one.
    pub(crate) fn build(passages: &[Passage]) -> tantivy::Result<Self> {
        let tokenizers = TokenizerManager::new();
        tokenizers.register(TERMS, OneTermALine::default());
        let mut writer = Index::builder()
            .schema(schema())
            .tokenizers(tokenizers)
            .single_segment_index_writer::<TantivyDocument>(RamDirectory::create(), WRITER_BYTES)?;
        let mut entries = Vec::with_capacity(passages.len());
        for passage in passages {
            let (terms, language) = passage_terms(passage);
            let length = u32::try_from(terms.len()).unwrap_or(u32::MAX);
            entries.push(Entry { key: (passage.document, passage.ordinal), length, language });
            let mut document = TantivyDocument::new();
            document.add_text(FIELD, terms.join("\n"));
            writer.add_document(document)?;
        }
        let searcher = writer.finalize()?.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?.searcher();
        Ok(Self { searcher, entries })
    }

    /// Its passages, in the order of their names.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Where a document's passages are in [`Part::entries`].
    pub(crate) fn range_of(&self, document: Id<Document>) -> std::ops::Range<usize> {
        let start = self.entries.partition_point(|entry| entry.key.0 < document);
        let end = self.entries.partition_point(|entry| entry.key.0 <= document);
        start..end
    }

    /// The tantivy side of it.
    pub(crate) fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    /// Its only segment.
    pub(crate) fn segment(&self) -> &SegmentReader {
        self.searcher.segment_reader(0)
    }

    /// How many passages that are not `dead` have a term.
    pub(crate) fn count_living(&self, text: &str, dead: &[bool]) -> tantivy::Result<u64> {
        let term = term(text);
        let inverted = self.segment().inverted_index(FIELD)?;
        if dead.is_empty() {
            return inverted.doc_freq(&term).map(u64::from).map_err(Into::into);
        }
        let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)? else { return Ok(0) };
        let mut count = 0;
        while postings.doc() != TERMINATED {
            count += u64::from(!dead[postings.doc() as usize]);
            postings.advance();
        }
        Ok(count)
    }
}

const TERMS: &str = "terms";

/// The only field there is.
const FIELD: Field = Field::from_field_id(0);

/// A term of a part, to be looked up.
pub(crate) fn term(text: &str) -> Term {
    Term::from_field_text(FIELD, text)
}

fn schema() -> Schema {
    let indexing = TextFieldIndexing::default().set_tokenizer(TERMS).set_index_option(IndexRecordOption::WithFreqs);
    let mut schema = Schema::builder();
    schema.add_text_field("terms", TextOptions::default().set_indexing_options(indexing));
    schema.build()
}

/// Gives tantivy the terms that [`passage_terms`] made, one a line.
#[derive(Clone, Default)]
struct OneTermALine {
    token: Token,
}

impl Tokenizer for OneTermALine {
    type TokenStream<'a> = Lines<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Lines<'a> {
        self.token.reset();
        Lines { lines: text.lines(), token: &mut self.token }
    }
}

struct Lines<'a> {
    lines: std::str::Lines<'a>,
    token: &'a mut Token,
}

impl TokenStream for Lines<'_> {
    fn advance(&mut self) -> bool {
        let Some(line) = self.lines.next() else { return false };
        self.token.text.clear();
        self.token.text.push_str(line);
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}
