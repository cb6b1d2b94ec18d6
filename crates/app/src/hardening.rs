//! Keys in this process stay in it: no core dump, no other process of the same user may look into it, none of its
//! memory in a swap file where the system allows that, and what it writes is for its own account alone, unless a file
//! says otherwise.

use rustix::fs::Mode;
use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit, umask,
};

/// Called before anything secret is read. Where the system refuses, it is said: nothing depends on it.
pub(crate) fn harden() {
    umask(Mode::RWXG | Mode::RWXO);
    let dumps = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let looks = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    if dumps.is_err() || looks.is_err() {
        crate::say::note("strongroom: this system does not let a process forbid core dumps");
    }
}

/// Keeps the memory of this process out of the swap file, each page from when it is first used; false where the system
/// does not let it. Only where the limit is no limit: below one, an allocation beyond it would fail.
pub(crate) fn lock_memory() -> bool {
    let limit = getrlimit(Resource::Memlock);
    let unlimited = limit.maximum.is_none()
        && setrlimit(Resource::Memlock, Rlimit { current: None, maximum: None }).is_ok();
    let privileged = rustix::process::geteuid().is_root();
    (unlimited || privileged)
        && mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT).is_ok()
}

/// As many open files as the system allows: each connection is one.
pub(crate) fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if setrlimit(Resource::Nofile, wanted).is_err() {
        tracing::warn!("the limit of open files could not be raised");
    }
}
