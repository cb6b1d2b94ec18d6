//! Keys in this process stay in it: no core dump, no other process of the same user may look into it, and what
//! it writes is for its own account alone, unless a file says otherwise.

use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit, umask};

/// Called before anything secret is read. Where the system refuses, it is said: nothing depends on it.
pub(crate) fn harden() {
    umask(Mode::RWXG | Mode::RWXO);
    let dumps = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let looks = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    if dumps.is_err() || looks.is_err() {
        crate::say::note("strongroom: this system does not let a process forbid core dumps");
    }
}

/// As many open files as the system allows: each connection is one.
pub(crate) fn raise_open_files() {
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if setrlimit(Resource::Nofile, wanted).is_err() {
        tracing::warn!("the limit of open files could not be raised");
    }
}
