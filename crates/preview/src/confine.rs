//! What the child gives up before it looks at a foreign byte.
//!
//! Four layers, each of which alone keeps a taken-over parser from the firm's data:
//! resource limits (memory, processor time, no file growth, no new descriptors, no core), `no_new_privs`,
//! Landlock (no path of the file system, no TCP) and a seccomp *allowlist*: memory, the three standard
//! streams and ending oneself; every other system call answers `EPERM`. Memory may never be made executable.
//! Landlock is missing from some kernels; seccomp is not, and without it the child refuses to work.

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus};
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which restrictions took effect, for the health screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// Memory, processor time, files and descriptors are limited.
    pub limits: bool,
    /// No privilege can be gained.
    pub no_new_privs: bool,
    /// The file system is out of reach by Landlock: fully, in part (older kernel) or not (no Landlock).
    pub landlock: Layer,
    /// Only reading the pipe, writing the answer and memory are possible.
    pub seccomp: bool,
}

/// How much of a layer the kernel could enforce.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// All that we asked for.
    Full,
    /// Some of it: the kernel is older than our request.
    Partial,
    /// Nothing.
    #[default]
    None,
}

impl Confinement {
    /// Whether the child may look at a document: limits, no privileges and the system call filter hold.
    pub fn is_enough(self) -> bool {
        self.limits && self.no_new_privs && self.seccomp
    }

    /// A sentence for the health screen.
    pub fn says(self) -> &'static str {
        match (self.is_enough(), self.landlock) {
            (true, Layer::Full) => {
                "Previews are made in a process without network, files and privileges, within limits of time and memory (seccomp, Landlock)."
            }
            (true, Layer::Partial) => {
                "Previews are made in a process without network, files and privileges, within limits of time and memory (seccomp; Landlock in part: older kernel)."
            }
            (true, Layer::None) => {
                "Previews are made in a process without network, files and privileges, within limits of time and memory (seccomp; this kernel has no Landlock)."
            }
            (false, _) => "This system cannot confine the preview process, so documents are not previewed.",
        }
    }
}

/// What a confined child could still do; all `false` when the confinement holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Read a file.
    pub opens_file: bool,
    /// Make a file.
    pub makes_file: bool,
    /// Open a network socket.
    pub opens_socket: bool,
    /// Start a program.
    pub starts_program: bool,
    /// Start a thread.
    pub starts_thread: bool,
    /// List a folder.
    pub lists_folder: bool,
}

impl Probe {
    /// Whether the confinement holds.
    pub fn holds(self) -> bool {
        self == Self::default()
    }

    /// Tries each way out. Harmless where it succeeds.
    pub(crate) fn attempt() -> Self {
        use std::{fs, net, process, thread};
        Self {
            opens_file: fs::File::open("/proc/self/status").is_ok() || fs::metadata("/").is_ok(),
            makes_file: fs::File::create("/dev/shm/strongroom-probe").is_ok(),
            opens_socket: net::UdpSocket::bind("127.0.0.1:0").is_ok()
                || net::TcpListener::bind("127.0.0.1:0").is_ok()
                || std::os::unix::net::UnixDatagram::unbound().is_ok(),
            starts_program: process::Command::new("/bin/true").status().is_ok(),
            starts_thread: thread::Builder::new().spawn(|| ()).is_ok(),
            lists_folder: fs::read_dir("/").is_ok(),
        }
    }
}

/// Confines this process for good. Best effort in each layer; the caller decides by
/// [`Confinement::is_enough`].
pub fn confine(memory: u64, cpu_seconds: u64) -> Confinement {
    let limits = limit(memory, cpu_seconds);
    let no_new_privs = rustix::thread::set_no_new_privs(true).is_ok();
    let landlock = no_paths();
    // Landlock needs a descriptor of its own; from here on no new one can be had.
    let limits = limits && set(Resource::Nofile, 3);
    let seccomp = filter().is_some_and(|program| seccompiler::apply_filter_all_threads(&program).is_ok());
    Confinement { limits, no_new_privs, landlock, seccomp }
}

fn set(resource: Resource, value: u64) -> bool {
    setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) }).is_ok()
}

fn limit(memory: u64, cpu_seconds: u64) -> bool {
    let all = [
        set(Resource::As, memory),
        set(Resource::Cpu, cpu_seconds),
        set(Resource::Fsize, 0),
        set(Resource::Core, 0),
        set(Resource::Nproc, 0),
        set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok(),
    ];
    all.into_iter().all(|ok| ok)
}

fn no_paths() -> Layer {
    let abi = ABI::V5;
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))
        .and_then(|r| r.handle_access(AccessNet::from_all(abi)))
        .and_then(|r| r.create())
        .and_then(|r| r.restrict_self());
    match status.map(|s| s.ruleset) {
        Ok(RulesetStatus::FullyEnforced) => Layer::Full,
        Ok(RulesetStatus::PartiallyEnforced) => Layer::Partial,
        _ => Layer::None,
    }
}

/// One condition on the lower 32 bits of an argument.
fn when(argument: u8, operator: SeccompCmpOp, value: u64) -> Option<SeccompCondition> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value).ok()
}

fn filter() -> Option<BpfProgram> {
    use SeccompCmpOp::{Eq, MaskedEq};
    let exec = libc::PROT_EXEC as u64;
    let anonymous = libc::MAP_ANONYMOUS as u64;
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for call in [
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_brk,
        libc::SYS_madvise,
        libc::SYS_futex,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigaction,
        libc::SYS_sigaltstack,
        libc::SYS_clock_gettime,
        libc::SYS_getrandom,
        libc::SYS_sched_yield,
        libc::SYS_getpid,
        libc::SYS_gettid,
    ] {
        rules.insert(call, Vec::new());
    }
    rules.insert(libc::SYS_read, vec![SeccompRule::new(vec![when(0, Eq, 0)?]).ok()?]);
    for call in [libc::SYS_write, libc::SYS_writev] {
        let out = SeccompRule::new(vec![when(0, Eq, 1)?]).ok()?;
        let err = SeccompRule::new(vec![when(0, Eq, 2)?]).ok()?;
        rules.insert(call, vec![out, err]);
    }
    let mapped = vec![when(2, MaskedEq(exec), 0)?, when(3, MaskedEq(anonymous), anonymous)?];
    rules.insert(libc::SYS_mmap, vec![SeccompRule::new(mapped).ok()?]);
    rules.insert(libc::SYS_mprotect, vec![SeccompRule::new(vec![when(2, MaskedEq(exec), 0)?]).ok()?]);
    // abort() sends itself a signal; to anyone else is not possible: the first argument is our own id.
    let own = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![when(0, Eq, own)?]).ok()?]);
    let arch = std::env::consts::ARCH.try_into().ok()?;
    let refused = SeccompAction::Errno(libc::EPERM as u32);
    SeccompFilter::new(rules, refused, SeccompAction::Allow, arch).ok()?.try_into().ok()
}
