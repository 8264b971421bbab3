//! The command line (contract § 15): what can be said, and from it what is to be done.

mod upkeep;

use std::path::PathBuf;

use clap::{Arg, ArgGroup, ArgMatches, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use synaptiq_domain::{
    access::{Colour, KeyKind, WebOrigin, WidgetPosition, WidgetSettings, WidgetTheme},
    analytics::{CompareWith, Granularity},
    event::EventKind,
    time::{Day, Timestamp},
};
use synaptiq_wire::{
    time::{parse_instant, parse_instant_as_end},
    v1::analytics::{Format, feed_word},
};

pub(crate) use self::upkeep::{CopyArgs, DemoCommand, EraseArgs, KeepArgs};
use crate::config::SETTINGS;

/// A self-hosted AI sales agent. Without a command it serves.
#[derive(Debug, Parser)]
#[command(name = "synaptiq", version, about)]
pub(crate) struct Cli {
    /// The settings file; synaptiq.toml in the working folder is read where it exists
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve (the default)
    Serve,
    /// Create the database, or bring it to this version
    Migrate,
    /// Tenants: companies that use this installation
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Assistants: the personas that chat
    #[command(subcommand)]
    Assistant(AssistantCommand),
    /// API keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// The operator's token
    #[command(subcommand)]
    Token(TokenCommand),
    /// Import records from a file, or from another server by its API
    Import(ImportArgs),
    /// Export a tenant's records to a file
    Export(ExportArgs),
    /// Write a consistent copy of the database to a new file, beside a running server
    Backup(FileArgs),
    /// Put a backup in the place of the database; no server may be running
    Restore(RestoreArgs),
    /// Print what a period came to: its summary, its series and its funnel
    Report(ReportArgs),
    /// Remove a person everywhere, beside a running server, and say what was removed
    Erase(EraseArgs),
    /// Copy a whole installation, keys and secrets included, into another database
    Copy(CopyArgs),
    /// A made-up tenant with a month behind it, to look at
    #[command(subcommand)]
    Demo(DemoCommand),
    /// Print the `OpenAPI` document of a dialect
    Openapi(OpenapiArgs),
    /// Print the effective settings and check the installation
    Doctor(DoctorArgs),
}

/// How data is printed.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Output {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Create a tenant with an assistant of its own
    Create {
        /// The company's name
        #[arg(long)]
        name: String,
        /// Its plan; the installation's by default
        #[arg(long)]
        plan: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// List tenants
    List(Output),
    /// Change a tenant
    #[command(group(ArgGroup::new("change").required(true).multiple(true)))]
    Set {
        /// Its id
        tenant: String,
        /// The plan whose limits apply
        #[arg(long, group = "change")]
        plan: Option<String>,
        /// An origin whose pages may chat, such as `https://www.example.com`; repeat it for more. Replaces the list
        #[arg(long, group = "change", value_name = "ORIGIN", value_parser = WebOrigin::parse)]
        allowed_origin: Vec<WebOrigin>,
        /// Let pages of every origin chat: empties the list
        #[arg(long, group = "change", conflicts_with = "allowed_origin")]
        any_origin: bool,
        #[command(flatten)]
        widget: WidgetArgs,
        #[command(flatten)]
        keep: KeepArgs,
        #[command(flatten)]
        output: Output,
    },
}

/// How a tenant's widget looks; what is not named stays.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct WidgetArgs {
    /// The widget's colours; auto is as the visitor's device is set
    #[arg(long = "widget-theme", group = "change", value_parser = ["auto", "light", "dark"])]
    theme: Option<String>,
    /// The colour of the widget's button, such as #2563eb
    #[arg(long = "widget-accent", group = "change", value_name = "COLOUR", value_parser = Colour::parse)]
    accent: Option<Colour>,
    /// The corner of the page that the widget sits in
    #[arg(long = "widget-position", group = "change", value_parser = ["bottom-right", "bottom-left"])]
    position: Option<String>,
    /// Whether the widget tells visitors that they talk to an AI
    #[arg(long = "widget-ai-notice", group = "change", value_name = "BOOL")]
    ai_notice: Option<bool>,
}

impl WidgetArgs {
    /// Whether anything is to be changed.
    pub(crate) const fn is_named(&self) -> bool {
        let Self { theme, accent, position, ai_notice } = self;
        theme.is_some() || accent.is_some() || position.is_some() || ai_notice.is_some()
    }

