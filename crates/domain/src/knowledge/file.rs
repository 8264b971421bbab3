//! Files as documents: which kind of file it is, by its content as well as its name (security F1),
//! and the text of those that are text.

use thiserror::Error;

use crate::{knowledge::DocumentDraft, text::TextError};

/// The most bytes of a file (contract § 11).
pub const MAX_FILE_BYTES: u64 = 10 * 1024 * 1024;
/// The most bytes of a file that are looked at: a longer text is refused, a byte order mark is not text.
pub const MAX_READ_BYTES: usize = DocumentDraft::MAX_CONTENT_BYTES + BYTE_ORDER_MARK.len() + 1;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// How many characters of a file's name are shown and kept.
const NAME_CHARACTERS: usize = 200;

/// A file as somebody sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFile {
    /// Its name as sent, perhaps with folders.
    pub name: String,
    /// How many bytes it has.
    pub size: u64,
    /// Its first bytes: all of them, or the first [`MAX_READ_BYTES`].
    pub bytes: Vec<u8>,
}

/// Why no document can be made of a file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FileError {
    /// The file has more than [`MAX_FILE_BYTES`].
    #[error("is larger than 10 MiB")]
    FileTooLarge,
    /// Its text has more than [`DocumentDraft::MAX_CONTENT_BYTES`].
    #[error("has more than 5 MB of text")]
    TextTooLarge,
    /// It is a kind of document that is not read yet.
    #[error("is a {0} document, which is not read yet; send its text as TXT or MD")]
    NotReadYet(&'static str),
    /// Its name says that it is no document.
    #[error("is no TXT or MD file")]
    UnknownKind,
    /// Its content is binary, or text in another encoding.
    #[error("is not text in UTF-8")]
    NotText,
    /// The field of the document that is at fault.
    #[error("{1}")]
    Field(&'static str, TextError),
}

impl GivenFile {
    /// The name alone, without folders and without what cannot be printed.
    pub fn short_name(&self) -> String {
        let name = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        let printable: String = name.chars().filter(|character| !character.is_control()).collect();
        match printable.trim() {
            "" => "file".to_owned(),
            name => name.chars().take(NAME_CHARACTERS).collect(),
        }
    }

    /// The document that the file is, titled as said or else by its name.
    pub fn into_draft(self, title: Option<&str>, label: Option<&str>) -> Result<DocumentDraft, FileError> {
        let name = self.short_name();
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => (stem, extension.to_ascii_lowercase()),
            _ => (&*name, String::new()),
        };
        if self.size > MAX_FILE_BYTES {
            return Err(FileError::FileTooLarge);
        }
        let by_name = kind_of_name(&extension)?;
        let text = self.text()?;
        let title = title.unwrap_or(stem);
        let label = label.unwrap_or(by_name);
        DocumentDraft::parse(title, Some(label), text).map_err(|(field, error)| FileError::Field(field, error))
    }

    fn text(&self) -> Result<&str, FileError> {
        let bytes = self.bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&self.bytes);
        if let Some(kind) = kind_of_content(bytes) {
            return Err(FileError::NotReadYet(kind));
        }
        let is_whole = self.bytes.len() as u64 == self.size;
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            // The last character of what was looked at may be cut in two.
            Err(error) if !is_whole && error.error_len().is_none() => {
                std::str::from_utf8(&bytes[..error.valid_up_to()]).map_err(|_| FileError::NotText)?
            }
            Err(_) => return Err(FileError::NotText),
        };
        if text.chars().any(is_binary) {
            return Err(FileError::NotText);
        }
        if !is_whole || text.len() > DocumentDraft::MAX_CONTENT_BYTES {
            return Err(FileError::TextTooLarge);
        }
        Ok(text)
    }
}

/// The label of a text by the end of its name; a name without an end may be anything.
fn kind_of_name(extension: &str) -> Result<&'static str, FileError> {
    match extension {
        "" | "txt" | "text" => Ok("text"),
        "md" | "markdown" => Ok("markdown"),
        "pdf" => Err(FileError::NotReadYet("PDF")),
        "docx" => Err(FileError::NotReadYet("DOCX")),
        _ => Err(FileError::UnknownKind),
    }
}

/// What a file is that is no text, whatever its name says.
fn kind_of_content(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"%PDF-") {
        return Some("PDF");
    }
    // A ZIP whose entries are those of a text document.
    let is_zip = bytes.starts_with(b"PK\x03\x04");
    (is_zip && bytes.windows(5).any(|window| window == b"word/")).then_some("DOCX")
}

