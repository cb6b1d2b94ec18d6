//! Outside witnesses (C2SP tlog-witness): others who sign a checkpoint only when it goes on from what they signed before.
//!
//! What must hold: a firm that was rolled back or forked cannot get its new history signed, and does not start while a
//! witness knows more of it than its database. A witness out of reach holds nothing up, and one that lies can keep a firm
//! sealed at its start, never stop a running one: whoever runs the server takes it out of the policy.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use strongroom_storage::{params, statements};
use strongroom_tlog::note::NoteSignature;
use strongroom_tlog::policy::{Policy, PolicyWitness};
use strongroom_tlog::tile::{consistency_proof, needed_tiles_for_consistency};
use strongroom_tlog::witness::AddCheckpoint;
use strongroom_tlog::{Note, VerifierKey};

use super::clock::Micros;
use super::error::{Error, Result};
use super::ledger::{Head, bad, signed};
use super::sequencer::verifier;
use super::strongroom::Strongroom;

#[cfg(test)]
mod tests;

statements! {
    pub HEAD_WITNESSED = "UPDATE ledger_head SET witnessed = $1, witnessed_size = $2 WHERE one = 'x' AND witnessed_size <= $2";
}

/// Checkpoints are not shown more often than this.
const PAUSE: Duration = Duration::from_secs(2);
/// How long a witness that could not be asked is left alone.
const AGAIN: Duration = Duration::from_secs(30);

/// How a witness answers `add-checkpoint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// 200: lines of signature.
    Cosigned(String),
    /// 409: it knows so many entries.
    Knows(u64),
    /// Any other status.
    Refused(u16),
}

/// The way to a witness: `app` has one over HTTP.
pub trait Way: Send + Sync {
    /// Sends a request. The error says why there is no answer.
    fn add_checkpoint(&self, body: String) -> BoxFuture<'_, std::result::Result<Reply, String>>;
}

/// A policy with the ways to its witnesses, in the policy's order; none to those that are not asked.
pub struct Witnessing {
    /// Who they are, and how many must sign.
    pub policy: Policy,
    /// How each is reached.
    pub ways: Vec<Option<Arc<dyn Way>>>,
}

/// How a witness stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WitnessState {
    /// What the policy calls it.
    pub name: String,
    /// How many entries it has signed.
    pub size: u64,
    /// When it last signed.
    pub signed_at: Option<Micros>,
    /// Why it does not sign, if it does not.
    pub trouble: Option<String>,
}

/// The witnesses of the configuration.
pub(super) struct Witnesses {
    asked: Option<Arc<Witnessing>>,
    states: Mutex<Vec<WitnessState>>,
}

/// What came of asking one witness.
enum Said {
    Signed(NoteSignature),
    /// It cannot be asked, or will not sign.
    Nothing,
    /// It has signed another ledger than this one.
    Otherwise(String),
}

impl Witnesses {
    pub(super) fn new(asked: Option<Arc<Witnessing>>) -> Self {
        let all = asked.iter().flat_map(|w| &w.policy.witnesses);
        let states = all.map(|w| WitnessState { name: w.name.clone(), ..WitnessState::default() }).collect();
        Self { asked, states: Mutex::new(states) }
    }

    fn state<T>(&self, which: usize, f: impl FnOnce(&mut WitnessState) -> T) -> Option<T> {
        self.states.lock().ok().and_then(|mut states| states.get_mut(which).map(f))
    }

    fn trouble(&self, which: usize, why: &str) -> Said {
        self.state(which, |state| {
            if state.trouble.as_deref() != Some(why) {
                tracing::error!(witness = state.name, why, "a witness does not sign");
                state.trouble = Some(why.to_owned());
            }
        });
        Said::Nothing
    }
}

/// The witness's signature among the lines of its answer.
fn cosignature(lines: &str, checkpoint: &str, key: &VerifierKey) -> Option<NoteSignature> {
    lines.lines().filter_map(|line| NoteSignature::parse(line).ok()).find(|signature| {
        let mut note = match Note::parse(checkpoint.as_bytes()).and_then(|n| Note::unsigned(n.text())) {
            Ok(note) => note,
            Err(_) => return false,
        };
        note.add_signature(signature.clone()).is_ok() && note.verify(std::slice::from_ref(key)).is_ok()
    })
}

impl Strongroom {
    /// How each witness stands.
    #[must_use]
    pub fn witnesses(&self) -> Vec<WitnessState> {
        self.witnesses.states.lock().map(|states| states.clone()).unwrap_or_default()
    }

    /// Whether those that sign are enough for the policy; none where there is no policy.
    #[must_use]
    pub fn enough_witnesses(&self) -> Option<bool> {
        let asked = self.witnesses.asked.as_ref()?;
        let well = |name: &str| self.witnesses().iter().any(|w| w.name == name && w.trouble.is_none());
        Some(asked.policy.is_met_by(|witness| well(&witness.name)))
    }

    /// Asks every witness at once to sign the checkpoint of this head, and keeps it with their signatures where they are
    /// enough. Whoever has signed another ledger, and which: a sentence each.
    async fn ask_witnesses(&self, asked: &Witnessing, head: &Head) -> Result<Vec<String>> {
        let all = asked.policy.witnesses.iter().zip(&asked.ways).enumerate();
        let asking = all.filter_map(|(which, (witness, way))| {
            way.as_ref().map(|way| self.ask_witness(which, witness, way.as_ref(), head))
        });
        let mut note = Note::parse(head.checkpoint.as_bytes()).map_err(bad)?;
        let mut otherwise = Vec::new();
        for said in join_all(asking).await {
            match said? {
                Said::Signed(signature) => note.add_signature(signature).map_err(bad)?,
                Said::Otherwise(why) => otherwise.push(why),
                Said::Nothing => {}
            }
        }
        let log = verifier(&self.vault, &self.firm.origin)?;
        let keys: Vec<VerifierKey> =
            asked.policy.witnesses.iter().map(|w| w.key.clone()).chain([log]).collect();
        let verified = note.verify(&keys).map_err(bad)?;
        if asked.policy.asks_for_witnesses() && asked.policy.is_met(&verified) && !self.only_examines() {
            let mut tx = self.db.begin().await?;
            let values = params![note.to_string().into_bytes(), signed(head.signed_size)?];
            tx.exec(&HEAD_WITNESSED, &values).await?;
            tx.commit().await?;
        }
        Ok(otherwise)
    }

