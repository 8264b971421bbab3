//! The documents are what they say they are.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use synaptiq_tests::{Finished, Server, openapi_python, openapi_scripts};

use super::DOCUMENTS;

#[test]
fn every_published_document_is_tried() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi");
    let published: BTreeSet<String> = fs::read_dir(folder)
        .expect("the published documents")
        .map(|file| file.expect("a file").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    assert_eq!(published, DOCUMENTS.map(|(name, _)| name.to_owned()).into());
}

#[tokio::test]
async fn every_document_is_valid_and_every_example_is_of_its_schema() {
    let Some(python) = openapi_python("the validity of the OpenAPI documents") else { return };
    let server = Server::start();
    for (dialect, path) in DOCUMENTS {
        let document = server.anonymous().get(path).await.expect(200).text;
        let mut child = Command::new(python.join("python"))
            .arg(openapi_scripts().join("documents.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Python can be started");
        let mut input = child.stdin.take().expect("standard input is piped");
        input.write_all(document.as_bytes()).expect("the document is read");
        drop(input);
        let output = child.wait_with_output().expect("a child can be waited for");
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{dialect}\n{stdout}\n{stderr}");
        let examples: usize = stdout.trim().parse().expect("the number of examples");
        assert!(examples > 15, "{dialect} has only {examples} examples");
    }
}

#[tokio::test]
async fn the_command_line_prints_the_document_that_is_served() {
    let server = Server::start();
    for (dialect, path) in DOCUMENTS {
        let document = server.anonymous().get(path).await.expect(200).json();
        let output: Finished = server.command_line(&["openapi", dialect]).succeeded();
        assert_eq!(output.json(), document, "{dialect}");
    }
}