    /// Changes what is named.
    pub(crate) fn apply(&self, settings: &mut WidgetSettings) {
        let Self { theme, accent, position, ai_notice } = self;
        let theme = WidgetTheme::ALL.into_iter().find(|known| theme.as_deref() == Some(known.as_str()));
        let position = WidgetPosition::ALL.into_iter().find(|known| position.as_deref() == Some(known.as_str()));
        settings.theme = theme.unwrap_or(settings.theme);
        settings.accent = accent.unwrap_or(settings.accent);
        settings.position = position.unwrap_or(settings.position);
        settings.ai_notice = ai_notice.unwrap_or(settings.ai_notice);
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum AssistantCommand {
    /// Create an assistant
    Create {
        /// What it calls itself
        #[arg(long)]
        name: String,
        /// Its name in addresses; made of its name by default
        #[arg(long)]
        slug: Option<String>,
        /// The tenant's id; the default tenant by default
        #[arg(long)]
        tenant: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// List assistants
    List {
        /// The tenant's id; the default tenant by default
        #[arg(long)]
        tenant: Option<String>,
        #[command(flatten)]
        output: Output,
    },
}

/// The kinds of keys, as they are said on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Kind {
    /// A server's key on the tenant's own data
    Live,
    /// A server's key on the tenant's sandbox
    Test,
    /// A page's key, for chat alone
    Publishable,
    /// A key that speaks the syrus dialect
    Syrus,
}

impl From<Kind> for KeyKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Live => Self::Live,
            Kind::Test => Self::Test,
            Kind::Publishable => Self::Publishable,
            Kind::Syrus => Self::Syrus,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Create a key and print it once
    Create {
        /// What it is for
        #[arg(long, value_enum)]
        kind: Kind,
        /// Scopes or bundles, separated by commas: read, write, admin, leads:read, …
        #[arg(long, default_value = "read")]
        scopes: String,
        /// What the team calls it
        #[arg(long)]
        name: String,
        /// A plan of its own; that of its kind or its tenant by default
        #[arg(long)]
        plan: Option<String>,
        /// The tenant's id; the default tenant by default
        #[arg(long)]
        tenant: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// List keys
    List {
        /// The tenant's id; the default tenant by default
        #[arg(long)]
        tenant: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Give a key a new secret; the old one stops at once
    Rotate {
        /// Its id
        key: String,
        #[command(flatten)]
        output: Output,
    },
    /// Revoke a key at once
    Revoke {
        /// Its id
        key: String,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Generate a new token and print it once; the old one stops at once
    Rotate(Output),
}

#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// The file
    pub(crate) file: PathBuf,
}

/// The forms of files that records are moved in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    /// Everything, one JSON object a line
    Ndjson,
    /// Leads alone, as a table
    Csv,
}

/// What to do at a line that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AtError {
    /// End there; what came before it is imported
    Stop,
    /// Leave it out and go on
    Skip,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("origin").required(true).args(["file", "from"])))]
pub(crate) struct ImportArgs {
    /// The file; - is standard input
    pub(crate) file: Option<PathBuf>,
    /// The address of a running server, such as `https://sales.example.com`, to import from by its API
    #[arg(long, value_name = "URL", requires = "api_key")]
    pub(crate) from: Option<String>,
    /// A key of that server that may read leads and conversations
    #[arg(long, value_name = "KEY", requires = "from")]
    pub(crate) api_key: Option<String>,
    /// The tenant's id; the default tenant by default
    #[arg(long)]
    pub(crate) tenant: Option<String>,
    /// The form of the file; told by its name by default, else ndjson
    #[arg(long, value_enum)]
    pub(crate) format: Option<FileFormat>,
    /// What to do at a line that is refused
    #[arg(long, value_enum, default_value = "stop")]
    pub(crate) on_error: AtError,
    /// A file to list refused lines in, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The file, which is replaced when the new one is whole; - is standard output
    pub(crate) file: PathBuf,
    /// The tenant's id; the default tenant by default
    #[arg(long)]
    pub(crate) tenant: Option<String>,
    /// The form of the file; told by its name by default, else ndjson
    #[arg(long, value_enum)]
    pub(crate) format: Option<FileFormat>,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The backup
    pub(crate) file: PathBuf,
    /// Replace a database that is there; it is kept beside as FILE.before-restore
    #[arg(long)]
    pub(crate) replace: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ReportArgs {
    #[command(subcommand)]
    pub(crate) command: Option<ReportCommand>,
    /// The first UTC day, such as 2026-03-01; 30 days ago by default
    #[arg(long, value_name = "DATE", value_parser = first_day)]
    pub(crate) from: Option<Day>,
    /// The last UTC day, which is included; today by default
    #[arg(long, value_name = "DATE", value_parser = last_day)]
    pub(crate) to: Option<Day>,
    /// What the series consists of: day (the default), week or month
    #[arg(long, value_name = "PART", value_parser = granularity)]
    pub(crate) granularity: Option<Granularity>,
    /// What to compare the period with: `previous_period` or `previous_year`
    #[arg(long, value_name = "PERIOD", value_parser = compare_with)]
    pub(crate) compare: Option<CompareWith>,
    /// The tenant's id; the default tenant by default
    #[arg(long)]
    pub(crate) tenant: Option<String>,
    #[command(flatten)]
    pub(crate) output: Output,
    /// Draw the series into this file too
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Write what happened in a range, newest first
    Activity(ActivityArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ActivityArgs {
    /// The first instant, or the first UTC day; 24 hours ago by default
    #[arg(long, value_name = "TIME", value_parser = first_instant)]
    pub(crate) from: Option<Timestamp>,
    /// The last instant, or the last UTC day; now by default
    #[arg(long, value_name = "TIME", value_parser = last_instant)]
    pub(crate) to: Option<Timestamp>,
    /// Only these types, separated by commas: lead.qualified, conversion.completed, …
    #[arg(long = "type", value_name = "TYPES", value_delimiter = ',', value_parser = feed_kind)]
    pub(crate) kinds: Vec<EventKind>,
    /// The tenant's id; the default tenant by default
    #[arg(long)]
    pub(crate) tenant: Option<String>,
    /// An array of JSON, or a table
    #[arg(long, value_enum, default_value_t = FeedFormat::Json)]
    pub(crate) format: FeedFormat,
    /// Write to this file rather than to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// In which form a feed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FeedFormat {
    Json,
    Csv,
}

impl From<FeedFormat> for Format {
    fn from(format: FeedFormat) -> Self {
        match format {
            FeedFormat::Json => Self::Json,
            FeedFormat::Csv => Self::Csv,
        }
    }
}

const NO_TIME: &str = "it must be an ISO 8601 date or date-time";

fn first_instant(text: &str) -> Result<Timestamp, &'static str> {
    parse_instant(text).ok_or(NO_TIME)
}

fn last_instant(text: &str) -> Result<Timestamp, &'static str> {
    parse_instant_as_end(text).ok_or(NO_TIME)
}

fn first_day(text: &str) -> Result<Day, &'static str> {
    first_instant(text).map(Timestamp::day)
}