    async fn ask_witness(
        &self,
        which: usize,
        witness: &PolicyWitness,
        way: &dyn Way,
        head: &Head,
    ) -> Result<Said> {
        let size = head.signed_size;
        let kept = &self.witnesses;
        let note = Note::parse(head.checkpoint.as_bytes()).map_err(bad)?;
        // it says itself from where on, if this process does not know
        for _ in 0..3 {
            let old = kept.state(which, |state| state.size).unwrap_or_default().min(size);
            let proof = if old == 0 || old == size {
                Vec::new()
            } else {
                let tiles = self.tiles(&needed_tiles_for_consistency(old, size)).await?;
                consistency_proof(old, size, &tiles).map_err(bad)?
            };
            let request = AddCheckpoint { old, proof, checkpoint: note.clone() };
            match way.add_checkpoint(request.to_string()).await {
                Err(why) => return Ok(kept.trouble(which, &why)),
                Ok(Reply::Cosigned(lines)) => {
                    let Some(signature) = cosignature(&lines, &head.checkpoint, &witness.key) else {
                        return Ok(kept.trouble(which, "its answer is no signature by its key"));
                    };
                    let at = Some(self.now());
                    kept.state(which, |state| {
                        *state =
                            WitnessState { name: witness.name.clone(), size, signed_at: at, trouble: None };
                    });
                    return Ok(Said::Signed(signature));
                }
                Ok(Reply::Knows(known)) if known < size => {
                    kept.state(which, |state| state.size = known);
                }
                Ok(Reply::Knows(known)) => {
                    // another node may have shown it what came since
                    if self.ledger_head().await?.signed_size > size {
                        return Ok(Said::Nothing);
                    }
                    let why = if known > size {
                        format!(
                            "it has signed {known} entries and the database holds {size}: the ledger was rolled back"
                        )
                    } else {
                        String::from("it has signed another ledger of the same size: the ledger was forked")
                    };
                    kept.trouble(which, &why);
                    return Ok(Said::Otherwise(format!("{}: {why}", witness.name)));
                }
                Ok(Reply::Refused(422)) => {
                    let why = "what it has signed is not the beginning of this ledger: the ledger was forked";
                    kept.trouble(which, why);
                    return Ok(Said::Otherwise(format!("{}: {why}", witness.name)));
                }
                Ok(Reply::Refused(status)) => {
                    return Ok(kept.trouble(which, &format!("it answers {status}")));
                }
            }
        }
        Ok(kept.trouble(which, "it says each time that it knows another size"))
    }

    /// No witness may have signed more than the database holds, or something else. One out of reach counts as agreeing.
    ///
    /// # Errors
    /// [`Error::Conflict`] where one has: the firm stays sealed.
    pub(super) async fn hold_witnesses(&self, head: &Head) -> Result<()> {
        let Some(asked) = self.witnesses.asked.clone().filter(|_| head.signed_size > 0) else {
            return Ok(());
        };
        let otherwise = self.ask_witnesses(&asked, head).await?;
        if otherwise.is_empty() {
            return Ok(());
        }
        let says = format!(
            "A witness has signed another ledger than the database holds ({}). It stays sealed. Put the database back \
             from its newest copy, or, if the witness is wrong, take it out of the policy in [ledger] policy.",
            otherwise.join("; ")
        );
        Err(Error::conflict("ledger.witnessed_otherwise", says))
    }

    /// Shows witnesses what was signed, where this node signs. Ends never; drop the task to stop it.
    pub async fn run_witnesses(self: Arc<Self>) {
        let Some(asked) = self.witnesses.asked.clone() else { return };
        let mut newest = self.signed.subscribe();
        loop {
            let well = !self.is_awake() || !self.signs() || self.show_witnesses(&asked).await;
            tokio::time::sleep(PAUSE).await;
            let wait = if well { Duration::MAX } else { AGAIN };
            if let Ok(Err(_)) = tokio::time::timeout(wait, newest.changed()).await {
                return;
            }
        }
    }

    /// Shows every witness the newest checkpoint; true where nobody is in trouble.
    async fn show_witnesses(&self, asked: &Witnessing) -> bool {
        let shown = async {
            let head = self.ledger_head().await?;
            if head.signed_size == 0 {
                return Ok(Vec::new());
            }
            self.ask_witnesses(asked, &head).await
        };
        if let Err(error) = shown.await {
            tracing::error!(cause = %error, "the witnesses could not be asked");
            return false;
        }
        self.witnesses().iter().all(|state| state.trouble.is_none())
    }

    /// As [`Strongroom::run_witnesses`], once: for tests and the end of a process.
    ///
    /// # Errors
    /// Sealed, storage.
    pub async fn witness_now(&self) -> Result<()> {
        let Some(asked) = self.witnesses.asked.clone() else { return Ok(()) };
        let head = self.ledger_head().await?;
        if head.signed_size > 0 {
            self.ask_witnesses(&asked, &head).await?;
        }
        Ok(())
    }
}
