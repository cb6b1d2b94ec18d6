//! The command line: what was typed, checked once, as options that the commands can trust.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "strongroom",
    version,
    about = "The records of a law firm: sealed, opened only to those who need them, provably so.",
    after_help = "Exit codes: 0 done, 1 found something wrong, 2 wrong usage, 3 could not run or was refused.",
    disable_help_subcommand = true
)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

/// What is to be done.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a fictitious firm and serve it; on a folder that has one, go on with it
    Demo(Demo),
    /// Set up a firm: database, keyring, recovery kit, the first administrator's link
    Init(Init),
    /// Serve the firm
    Serve(Place),
    /// Unseal the running server: a passphrase, or one key share at a time
    Unseal(Unseal),
    /// Seal the running server: every key leaves its memory at once
    Seal(Place),
    /// Do database, blobs, keyring and ledger agree? Ids only, and the repair
    Check(Check),
    /// Copy the firm into a folder of backups while it works, or try one
    Backup(Backup),
    /// Put a firm back from a backup, into an empty place that has its strongroom.toml and keyring
    Restore(Restore),
    /// Bring the database to this release, with a copy kept before; or say what that would be
    Upgrade(Upgrade),
    /// Write the policies into a folder to edit them there, or say whether a folder's policies hold
    Policies(Policies),
    /// A new link for the first administrator, while no administrator has ever enrolled
    FirstLink(FirstLink),
    /// Add a folder's files to a matter, as yourself, through the running server
    Import(Import),
    /// Write a matter as a BagIt bag, or the ledger as tlog-tiles, as yourself
    Export(Export),
    /// The configuration as it is in force, or whether it would work
    Config {
        /// What about it.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Be an outside witness for other firms' ledgers
    Witness {
        #[command(subcommand)]
        command: crate::witness::WitnessCommand,
    },
    /// Write man pages and shell completions
    Manual {
        /// The folder to write them into
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    #[command(hide = true)]
    DemoMake {
        #[arg(long)]
        data: PathBuf,
    },
}

/// `config …`
#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print it, defaults filled in, secrets left out
    Show(Place),
    /// Read it, and everything that it names
    Check(Place),
}

/// Where the firm is.
#[derive(Args, Clone, Default)]
pub(crate) struct Place {
    /// The firm's data folder, with strongroom.toml in it
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub(crate) data: Option<PathBuf>,
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// `upgrade`
#[derive(Args)]
pub(crate) struct Upgrade {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Only say what would be done, and whether it can be; exit code 1 where there is something to do
    #[arg(long)]
    pub(crate) check: bool,
    /// Keep no copy and ask for no backup: you have seen to a way back
    #[arg(long, conflicts_with = "check")]
    pub(crate) without_copy: bool,
}

/// `demo`
#[derive(Args)]
pub(crate) struct Demo {
    /// Where to keep it; a new temporary folder if not said
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Where to serve it; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Written when it is ready: address, ledger key, people with their secrets
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
    /// Real documents, added as a matter of their own
    #[arg(long, value_name = "DIR")]
    pub(crate) corpus: Option<PathBuf>,
}

/// `init`
#[derive(Args)]
pub(crate) struct Init {
    /// The firm's data folder: new or empty
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// A folder for a replica of the keyring, best on another disk or host; several times
    #[arg(long, value_name = "DIR")]
    pub(crate) keyring: Vec<PathBuf>,
    /// The database: postgres://… or a file; a SQLite file in the data folder if not said
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// Where sealed contents go: a folder, or s3://BUCKET/PREFIX; a folder in the data folder if not said
    #[arg(long, value_name = "URL")]
    pub(crate) blobs: Option<String>,
    #[command(flatten)]
    pub(crate) s3: BucketKeys,
    /// How it is unsealed: passphrase, shares:K/N or keyfile:PATH
    #[arg(long, value_name = "HOW", default_value = "passphrase")]
    pub(crate) seal: Seal,
    /// Where the recovery kit is written, to be printed and then deleted; standard output if not said
    #[arg(long, value_name = "FILE")]
    pub(crate) kit_out: Option<PathBuf>,
    /// The file with the passphrase, where no terminal asks for it
    #[arg(long, value_name = "FILE", env = "STRONGROOM_PASSPHRASE_FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The firm's name
    #[arg(long, value_name = "NAME")]
    pub(crate) firm: Option<String>,
    /// The address under which people reach it; its host names the ledger for ever
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// The first administrator's name
    #[arg(long, value_name = "NAME")]
    pub(crate) admin_name: Option<String>,
    /// The first administrator's address
    #[arg(long, value_name = "EMAIL")]
    pub(crate) admin_email: Option<String>,
    /// This firm has one administrator and nobody else who could be asked; the ledger shows it
    #[arg(long)]
    pub(crate) alone: bool,
}

/// Of a bucket: which store, and who may use it.
#[derive(Args)]
pub(crate) struct BucketKeys {
    /// With --blobs s3://…: the store's address
    #[arg(long = "s3-endpoint", value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// With --blobs s3://…: the region that its signatures name
    #[arg(long = "s3-region", value_name = "NAME")]
    pub(crate) region: Option<String>,
    /// With --blobs s3://…: the name of the access key
    #[arg(long = "s3-access-key", value_name = "ID")]
    pub(crate) access_key: Option<String>,
    /// With --blobs s3://…: the file with the secret key
    #[arg(long = "s3-secret-key-file", value_name = "FILE")]
    pub(crate) secret_key_file: Option<PathBuf>,
}

/// How the keyring is to be unsealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seal {
    Passphrase,
    Shares { needed: u8, of: u8 },
    KeyFile(PathBuf),
}

