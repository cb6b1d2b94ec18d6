//! See the library beside it.

fn main() -> std::process::ExitCode {
    strongroom_app::main()
}