/// Characters that no text has: controls other than those that lay it out.
fn is_binary(character: char) -> bool {
    character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(name: &str, bytes: impl Into<Vec<u8>>) -> GivenFile {
        let bytes = bytes.into();
        GivenFile { name: name.to_owned(), size: bytes.len() as u64, bytes }
    }

    fn refused(name: &str, bytes: impl Into<Vec<u8>>) -> FileError {
        file(name, bytes).into_draft(None, None).expect_err(name)
    }

    #[test]
    fn a_text_is_titled_by_its_name_unless_it_is_said_otherwise() {
        for (name, title, label) in [
            ("Plans 2026.txt", "Plans 2026", "text"),
            ("faq.v2.MD", "faq.v2", "markdown"),
            ("C:\\Docs\\Guide.markdown", "Guide", "markdown"),
            ("../../etc/passwd", "passwd", "text"),
            (".txt", ".txt", "text"),
            ("", "file", "text"),
        ] {
            let draft = file(name, "Pro costs $149.").into_draft(None, None).expect(name);
            assert_eq!((&*draft.title, &*draft.label, &*draft.content), (title, label, "Pro costs $149."), "{name}");
        }
        let draft = file("a.txt", "x").into_draft(Some("Prices"), Some("pricing")).expect("valid");
        assert_eq!((&*draft.title, &*draft.label), ("Prices", "pricing"));
        let marked = file("a.txt", b"\xef\xbb\xbfna\xc3\xafve".as_slice()).into_draft(None, None).expect("valid");
        assert_eq!(marked.content, "naïve", "a byte order mark is no text");
    }

    #[test]
    fn f1_a_file_is_what_its_content_is_whatever_its_name_says() {
        assert_eq!(refused("a.txt", "%PDF-1.7 \n…"), FileError::NotReadYet("PDF"));
        assert_eq!(refused("a.md", b"\xef\xbb\xbf%PDF-1.7".as_slice()), FileError::NotReadYet("PDF"));
        assert_eq!(
            refused("a.txt", b"PK\x03\x04\x14\0\0\0word/document.xml".as_slice()),
            FileError::NotReadYet("DOCX")
        );
        assert_eq!(refused("a.pdf", "plain"), FileError::NotReadYet("PDF"));
        assert_eq!(refused("a.DOCX", "plain"), FileError::NotReadYet("DOCX"));
        for name in ["a.exe", "a.html", "a.csv", "a.txt.exe", "a.zip"] {
            assert_eq!(refused(name, "plain"), FileError::UnknownKind, "{name}");
        }
        for bytes in [
            &b"PK\x03\x04\x14\0\0\0mimetype"[..],
            b"\x7fELF\x02\x01",
            b"a\0b",
            b"na\xefve",
            b"\xff\xfea\0",
            b"\x1b[31m",
        ] {
            assert_eq!(refused("a.txt", bytes), FileError::NotText, "{bytes:?}");
        }
        let about_pdf = file("a.md", "A PDF begins with %PDF-1.7.").into_draft(None, None);
        assert!(about_pdf.is_ok(), "a text may speak of them");
    }

    #[test]
    fn f1_sizes_are_bounded() {
        let most = DocumentDraft::MAX_CONTENT_BYTES;
        assert!(file("a.txt", "é".repeat(most / 2)).into_draft(None, None).is_ok());
        assert_eq!(refused("a.txt", "x".repeat(most + 1)), FileError::TextTooLarge);
        let cut =
            |size: u64| GivenFile { name: "a.txt".to_owned(), size, bytes: "é".repeat(most)[..MAX_READ_BYTES].into() };
        assert_eq!(cut(MAX_FILE_BYTES).into_draft(None, None), Err(FileError::TextTooLarge));
        assert_eq!(cut(MAX_FILE_BYTES + 1).into_draft(None, None), Err(FileError::FileTooLarge));
    }

    #[test]
    fn i1_the_field_at_fault_is_named() {
        let field = |title, label, text: &str| match file("a.txt", text).into_draft(title, label) {
            Err(FileError::Field(field, _)) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(field(Some(" "), None, "x"), "title");
        assert_eq!(field(None, Some(""), "x"), "type");
        assert_eq!(field(None, None, " \n"), "content");
        assert_eq!(field(None, None, ""), "content");
    }

    proptest! {
        #[test]
        fn f1_no_file_makes_it_panic(name in "\\PC{0,40}", bytes in proptest::collection::vec(any::<u8>(), 0..200), more in 0u64..20_000_000) {
            let given = GivenFile { name, size: bytes.len() as u64 + more, bytes };
            prop_assert!((1..=200).contains(&given.short_name().chars().count()));
            let _ = given.into_draft(None, None);
        }
    }
}
