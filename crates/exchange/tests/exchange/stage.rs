//! A tenant on a store, and files moved into and out of it.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use synaptiq_domain::{
    access::TenantScope,
    ports::Store,
    use_cases::{CreateTenant, Services, create_tenant},
};
use synaptiq_exchange::{
    export::export,
    import::{FileForm, ImportError, ImportOptions, OnError, Pace, RefusedLine, Summary, import},
    table::export_leads,
};
use synaptiq_storage::{Access, MemoryStore, OpenOptions, SqliteStore};
use synaptiq_testkit::fakes::{FakeClock, services};

/// A fresh tenant on a fresh store.
pub(crate) struct Stage {
    pub(crate) services: Services,
    pub(crate) scope: TenantScope,
    _folder: Option<tempfile::TempDir>,
}

impl Stage {
    pub(crate) async fn in_memory() -> Self {
        Self::on(Arc::new(MemoryStore::new()), None).await
    }

    pub(crate) async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let options = OpenOptions { path: folder.path().join("synaptiq.db"), access: Access::Server, create: true };
        Self::on(Arc::new(SqliteStore::open(&options).expect("a new database")), Some(folder)).await
    }

    async fn on(store: Arc<dyn Store>, folder: Option<tempfile::TempDir>) -> Self {
        let services = services(store, Arc::new(FakeClock::default()));
        let command = CreateTenant { name: "Acme".to_owned(), plan: "self_hosted".to_owned(), is_default: true };
        let tenant = create_tenant(&services, command).await.expect("a tenant");
        Self { services, scope: TenantScope::live(tenant.id), _folder: folder }
    }

    /// Imports lines, stopping at the first that is refused.
    pub(crate) async fn import(&self, file: &[u8]) -> Result<Summary, ImportError> {
        self.import_as(FileForm::Lines, OnError::Stop, file).await.0
    }

    /// Imports a file, and gives what was listed of it.
    pub(crate) async fn import_as(
        &self,
        form: FileForm,
        on_error: OnError,
        file: &[u8],
    ) -> (Result<Summary, ImportError>, Vec<RefusedLine>) {
        let mut report = Vec::new();
        let options = ImportOptions {
            scope: self.scope,
            form,
            on_error,
            report: Some(&mut report),
            // Small batches, so that files of a test have several.
            pace: &|| Pace { rows: 7, pause: None },
            progress: &|_| {},
        };
        let outcome = import(&self.services, Box::new(std::io::Cursor::new(file.to_vec())), options).await;
        let listed = report.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(|line| {
            let line: serde_json::Value = serde_json::from_slice(line).expect("JSON");
            let text = |name: &str| line[name].as_str().expect("a text").to_owned();
            RefusedLine { line: line["line"].as_u64().expect("a number"), field: text("field"), reason: text("reason") }
        });
        (outcome, listed.collect())
    }

    pub(crate) async fn export(&self) -> Vec<u8> {
        let file = Kept::default();
        export(&*self.services.store, self.scope, file.clone(), &|_| {}).await.expect("an export");
        file.taken()
    }

    pub(crate) async fn export_leads(&self) -> Vec<u8> {
        let file = Kept::default();
        export_leads(&*self.services.store, self.scope, file.clone(), &|_| {}).await.expect("an export");
        file.taken()
    }

    /// What is exported, as text, without what every tenant has from the beginning.
    pub(crate) async fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.export().await).expect("UTF-8");
        text.lines().filter(|line| !line.contains(r#""object":"tenant""#)).map(str::to_owned).collect()
    }
}

/// A file in memory that is written elsewhere.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn taken(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().expect("no panic"))
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
