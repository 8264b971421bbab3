//! Reads a form with files part by part as it comes (security I5, I6, F1): the same deadline and
//! least rate as any body, and memory that is bounded for one request and for all together.
//!
//! Of a file no more is kept than anybody looks at; the rest of it is counted and let go, so that
//! one file that is too large does not cost the others of its request.

use std::{cell::Cell, rc::Rc, sync::Arc};

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{
    error::PayloadError,
    http::header::{CONTENT_TYPE, HeaderMap, HeaderValue},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use sha2::{Digest as _, Sha256};
use synaptiq_domain::knowledge::{GivenFile, MAX_FILE_BYTES, MAX_READ_BYTES};
use synaptiq_wire::{Code, Fault, FieldError, app::knowledge::MAX_FILES};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    body::{BodyError, BodyLimits, Pace},
    fault::{Refused, busy},
};

/// The most bytes of a field that is no file.
const FIELD_BYTES: usize = 16 * 1024;
/// The most fields that are no files.
const FIELDS: usize = 100;
/// The most bytes of a form: its files, and what stands around them.
const FORM_BYTES: u64 = MAX_FILES as u64 * MAX_FILE_BYTES + 1024 * 1024;
/// How many bytes one permit stands for.
const PERMIT_BYTES: usize = 64 * 1024;

/// The room that the files of all requests share.
#[derive(Debug, Clone)]
pub struct UploadRoom(Arc<Semaphore>);

impl UploadRoom {
    /// Room for so many bytes.
    pub fn of_bytes(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / PERMIT_BYTES)))
    }
}

/// A form that was read to its end. Its room is free again when it is dropped.
#[derive(Debug, Default)]
pub struct Upload {
    /// The fields that are no files, in order.
    pub fields: Vec<(String, String)>,
    /// The files, in order.
    pub files: Vec<GivenFile>,
    /// What tells this form from others, however its parts are delimited: clients make up a new
    /// delimiter for every try.
    pub digest: [u8; 32],
    room: Vec<OwnedSemaphorePermit>,
}

impl Upload {
    /// The values of a field, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(given, _)| given == name).map(|(_, value)| &**value)
    }
}

/// Whether a body is said to be a form with files.
pub(crate) fn is_form(content_type: &HeaderValue) -> bool {
    let media = content_type.to_str().ok().and_then(|value| value.split(';').next());
    media.is_some_and(|media| media.trim().eq_ignore_ascii_case("multipart/form-data"))
}

/// Reads a form to its end. `announced` is its `Content-Length`, where there is one.
pub(crate) async fn read<S>(
    chunks: S,
    content_type: HeaderValue,
    announced: Option<u64>,
    limits: BodyLimits,
    room: &UploadRoom,
) -> Result<Upload, Refused>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin + 'static,
{
    let bytes = usize::try_from(FORM_BYTES).unwrap_or(usize::MAX);
    let pace = Pace::begin(announced, BodyLimits { bytes, ..limits })?;
    let failure = Rc::new(Cell::new(None));
    let told = Rc::clone(&failure);
    let paced = stream::unfold((chunks, pace), move |(mut chunks, mut pace)| {
        let told = Rc::clone(&told);
        async move {
            let next = pace.next(&mut chunks).await.inspect_err(|error| told.set(Some(*error)));
            let next = next.map_err(|_| PayloadError::Incomplete(None)).transpose()?;
            Some((next, (chunks, pace)))
        }
    });
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, content_type);
    let mut reading = Reading { upload: Upload::default(), digest: Sha256::new(), room: room.clone(), spare: 0 };
    match reading.parts(Multipart::new(&headers, Box::pin(paced.fuse()))).await {
        Ok(()) => Ok(Upload { digest: reading.digest.finalize().into(), ..reading.upload }),
        // What the reader of parts says of a body that failed is less than what the body says.
        Err(refused) => Err(failure.get().map_or(refused, BodyError::into)),
    }
}

