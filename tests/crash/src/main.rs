//! `crash [--seeds N] [--from SEED] [--seed SEED]`: runs many seeds, or one; ends red at the first that does not hold.

use std::process::ExitCode;

fn option(name: &str) -> Option<u64> {
    let mut words = std::env::args().skip_while(|word| word != name);
    words.next()?;
    words.next()?.parse().ok()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let (from, seeds) = match option("--seed") {
        Some(seed) => (seed, 1),
        None => (option("--from").unwrap_or(1), option("--seeds").unwrap_or(100)),
    };
    let template = crash::Template::new().await;
    let (mut struck, mut acknowledged, mut steps) = (0_u64, 0, 0);
    for seed in from..from + seeds {
        match crash::run(&template, seed).await {
            Ok(told) => {
                struck += u64::from(told.struck.is_some());
                acknowledged += told.acknowledged;
                steps += told.steps;
            }
            Err(what) => {
                eprintln!("{what}");
                return ExitCode::FAILURE;
            }
        }
        if (seed - from + 1) % 100 == 0 {
            println!("{} of {seeds} seeds", seed - from + 1);
        }
    }
    println!(
        "{seeds} seeds from {from}: something went wrong in {struck}, {steps} steps, {acknowledged} acknowledgements, all kept"
    );
    ExitCode::SUCCESS
}
