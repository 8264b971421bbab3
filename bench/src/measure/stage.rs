//! What both contenders start from: one database, filled through the product's own API and copied,
//! so that they read the same rows on the same pages.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::{
    load::{Connection, request},
    material,
    measure::Extent,
    process::{Server, output},
    report::Report,
};

/// Leads of one bulk request.
const BULK: u64 = 1_000;
/// The plan without limits.
const PLAN: &str = "unlimited";

/// The filled database and who is measured on it.
pub(super) struct Stage {
    /// A key that may do everything.
    pub(super) key: String,
    /// The leads that are there.
    pub(super) leads: Arc<[String]>,
    /// The product's binary.
    pub(super) program: PathBuf,
    folder: PathBuf,
}

impl Stage {
    /// Fills a database through a running server and keeps a copy that everything begins with.
    pub(super) async fn build(program: &Path, folder: &Path, extent: &Extent, report: &mut Report) -> Result<Self> {
        let mut stage =
            Self { key: String::new(), leads: Arc::new([]), program: program.to_owned(), folder: folder.to_owned() };
        let filled = stage.folder_of("filled")?;
        stage.key = stage.new_key(&filled).await?;
        let server = stage.start_product(&filled).await?;
        let mut connection = Connection::open(server.address).await?;
        let mut passages = 0;
        for document in material::documents() {
            passages += add_document(&mut connection, &stage.key, &document).await?;
        }
        let mut leads = Vec::new();
        let mut next = 0;
        while next < extent.leads {
            let rows: Vec<Value> =
                (next..extent.leads.min(next + BULK)).map(|number| material::lead("stock", number)).collect();
            next += BULK;
            leads.extend(add_leads(&mut connection, &stage.key, rows).await?);
        }
        drop(connection);
        stage.leads = leads.into();
        let copy = stage.base();
        let copy = copy.to_str().context("the folder's path is not UTF-8")?;
        output(program, &with_settings(&["backup", copy]), &filled).await?;
        server.end().await?;
        fs::copy(filled.join(KEY_FILE), stage.folder.join(KEY_FILE)).context("the key file cannot be copied")?;
        let size = fs::metadata(stage.base()).context("there is no copy")?.len() / (1 << 20);
        report.facts.push(format!(
            "database: {} leads, {passages} passages in {} documents, {size} MiB; filled through the API, copied for the floor",
            stage.leads.len(),
            material::documents().len(),
        ));
        Ok(stage)
    }

    /// A new folder with a copy of the filled database.
    pub(super) fn folder_with_copy(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder_of(name)?;
        fs::copy(self.base(), folder.join(DATABASE)).context("the database cannot be copied")?;
        fs::copy(self.folder.join(KEY_FILE), folder.join(KEY_FILE)).context("the key file cannot be copied")?;
        Ok(folder)
    }

    /// A new empty folder.
    pub(super) fn folder_of(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        fs::create_dir(&folder).with_context(|| format!("the folder {name} cannot be made"))?;
        Ok(folder)
    }

    /// Makes the database of a folder, if there is none, with a key that may do everything.
    pub(super) async fn new_key(&self, folder: &Path) -> Result<String> {
        let arguments = ["key", "create", "--kind", "live", "--scopes", "admin", "--name", "benchmark", "--json"];
        let printed = output(&self.program, &with_settings(&arguments), folder).await?;
        let record: Value = serde_json::from_str(&printed).context("the new key is not JSON")?;
        record["key"].as_str().map(str::to_owned).context("there is no key in the new key")
    }

    /// Starts the product on a folder's database, as it would be without any setting but the plan.
    pub(super) async fn start_product(&self, folder: &Path) -> Result<Server> {
        Server::start(&self.program, &with_settings(&["serve"]), folder).await
    }

    /// Starts the floor on a folder's database.
    pub(super) async fn start_floor(&self, folder: &Path) -> Result<Server> {
        let program = std::env::current_exe().context("this program cannot be found")?;
        Server::start(&program, &["floor", "--database", DATABASE], folder).await
    }

    fn base(&self) -> PathBuf {
        self.folder.join(DATABASE)
    }
}

/// The database's name in every folder.
pub(super) const DATABASE: &str = "synaptiq.db";
/// The file beside it that holds the key of its secrets.
const KEY_FILE: &str = "synaptiq.db.key";

/// A command with the settings that everything runs with.
pub(super) fn with_settings<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let settings = ["--listen", "127.0.0.1:0", "--database-url", "sqlite:./synaptiq.db", "--plan", PLAN];
    arguments.iter().copied().chain(settings).collect()
}

async fn add_document(connection: &mut Connection, key: &str, document: &Value) -> Result<u64> {
    let request = request("POST", "/api/v1/knowledge", key, Some(&document.to_string()));
    let response = connection.exchange(&request).await?;
    response.expect(201)?;
    let record: Value = serde_json::from_slice(response.body).context("the new document is not JSON")?;
    record["passageCount"].as_u64().context("the new document has no passages")
}

async fn add_leads(connection: &mut Connection, key: &str, rows: Vec<Value>) -> Result<Vec<String>> {
    let count = rows.len();
    let request = request("POST", "/api/v1/leads/bulk", key, Some(&json!({ "leads": rows }).to_string()));
    let response = connection.exchange(&request).await?;
    response.expect(200)?;
    let answer: Value = serde_json::from_slice(response.body).context("the new leads are not JSON")?;
    let results = answer["results"].as_array().map_or(&[][..], Vec::as_slice);
    let ids: Vec<String> = results
        .iter()
        .filter(|row| row["status"] == "created")
        .filter_map(|row| row["id"].as_str()?.strip_prefix("lead_").map(str::to_owned))
        .collect();
    if ids.len() == count { Ok(ids) } else { bail!("{} of {count} leads were created", ids.len()) }
}