/// A form while it is read.
struct Reading {
    upload: Upload,
    digest: Sha256,
    room: UploadRoom,
    /// Bytes of the room taken that nothing is kept in yet.
    spare: usize,
}

impl Reading {
    async fn parts(&mut self, mut parts: Multipart) -> Result<(), Refused> {
        while let Some(part) = parts.next().await {
            let mut part = part.map_err(malformed)?;
            let name = part.name().unwrap_or_default().to_owned();
            match file_name(&part) {
                Some(file) => self.file(&name, file, &mut part).await?,
                None => self.field(name, &mut part).await?,
            }
        }
        Ok(())
    }

    async fn file(&mut self, field: &str, name: String, part: &mut Field) -> Result<(), Refused> {
        if self.upload.files.len() == MAX_FILES {
            return Err(FieldError::new("file", format!("must be given at most {MAX_FILES} times")).into());
        }
        let (mut file, mut content) = (GivenFile { name, size: 0, bytes: Vec::new() }, Sha256::new());
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(malformed)?;
            content.update(&chunk);
            file.size += chunk.len() as u64;
            let wanted = chunk.len().min(MAX_READ_BYTES - file.bytes.len());
            self.take_room(wanted)?;
            file.bytes.extend_from_slice(&chunk[..wanted]);
        }
        self.tell_apart(&["file", field, &file.name], &content.finalize());
        self.upload.files.push(file);
        Ok(())
    }

    async fn field(&mut self, name: String, part: &mut Field) -> Result<(), Refused> {
        if self.upload.fields.len() == FIELDS {
            return Err(FieldError::new("body", format!("must have at most {FIELDS} fields")).into());
        }
        let content = part.bytes(FIELD_BYTES).await;
        let content = content.map_err(|_| {
            let error = FieldError::new(&*name, format!("must have at most {FIELD_BYTES} bytes"));
            Fault::new(Code::PayloadTooLarge, error.to_string()).with_param(error.param)
        })?;
        let content = content.map_err(malformed)?;
        let text = std::str::from_utf8(&content).map_err(|_| FieldError::new(&*name, "must be UTF-8"))?;
        if text.contains('\0') || name.contains('\0') {
            return Err(FieldError::new(name.replace('\0', ""), "must not contain U+0000").into());
        }
        self.tell_apart(&["field", &name], content.as_ref());
        self.upload.fields.push((name, text.to_owned()));
        Ok(())
    }

    /// Takes room for so many bytes more, or says that there is none.
    fn take_room(&mut self, bytes: usize) -> Result<(), Refused> {
        if self.spare < bytes {
            let permits = (bytes - self.spare).div_ceil(PERMIT_BYTES);
            let wanted = u32::try_from(permits).unwrap_or(u32::MAX);
            let permit = Arc::clone(&self.room.0).try_acquire_many_owned(wanted).map_err(|_| busy())?;
            self.upload.room.push(permit);
            self.spare += permits * PERMIT_BYTES;
        }
        self.spare -= bytes;
        Ok(())
    }

    /// Adds a part to the digest. Lengths go first, so that no two forms are written alike.
    fn tell_apart(&mut self, names: &[&str], content: &[u8]) {
        for part in names.iter().map(|name| name.as_bytes()).chain([content]) {
            self.digest.update((part.len() as u64).to_be_bytes());
            self.digest.update(part);
        }
    }
}