fn last_day(text: &str) -> Result<Day, &'static str> {
    last_instant(text).map(Timestamp::day)
}

fn one_of<T: Copy>(text: &str, all: &[T], word: impl Fn(T) -> &'static str) -> Result<T, String> {
    let words = || all.iter().map(|one| word(*one)).collect::<Vec<_>>().join(", ");
    all.iter().copied().find(|one| word(*one) == text).ok_or_else(|| format!("it must be one of {}", words()))
}

fn granularity(text: &str) -> Result<Granularity, String> {
    one_of(text, &Granularity::ALL, Granularity::as_str)
}

fn compare_with(text: &str) -> Result<CompareWith, String> {
    one_of(text, &CompareWith::ALL, CompareWith::as_str)
}

fn feed_kind(text: &str) -> Result<EventKind, String> {
    // Both names of a conversion are understood.
    let found = EventKind::parse(text).filter(|kind| EventKind::IN_FEED.contains(kind));
    found.map_or_else(|| one_of(text, &EventKind::IN_FEED, feed_word), Ok)
}

#[derive(Debug, Args)]
pub(crate) struct OpenapiArgs {
    /// v1, app or syrus
    pub(crate) dialect: String,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Count all rows again beside the figures kept per day, instead of anything else
    #[arg(long)]
    pub(crate) recount: bool,
    #[command(flatten)]
    pub(crate) args: RecountArgs,
}

/// What a recount is told.
#[derive(Debug, Args)]
pub(crate) struct RecountArgs {
    /// Make figures right that differ; the server may be running
    #[arg(long, requires = "recount")]
    pub(crate) repair: bool,
    /// Only this tenant and its sandbox
    #[arg(long, requires = "recount", value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Reads the command line of this process. Every setting is a flag of every command.
pub(crate) fn read() -> (Cli, Vec<(&'static str, String)>) {
    let flags = SETTINGS.iter().map(|setting| {
        Arg::new(setting.key)
            .long(setting.flag)
            .help(setting.help)
            .value_name("VALUE")
            .global(true)
            .help_heading("Settings")
            .hide_short_help(true)
    });
    let matches = Cli::command().args(flags).get_matches();
    let own = own_arguments(&Cli::command(), &matches);
    let given = SETTINGS
        .iter()
        .filter(|setting| !own.iter().any(|own| own == setting.key))
        .filter_map(|setting| Some((setting.key, matches.try_get_one::<String>(setting.key).ok().flatten()?.clone())))
        .collect();
    (Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()), given)
}

/// The arguments of the command that was given. What is said to a command under a setting's name,
/// such as the plan of `key create --plan`, is meant for the command alone.
fn own_arguments(cli: &clap::Command, matches: &ArgMatches) -> Vec<String> {
    let (mut command, mut matches) = (cli, matches);
    while let Some((name, inner)) = matches.subcommand() {
        let Some(found) = command.find_subcommand(name) else { break };
        (command, matches) = (found, inner);
    }
    command.get_arguments().map(|argument| argument.get_id().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
