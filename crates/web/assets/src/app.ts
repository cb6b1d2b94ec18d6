// Comfort only: every page works without this file.
import "./ts/controls";
import "./ts/confirm";
import "./ts/session-clock";
import "./ts/table-filter";
import "./ts/command-palette";
import "./ts/ledger-proof";
import "./ts/upload-drop";
import "./ts/drawer";
import "./ts/suggest";