/// The name of the file that a part is, if it is one.
fn file_name(part: &Field) -> Option<String> {
    let disposition = part.content_disposition()?;
    let extended = disposition.get_filename_ext().and_then(|name| String::from_utf8(name.value.clone()).ok());
    extended.or_else(|| disposition.get_filename().map(str::to_owned))
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn malformed(error: MultipartError) -> Refused {
    let reason = match error {
        MultipartError::BoundaryMissing | MultipartError::ContentTypeParse => "has no boundary, or none as announced",
        MultipartError::ContentDispositionMissing | MultipartError::ContentDispositionNameMissing => {
            "has a part without a name"
        }
        MultipartError::Nested => "has a form within the form",
        MultipartError::Incomplete => "ended before its last boundary",
        _ => "is no well-formed multipart form",
    };
    Refused::from(FieldError::new("body", reason))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;

    const TYPE: HeaderValue = HeaderValue::from_static("multipart/form-data; boundary=x");

    fn part(disposition: &str, content: &str) -> String {
        format!("--x\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n")
    }

    fn form(parts: &[String]) -> Vec<u8> {
        format!("{}--x--\r\n", parts.concat()).into_bytes()
    }

    async fn read_in(body: Vec<u8>, cut: usize, room: &UploadRoom) -> Result<Upload, Fault> {
        let chunks: Vec<_> = body.chunks(cut).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
        let read = read(stream::iter(chunks), TYPE, None, BodyLimits::default(), room).await;
        read.map_err(Refused::into_fault)
    }

    async fn read_whole(body: Vec<u8>) -> Result<Upload, Fault> {
        read_in(body, 1000, &UploadRoom::of_bytes(64 << 20)).await
    }

    #[actix_web::test]
    async fn parts_come_back_whole_however_the_form_is_cut() {
        let parts = [
            part(r#"name="title""#, "Plans"),
            part(r#"name="file"; filename="Preise für 2026.txt""#, "Pro costs $149.\r\n--y"),
            part(r#"name="other"; filename*=UTF-8''na%C3%AFve.md"#, ""),
        ];
        for cut in [1, 2, 7, 1000] {
            let upload = read_in(form(&parts), cut, &UploadRoom::of_bytes(1 << 20)).await.expect("a form");
            assert_eq!(upload.values("title").collect::<Vec<_>>(), ["Plans"]);
            let names: Vec<&str> = upload.files.iter().map(|file| &*file.name).collect();
            assert_eq!(names, ["Preise für 2026.txt", "naïve.md"]);
            assert_eq!(upload.files[0].bytes, b"Pro costs $149.\r\n--y");
            assert_eq!((upload.files[0].size, upload.files[1].size), (20, 0));
        }
    }

    #[actix_web::test]
    async fn p6_the_same_form_is_told_by_its_parts_and_not_by_its_delimiter() {
        let parts = [part(r#"name="title""#, "Plans"), part(r#"name="file"; filename="a.txt""#, "text")];
        let digest = read_whole(form(&parts)).await.expect("a form").digest;
        let body = String::from_utf8(form(&parts)).expect("text").replace("--x", "--other");
        let content_type = HeaderValue::from_static("multipart/form-data; boundary=other");
        let chunks = stream::iter([Ok(Bytes::from(body))]);
        let again = read(chunks, content_type, None, BodyLimits::default(), &UploadRoom::of_bytes(1 << 20)).await;
        assert_eq!(again.map_err(Refused::into_fault).expect("a form").digest, digest);
        for other in [
            [parts[1].clone(), parts[0].clone()],
            [parts[0].clone(), part(r#"name="file"; filename="b.txt""#, "text")],
            [parts[0].clone(), part(r#"name="file"; filename="a.txt""#, "texts")],
            [part(r#"name="title""#, "Plan"), parts[1].clone()],
        ] {
            assert_ne!(read_whole(form(&other)).await.expect("a form").digest, digest, "{other:?}");
        }
    }

    #[actix_web::test]
    async fn i5_of_a_large_file_its_size_is_known_and_no_more_kept_than_is_looked_at() {
        let large = "x".repeat(usize::try_from(MAX_FILE_BYTES).expect("fits") + 1);
        let parts =
            [part(r#"name="file"; filename="large.txt""#, &large), part(r#"name="file"; filename="small.txt""#, "y")];
        let upload = read_in(form(&parts), 50_000, &UploadRoom::of_bytes(64 << 20)).await.expect("a form");
        assert_eq!((upload.files[0].size, upload.files[0].bytes.len()), (MAX_FILE_BYTES + 1, MAX_READ_BYTES));
        assert_eq!(upload.files[1].bytes, b"y", "the other file is none the worse for it");
    }

    #[actix_web::test]
    async fn p2_all_uploads_together_have_bounded_room_which_is_free_again_afterwards() {
        let room = UploadRoom::of_bytes(4 * PERMIT_BYTES);
        let body = form(&[part(r#"name="file"; filename="a.txt""#, &"x".repeat(3 * PERMIT_BYTES))]);
        let first = read_in(body.clone(), 10_000, &room).await.expect("there is room");
        let refused = read_in(body.clone(), 10_000, &room).await.expect_err("there is none");
        assert_eq!((refused.status, refused.retry_after), (503, Some(1)));
        drop(first);
        read_in(body, 10_000, &room).await.expect("there is room again");
        assert_eq!(room.0.available_permits(), 4);
    }

    #[actix_web::test]
    async fn i1_what_is_wrong_with_a_form_is_said() {
        let file = part(r#"name="file"; filename="a.txt""#, "x");
        for (body, status, param) in [
            (form(&vec![file.clone(); MAX_FILES + 1]), 400, "file"),
            (form(&vec![part(r#"name="a""#, "x"); FIELDS + 1]), 400, "body"),
            (form(&[part(r#"name="title""#, &"x".repeat(FIELD_BYTES + 1))]), 413, "title"),
            (form(&[part(r#"name="title""#, "a\0b")]), 400, "title"),
            (form(&[part(r#"nom="title""#, "a")]), 400, "body"),
            (file.clone().into_bytes(), 400, "body"),
            (b"{}".to_vec(), 400, "body"),
            (Vec::new(), 400, "body"),
            (b"--x\r\nno header at all\r\n\r\nx\r\n--x--\r\n".to_vec(), 400, "body"),
        ] {
            let text = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            let fault = read_whole(body).await.map(|upload| upload.files.len()).expect_err(&text);
            assert_eq!((fault.status, fault.param.as_deref()), (status, Some(param)), "{text}");
        }
        let mut latin = form(&[part(r#"name="title""#, "naXve")]);
        let at = latin.iter().position(|byte| *byte == b'X').expect("there");
        latin[at] = 0xef;
        assert_eq!(read_whole(latin).await.expect_err("not UTF-8").param.as_deref(), Some("title"));
    }

    #[actix_web::test]
    async fn i5_a_form_that_is_announced_too_large_is_not_read() {
        let never = stream::pending::<Result<Bytes, PayloadError>>();
        let room = UploadRoom::of_bytes(1 << 20);
        let refused = read(Box::pin(never), TYPE, Some(FORM_BYTES + 1), BodyLimits::default(), &room).await;
        assert_eq!(refused.map(|upload| upload.files.len()).map_err(|refused| refused.into_fault().status), Err(413));
    }

    #[tokio::test(start_paused = true)]
    async fn i6_a_form_that_drips_is_cut_off_soon_after_the_grace() {
        let begun = Instant::now();
        let start = part(r#"name="file"; filename="a.txt""#, "").into_bytes();
        let dripping = stream::unfold(Some(start), |start| async {
            let bytes = if let Some(start) = start {
                start
            } else {
                tokio::time::sleep(Duration::from_secs(1)).await;
                vec![b'x']
            };
            Some((Ok(Bytes::from(bytes)), None))
        });
        let room = UploadRoom::of_bytes(1 << 20);
        let refused = read(Box::pin(dripping), TYPE, None, BodyLimits::default(), &room).await;
        assert_eq!(refused.map(|upload| upload.files.len()).map_err(|refused| refused.into_fault().status), Err(408));
        assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    }
}
