//! What `strongroom witness` is told.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `witness …`
#[derive(Subcommand)]
pub(crate) enum WitnessCommand {
    /// Make a witness: its key, and the folder in which it keeps what it has signed
    Init {
        /// The witness's folder: new or empty
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Its name, such as witness.firm.example/w1
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Sign by Ed25519, for verifiers that do not know ML-DSA-44
        #[arg(long)]
        ed25519: bool,
    },
    /// Witness another ledger from now on
    AddLog {
        /// The witness's folder
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The ledger's verifier key, as its firm gives it out
        #[arg(long, value_name = "VKEY")]
        vkey: String,
    },
    /// The witness's own verifier key, and what it has signed
    Show {
        /// The witness's folder
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Answer the ledgers that it knows
    Serve(WitnessServe),
}

/// `witness serve`
#[derive(Args)]
pub(crate) struct WitnessServe {
    /// The witness's folder
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    pub(crate) listen: SocketAddr,
    /// The certificate chain, where no proxy speaks TLS for it
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// Its key
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub(crate) tls_key: Option<PathBuf>,
}
