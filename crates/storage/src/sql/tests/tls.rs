//! TLS to `PostgreSQL`, tried on a server that has none and then has: the one that `scripts/with-postgres` starts for
//! these tests alone.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use super::super::{Db, DbError, DbOptions, Engine, Sql};

const ENCRYPTED: Sql = Sql::new(
    "TEST_ENCRYPTED",
    "SELECT CASE WHEN ssl THEN 1 ELSE 0 END AS encrypted FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
);

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Issuer {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Writes a file as the server's own account, in its own folder.
async fn put(server: &mut PgConnection, name: &str, text: &str) {
    let write = format!(
        "COPY (SELECT unnest(string_to_array($text${text}$text$, E'\\n'))) TO PROGRAM 'umask 077; cat > {name}'"
    );
    server.execute(AssertSqlSafe(write)).await.unwrap();
}

/// Whether a connection to this address is encrypted.
async fn encrypted(address: &str) -> Result<bool, DbError> {
    let db = Db::connect(address, DbOptions::default()).await?;
    assert_eq!(db.engine(), Engine::Postgres);
    let answer = db.one(&ENCRYPTED, &[]).await?.get::<i64>("encrypted")?;
    db.close().await;
    Ok(answer == 1)
}

#[tokio::test]
async fn an_address_that_asks_for_tls_is_never_served_without() {
    let set = |name| std::env::var_os(name).and_then(|s| s.into_string().ok());
    let Some(address) = set("TEST_DATABASE_URL") else { return };
    let address = address.split('?').next().unwrap().to_owned();
    let require = format!("{address}?sslmode=require");
    if set("TEST_DATABASE_DISPOSABLE").is_none() {
        eprintln!("SKIPPED: the server is not ours to give a certificate");
        return;
    }
    let refused = encrypted(&require).await.unwrap_err();
    assert!(matches!(refused, DbError::Unavailable(_)), "{refused:?}");

    // the server is given a certificate
    let folder = tempfile::tempdir().unwrap();
    let (ours, others) = (authority(), authority());
    let roots = |name: &str, issuer: &Issuer| {
        let path = folder.path().join(name);
        std::fs::write(&path, issuer.pem()).unwrap();
        format!("{address}?sslmode=verify-full&sslrootcert={}", path.display())
    };
    let (held, held_wrongly) = (roots("ours.pem", &ours), roots("others.pem", &others));
    let key = KeyPair::generate().unwrap();
    let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &ours).unwrap();
    let mut server = PgConnection::connect(&address).await.unwrap();
    put(&mut server, "server.crt", &certificate.pem()).await;
    put(&mut server, "server.key", &key.serialize_pem()).await;
    server.execute("ALTER SYSTEM SET ssl = on").await.unwrap();
    server.execute("SELECT pg_reload_conf()").await.unwrap();
    // the server takes the setting in its own time; a connection that it accepts after that shows it
    let mut on = encrypted(&require).await;
    for _ in 0..500 {
        if on.is_ok() {
            break;
        }
        on = encrypted(&require).await;
    }
    assert!(on.unwrap(), "asked for, and given");
    assert!(encrypted(&held).await.unwrap(), "the server is the one that our authority names");
    let refused = encrypted(&held_wrongly).await.unwrap_err();
    assert!(matches!(refused, DbError::Unavailable(_)), "{refused:?}");

    server.execute("ALTER SYSTEM RESET ssl").await.unwrap();
    server.execute("SELECT pg_reload_conf()").await.unwrap();
}

#[tokio::test]
async fn an_address_of_another_machine_says_how_the_way_there_is_protected() {
    for address in ["postgres://u@db.firm.example/strongroom", "postgresql://u:p@192.0.2.7:5432/strongroom"] {
        let refused = Db::connect(address, DbOptions::default()).await.unwrap_err();
        assert!(
            matches!(&refused, DbError::Unsuitable(says) if says.contains("sslmode=verify-full")),
            "{refused:?}"
        );
    }
}
