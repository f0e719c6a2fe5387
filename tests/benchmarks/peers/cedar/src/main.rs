//! Times the decisions of Cedar over the policies and requests that `policy_bench --dump DIR`
//! wrote, translated to Cedar, and fails if any verdict is not Remit's.
//!
//!     remit-bench-cedar [--rounds N] [--seconds S] [--sliced] DIR [NAME...]
//!
//! A line for each case: its name, then names and values. `--sliced` asks only the policies about
//! the request's action. The crate has no such index; an application would have to keep one.

mod measure;
mod policy;
#[cfg(test)]
mod tests;
mod translate;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use measure::{Case, Options};
use policy::Error;

const USAGE: &str = "usage: remit-bench-cedar [--rounds N] [--seconds S] [--sliced] DIR [NAME...]";

struct Arguments {
    options: Options,
    dir: PathBuf,
    names: Vec<String>,
}

fn arguments() -> Result<Arguments, Error> {
    let mut options = Options {
        rounds: 20,
        budget: Duration::from_secs(1),
        sliced: false,
    };
    let mut words = std::env::args().skip(1);
    let dir = loop {
        let word = words.next().ok_or(USAGE)?;
        match word.as_str() {
            "--sliced" => options.sliced = true,
            "--rounds" => options.rounds = words.next().ok_or(USAGE)?.parse()?,
            "--seconds" => {
                let seconds: f64 = words.next().ok_or(USAGE)?.parse()?;
                options.budget = Duration::try_from_secs_f64(seconds)?;
            }
            option if option.starts_with('-') => return Err(USAGE.into()),
            _ => break PathBuf::from(word),
        }
    };
    if options.rounds == 0 || options.budget.is_zero() {
        return Err(USAGE.into());
    }
    let mut names: Vec<String> = words.collect();
    if names.is_empty() {
        names = names_in(&dir)?;
    }
    Ok(Arguments {
        options,
        dir,
        names,
    })
}

fn names_in(dir: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in dir.read_dir()? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        names.extend(name.strip_suffix(".policy.json").map(str::to_owned));
    }
    names.sort();
    if names.is_empty() {
        return Err(format!("{}: no *.policy.json", dir.display()).into());
    }
    Ok(names)
}

fn run(dir: &Path, name: &str, options: &Options) -> Result<(), Error> {
    let m = Case::load(dir, name)?.measure(options)?;
    println!(
        "{name} p50_ns {} p99_ns {} compile_us {} verdicts {} rounds {} of {}",
        m.p50.as_nanos(),
        m.p99.as_nanos(),
        m.compile.as_micros(),
        m.verdicts,
        m.rounds,
        m.sample
    );
    Ok(())
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("cedar: {error}");
            return ExitCode::from(2);
        }
    };
    for name in &arguments.names {
        if let Err(error) = run(&arguments.dir, name, &arguments.options) {
            eprintln!("cedar: {name}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
