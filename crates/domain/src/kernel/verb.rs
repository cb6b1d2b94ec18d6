//! One name for each thing that can be done: the operation, the policy's action, the ledger's verb
//! and the metric are the same word.

use serde::{Serialize, Serializer};

/// What a personal access token may be used for. A browser session has every scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// See, list, read, download.
    Read,
    /// Add and change what is not authority.
    Write,
    /// Make, change and end walls. Stepped up.
    Walls,
    /// Staff, groups and roles. Stepped up.
    Roles,
    /// Export matters. Stepped up.
    Export,
}

impl Scope {
    /// All, in the order in which they are shown.
    pub const ALL: &'static [Self] = &[Self::Read, Self::Write, Self::Walls, Self::Roles, Self::Export];

    /// The word used in the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Walls => "walls",
            Self::Roles => "roles",
            Self::Export => "export",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.word() == word)
    }

    /// True where the scope is given only in a stepped-up session and ends within twelve hours.
    #[must_use]
    pub const fn is_strong(self) -> bool {
        matches!(self, Self::Walls | Self::Roles | Self::Export)
    }
}

macro_rules! verbs {
    ($($name:ident = $word:literal, $scope:ident, $did:literal, $doing:literal;)*) => {
        /// What is done. See the module.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Verb { $(#[doc = $did] $name),* }

        impl Verb {
            /// Every verb.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// The word in ledger, policies and metrics.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
            /// The scope that a token needs.
            #[must_use]
            pub const fn scope(self) -> Scope {
                match self { $(Self::$name => Scope::$scope),* }
            }
            /// "E. Marsh **read it**".
            #[must_use]
            pub const fn did(self) -> &'static str {
                match self { $(Self::$name => $did),* }
            }
            /// "T. Reyes was refused **reading it**".
            #[must_use]
            pub const fn doing(self) -> &'static str {
                match self { $(Self::$name => $doing),* }
            }
        }
    };
}

