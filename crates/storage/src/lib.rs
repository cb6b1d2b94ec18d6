//! Where Strongroom keeps things: rows ([`sql`]) and sealed bytes ([`blob`]).
//!
//! What must hold here:
//! - **A success is durable.** A commit or a blob name is returned only after `fsync`; a failed `fsync` is a lost write, never retried and trusted.
//! - **One text, two engines.** Every statement is a named constant that SQLite and PostgreSQL both prepare.
//! - **Errors carry no values.** Statement, column and constraint names only: never what a parameter or a row held.
//!
//! Deliberately absent: law, keys, HTTP, a clock and randomness. Times and names come from the caller.

pub mod blob;
pub mod disk;
pub mod sql;

/// Whether a host, with or without a port, is this machine: what goes there needs no protection on its way.
#[must_use]
pub fn on_this_machine(host: &str) -> bool {
    let of =
        |name: &str| name.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|a| a.is_loopback());
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    };
    name == "localhost" || of(name) || of(host)
}

#[cfg(test)]
mod tests {
    #[test]
    fn this_machine_by_any_of_its_names() {
        let here = ["localhost", "localhost:9000", "127.0.0.1", "127.0.0.9:1", "[::1]", "[::1]:5432", "::1"];
        assert!(here.iter().all(|host| super::on_this_machine(host)));
        let elsewhere = [
            "",
            "db.firm.example",
            "localhost.firm.example",
            "10.0.0.1:9000",
            "[2001:db8::1]:1",
            "128.0.0.1",
        ];
        assert!(!elsewhere.iter().any(|host| super::on_this_machine(host)));
    }
}
