//! The key that encrypts secrets at rest: given, or a file of mode 0600 beside the database, made
//! at the first start (security W1). A check value in the database refuses another key.

use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use synaptiq_domain::{
    access::SystemScope,
    ports::{Ids, Purpose, Vault as _, store::SystemStore},
};
use synaptiq_storage::Vault;

const CHECK: &str = "secret_key_check";
const CHECKED: &[u8] = b"synaptiq secret key";

/// The key file beside a database.
pub(crate) fn key_file(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

/// The vault of a database: with the given key, or the key file's, which is made if the database
/// has never had a key.
pub(crate) async fn open_vault(
    given: Option<[u8; 32]>,
    database: &Path,
    store: &dyn SystemStore,
    system: SystemScope,
    ids: &dyn Ids,
) -> Result<Vault> {
    let check = store.find_setting(system, CHECK).await?;
    let file = key_file(database);
    let key = match given {
        Some(key) => key,
        None if file.exists() => read(&file)?,
        None if check.is_some() => {
            bail!("the key file {} is missing, and without its key stored secrets cannot be read", file.display())
        }
        None => make(&file, ids)?,
    };
    let vault = Vault::new(&key);
    match check {
        Some(sealed) => {
            let opened = STANDARD.decode(sealed).ok().and_then(|sealed| vault.open(Purpose::KeyCheck, &sealed));
            if opened.as_deref() != Some(CHECKED) {
                bail!("the secret key is not the one that this database was made with");
            }
        }
        None => store.put_setting(system, CHECK, &STANDARD.encode(vault.seal(Purpose::KeyCheck, CHECKED))).await?,
    }
    Ok(vault)
}

fn make(path: &Path, ids: &dyn Ids) -> Result<[u8; 32]> {
    let key = ids.secret();
    let context = || format!("cannot write the key file {}", path.display());
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).with_context(context)?;
    file.write_all(STANDARD.encode(key).as_bytes()).with_context(context)?;
    file.sync_all().with_context(context)?;
    Ok(key)
}

fn read(path: &Path) -> Result<[u8; 32]> {
    let context = || format!("cannot read the key file {}", path.display());
    let mut file = File::open(path).with_context(context)?;
    if file.metadata().with_context(context)?.permissions().mode() & 0o077 != 0 {
        bail!("the key file {} can be read by others; its mode must be 0600", path.display());
    }
    let mut text = String::new();
    file.read_to_string(&mut text).with_context(context)?;
    let key = STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    key.with_context(|| format!("the key file {} does not hold 32 bytes in base64", path.display()))
}
