//! The portal under load and with faults. `examples/portal/load/run` starts it and PostgreSQL.
//!
//! | variable | meaning |
//! |---|---|
//! | `PORTAL` | the path of the program `portal` |
//! | `LOAD_SECONDS` | how long the load of one database lasts |
//! | `LOAD_USERS` | how many users sign in at once |
//! | `POSTGRES` | the URL of an empty database of PostgreSQL. Without it there are no faults, and the load is on SQLite alone |
//! | `POSTGRES_RESTART` | the command that kills PostgreSQL and starts it again |
//!
//! Writes tables in Markdown. Panics if something was lost or was used twice. Linux only: it reads `/proc`, and each visitor has
//! an address of its own in 127.0.0.0/8.

mod faults;
mod instance;
mod patients;
mod sign_ins;
mod visitor;

use std::env::var;

fn number(name: &str, default: u64) -> u64 {
    var(name).map_or(default, |text| text.parse().expect("a number"))
}

#[tokio::main]
async fn main() {
    let (users, seconds) = (number("LOAD_USERS", 16), number("LOAD_SECONDS", 10));
    let file = std::env::temp_dir().join(format!("portal-load-{}.db", std::process::id()));
    let mut databases = vec![("SQLite", format!("sqlite://{}?mode=rwc", file.display()))];
    let postgres = var("POSTGRES").ok();
    databases.extend(postgres.clone().map(|url| ("PostgreSQL", url)));
    let processors = std::thread::available_parallelism().map_or(0, usize::from);

    println!(
        "## Sign-ins with a passkey: {users} users at once for {seconds} s, {processors} processors for everything\n"
    );
    println!("{}", sign_ins::HEAD);
    for (name, database) in &databases {
        println!("{}", sign_ins::throughput(name, database, users, seconds).await);
    }
    println!(
        "\n## Where the time of one sign-in goes: one user, mean of {} sign-ins, in milliseconds\n",
        sign_ins::ROUNDS
    );
    let mut splits = Vec::new();
    for (name, database) in &databases {
        splits.push((*name, sign_ins::split(database).await));
    }
    sign_ins::print(&splits);
    for end in ["", "-wal", "-shm"] {
        std::fs::remove_file(format!("{}{end}", file.display())).ok();
    }
    if let Some(database) = postgres {
        println!("\n## Faults: two instances over one PostgreSQL, while others sign in\n");
        faults::all(&database).await;
    }
}
