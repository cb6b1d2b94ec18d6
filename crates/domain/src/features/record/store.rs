//! Rows.

use strongroom_storage::statements;

statements! {}