verbs! {
    ApprovalDecide = "approval.decide", Roles, "decided a request for approval", "deciding a request for approval";
    ApprovalList = "approval.list", Read, "looked at the requests for approval", "seeing the requests for approval";
    ApprovalWithdraw = "approval.withdraw", Roles, "withdrew a request for approval", "withdrawing a request for approval";
    ClientCreate = "client.create", Write, "took on the client", "taking on a client";
    ClientList = "client.list", Read, "listed clients", "listing clients";
    ClientRename = "client.rename", Write, "renamed the client", "renaming the client";
    ClientSee = "client.see", Read, "looked at the client", "seeing the client";
    CredentialChange = "credential.change", Roles, "changed their password", "changing the password";
    CredentialReset = "credential.reset", Roles, "reset the sign-in of a person", "resetting the sign-in of a person";
    DirectoryBuild = "directory.build", Read, "built the directory of names", "building the directory of names";
    Enrol = "staff.enrol", Roles, "enrolled", "enrolling";
    ExplainOther = "explain.other", Read, "asked who may open it and why", "asking who may open it and why";
    ExplainOwn = "explain.own", Read, "asked why they may open it", "asking why they may open it";
    FirmInit = "firm.init", Roles, "set up the firm", "setting up the firm";
    FolderMake = "folder.make", Write, "made a folder", "making a folder";
    GroupChange = "group.change", Roles, "changed a group", "changing a group";
    GroupList = "group.list", Read, "listed groups", "listing groups";
    HealthRead = "health.read", Read, "looked at the system's health", "seeing the system's health";
    LabelLower = "label.lower", Write, "lowered its label", "lowering its label";
    LabelRaise = "label.raise", Write, "raised its label", "raising its label";
    LedgerCopy = "ledger.copy", Read, "copied entries of the ledger out", "copying entries of the ledger out";
    LedgerCount = "ledger.count", Read, "counted its entries", "counting its entries";
    LedgerList = "ledger.list", Read, "searched the ledger", "searching the ledger";
    LedgerOwn = "ledger.own", Read, "looked at their own acts", "seeing their own acts";
    LedgerRead = "ledger.read", Read, "opened a ledger entry", "opening a ledger entry";
    LedgerTime = "ledger.time", Read, "wrote down the time", "writing down the time";
    MatterActivity = "matter.activity", Read, "looked at its activity", "seeing its activity";
    MatterClose = "matter.close", Write, "closed the matter", "closing the matter";
    MatterCreate = "matter.create", Write, "opened the matter", "opening a matter";
    MatterExport = "matter.export", Export, "exported the matter", "exporting the matter";
    MatterList = "matter.list", Read, "listed matters", "listing matters";
    MatterRename = "matter.rename", Write, "renamed the matter", "renaming the matter";
    MatterReopen = "matter.reopen", Write, "reopened the matter", "reopening the matter";
    MatterSee = "matter.see", Read, "looked at the matter", "seeing the matter";
    MeRead = "me.read", Read, "looked at their own page", "seeing their own page";
    PolicyDecide = "policy.decide", Roles, "decided on other policies", "deciding on other policies";
    PolicyList = "policy.list", Read, "looked at the policies", "seeing the policies";
    PolicyPropose = "policy.propose", Roles, "proposed other policies", "proposing other policies";
    PolicyWithdraw = "policy.withdraw", Roles, "withdrew the policies they had proposed", "withdrawing proposed policies";
    RecordActivity = "record.activity", Read, "looked at who opened it", "seeing who opened it";
    RecordAdd = "record.add", Write, "added it", "adding a record";
    RecordDownload = "record.download", Read, "downloaded it", "downloading it";
    RecordList = "record.list", Read, "listed the records", "listing the records";
    RecordMove = "record.move", Write, "moved it to another folder", "moving it to another folder";
    RecordPreview = "record.preview", Read, "previewed it", "previewing it";
    RecordRead = "record.read", Read, "read it", "reading it";
    RecordRename = "record.rename", Write, "renamed it", "renaming it";
    RecordSearch = "record.search", Read, "searched the titles of records", "searching the titles of records";
    RecordVersion = "record.version", Write, "added a version", "adding a version";
    RoleChange = "role.change", Roles, "changed the role of a person", "changing a role";
    SeatEnd = "seat.end", Write, "ended a seat", "ending a seat";
    SeatGive = "seat.give", Write, "gave a seat", "giving a seat";
    SessionEnd = "session.end", Read, "ended a session", "ending a session";
    SessionList = "session.list", Read, "listed their sessions", "listing sessions";
    SignIn = "session.sign_in", Read, "signed in", "signing in";
    SignOut = "session.sign_out", Read, "signed out", "signing out";
    StaffInvite = "staff.invite", Roles, "invited a person", "inviting a person";
    StaffList = "staff.list", Read, "listed staff", "listing staff";
    StaffResume = "staff.resume", Roles, "lifted a suspension", "lifting a suspension";
    StaffSee = "staff.see", Read, "looked at a person", "seeing a person";
    StaffSuspend = "staff.suspend", Roles, "suspended a person", "suspending a person";
    StepUp = "session.step_up", Read, "confirmed with a fresh code", "confirming with a fresh code";
    StrangersRefused = "strangers.refuse", Read, "turned strangers away", "turning strangers away";
    SystemBackup = "system.backup", Roles, "took a backup", "taking a backup";
    SystemCheck = "system.check", Roles, "checked the whole store", "checking the whole store";
    SystemRestore = "system.restore", Roles, "restored the firm from a backup", "restoring from a backup";
    SystemSeal = "system.seal", Roles, "sealed the strongroom", "sealing the strongroom";
    SystemUnseal = "system.unseal", Roles, "unsealed the strongroom", "unsealing the strongroom";
    TeamSee = "team.see", Read, "looked at the team", "seeing the team";
    TodayRead = "today.read", Read, "looked at their day", "seeing their day";
    TokenEnd = "token.end", Read, "ended an access token", "ending an access token";
    TokenMake = "token.make", Read, "made an access token", "making an access token";
    UploadBegin = "upload.begin", Write, "began an upload", "beginning an upload";
    UploadEnd = "upload.end", Write, "gave up an upload", "giving up an upload";
    UploadList = "upload.list", Read, "looked at their uploads", "seeing one's uploads";
    UploadPart = "upload.part", Write, "sent a part of an upload", "sending a part of an upload";
    UploadSweep = "upload.sweep", Write, "swept expired uploads", "sweeping expired uploads";
    WallChange = "wall.change", Walls, "changed the wall", "changing a wall";
    WallEnd = "wall.end", Walls, "ended the wall", "ending a wall";
    WallList = "wall.list", Read, "listed walls", "listing walls";
    WallMake = "wall.make", Walls, "made a wall", "making a wall";
    WallSee = "wall.see", Read, "looked at a wall", "seeing a wall";
}

impl Verb {
    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.word() == word)
    }
}

impl Serialize for Verb {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}