impl std::str::FromStr for Seal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "passphrase" {
            return Ok(Self::Passphrase);
        }
        if let Some(path) = text.strip_prefix("keyfile:").filter(|p| !p.is_empty()) {
            return Ok(Self::KeyFile(PathBuf::from(path)));
        }
        let numbers = text.strip_prefix("shares:").and_then(|n| n.split_once('/'));
        if let Some((needed, of)) = numbers
            && let (Ok(needed), Ok(of)) = (needed.parse(), of.parse())
            && 2 <= needed
            && needed <= of
        {
            return Ok(Self::Shares { needed, of });
        }
        Err(String::from("say passphrase, shares:K/N with 2 <= K <= N, or keyfile:PATH"))
    }
}

/// `unseal`
#[derive(Args)]
pub(crate) struct Unseal {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The file with the passphrase or with one share, where no terminal asks for it
    #[arg(long, value_name = "FILE", env = "STRONGROOM_PASSPHRASE_FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// `check`
#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Open and hash every blob too
    #[arg(long)]
    pub(crate) deep: bool,
    /// The file with the passphrase, where the server does not run and no terminal asks for it
    #[arg(long, value_name = "FILE", env = "STRONGROOM_PASSPHRASE_FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// `backup`
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Backup {
    #[command(subcommand)]
    pub(crate) command: Option<BackupCommand>,
    #[command(flatten)]
    pub(crate) place: Place,
    /// The folder of backups: new, empty, or with earlier ones, to which only what is new is added
    #[arg(long, value_name = "DIR")]
    pub(crate) to: Option<PathBuf>,
    /// The file with the passphrase, where the server does not run and no terminal asks for it
    #[arg(long, value_name = "FILE", env = "STRONGROOM_PASSPHRASE_FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// `backup …`
#[derive(Subcommand)]
pub(crate) enum BackupCommand {
    /// Put a backup back in a temporary place, check everything there, and throw it away
    Verify(Verify),
}

/// What is put back, and what opens it.
#[derive(Args)]
pub(crate) struct FromBackup {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The folder of backups
    #[arg(long = "from", value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Which snapshot; the newest if not said
    #[arg(long, value_name = "ID")]
    pub(crate) snapshot: Option<String>,
    /// The file with the passphrase, where no terminal asks for it
    #[arg(long, value_name = "FILE", env = "STRONGROOM_PASSPHRASE_FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// `backup verify`
#[derive(Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) from: FromBackup,
    /// Where the temporary place is made: it needs as much room as the backup
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
}

/// `restore`
#[derive(Args)]
pub(crate) struct Restore {
    #[command(flatten)]
    pub(crate) from: FromBackup,
    /// A replica of the ledger, beside those of the configuration; several times. The longest counts
    #[arg(long, value_name = "DIR")]
    pub(crate) ledger: Vec<PathBuf>,
}

/// `policies`
#[derive(Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["to", "check"]))]
pub(crate) struct Policies {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The folder to write the approved policies to; files that are there already are left alone, and it is said
    #[arg(long, value_name = "DIR")]
    pub(crate) to: Option<PathBuf>,
    /// With --to: those that came with this release, not those that the firm has approved
    #[arg(long, requires = "to")]
    pub(crate) built_in: bool,
    /// The folder whose *.cedar files are looked through; needs no firm and no key
    #[arg(long, value_name = "DIR", conflicts_with_all = ["data", "config"])]
    pub(crate) check: Option<PathBuf>,
}

/// `first-link`
#[derive(Args)]
pub(crate) struct FirstLink {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The file with the passphrase, where the server does not run and no terminal asks for it
    #[arg(long, value_name = "FILE", env = "STRONGROOM_PASSPHRASE_FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// Where the running server is, and as whom.
#[derive(Args)]
pub(crate) struct Reach {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The server's address; without it, its socket in the data folder
    #[arg(long, value_name = "URL", conflicts_with_all = ["data", "config"])]
    pub(crate) url: Option<String>,
    /// The file with your access token
    #[arg(long, value_name = "FILE", env = "STRONGROOM_TOKEN_FILE")]
    pub(crate) token_file: PathBuf,
}

/// `import`
#[derive(Args)]
pub(crate) struct Import {
    /// The folder to add, with its folders
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The matter's id: mat_…
    #[arg(long, value_name = "ID")]
    pub(crate) matter: String,
    /// Say what would be added, and add nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

/// `export`
#[derive(Args)]
pub(crate) struct Export {
    /// The matter's id: mat_…
    #[arg(long, value_name = "ID", required_unless_present = "ledger", conflicts_with = "ledger")]
    pub(crate) matter: Option<String>,
    /// The whole ledger, for strongroom-verify
    #[arg(long)]
    pub(crate) ledger: bool,
    /// The folder to write: new or empty
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// Why, as the ledger will keep it
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

/// The command line, as it is defined.
pub(crate) fn definition() -> clap::Command {
    <Line as clap::CommandFactory>::command()
}

/// Reads the command line; the exit code where there is nothing more to do.
pub(crate) fn read() -> Result<Command, ExitCode> {
    match Line::try_parse() {
        Ok(line) => Ok(line.command),
        Err(error) => {
            let _ = error.print();
            Err(ExitCode::from(if error.use_stderr() { 2 } else { 0 }))
        }
    }
}
