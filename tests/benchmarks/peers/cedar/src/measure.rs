//! Asks Cedar, compares with Remit's verdicts, and times the asking.

use std::collections::HashMap;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use cedar_policy::{Authorizer, Decision, Entities, PolicySet, Request};

use crate::policy::{read_policy, read_requests, Error};
use crate::translate::{request, translate, Keys, Translated};

const LEAST_SAMPLE: usize = 100; // requests of a round
const LONG: Duration = Duration::from_millis(1);
const WHOLE_MOST: usize = 1000; // policies: of more, verdicts nobody times are asked of slices

pub struct Options {
    pub rounds: usize,
    pub budget: Duration,
    pub sliced: bool,
}

pub struct Measured {
    pub p50: Duration,
    pub p99: Duration,
    pub compile: Duration,
    pub verdicts: usize,
    pub rounds: usize,
    pub sample: usize,
}

/// Which policies are asked: all of them, or those about the request's action, which an
/// application could put into a set of their own. Verdicts are the same.
#[derive(Clone, Copy, PartialEq)]
enum Scope {
    Whole,
    Slice,
}

struct Question {
    request: Request,
    slice: usize,
    expected: String,
}

/// Sets of policies and what they are asked.
pub struct Case {
    authorizer: Authorizer,
    entities: Entities,
    whole: PolicySet,
    slices: Vec<PolicySet>,
    questions: Vec<Question>,
    compile: Duration,
}

/// The texts of the slices, and the number of each action's. Number 0 is for actions that no
/// policy is about.
fn slice(policies: &[Translated]) -> (Vec<String>, HashMap<&str, usize>) {
    let mut texts = vec![String::new()];
    let mut numbers = HashMap::new();
    for policy in policies {
        for action in &policy.actions {
            let number = *numbers.entry(action.as_str()).or_insert(texts.len());
            if number == texts.len() {
                texts.push(String::new());
            }
            texts[number].push_str(&policy.text);
        }
    }
    (texts, numbers)
}

impl Case {
    pub fn load(dir: &Path, name: &str) -> Result<Case, Error> {
        let policy = read_policy(&dir.join(format!("{name}.policy.json")))?;
        let keys = Keys::of(&policy)?;
        let policies = translate(&policy)?;
        let text: String = policies.iter().map(|policy| policy.text.as_str()).collect();
        let from = Instant::now();
        let whole = text.parse()?;
        let compile = from.elapsed();
        let (texts, numbers) = slice(&policies);
        let slices: Result<Vec<PolicySet>, _> = texts.iter().map(|text| text.parse()).collect();
        let mut questions = Vec::new();
        for line in read_requests(&dir.join(format!("{name}.requests.jsonl")))? {
            let action = line.action.to_lowercase();
            questions.push(Question {
                request: request(&line, &keys)?,
                slice: numbers.get(action.as_str()).copied().unwrap_or(0),
                expected: line.expected,
            });
        }
        if questions.is_empty() {
            return Err("no requests".into());
        }
        Ok(Case {
            authorizer: Authorizer::new(),
            entities: Entities::empty(),
            whole,
            slices: slices?,
            questions,
            compile,
        })
    }

    fn decide(&self, question: &Question, scope: Scope) -> Result<&'static str, String> {
        let set = match scope {
            Scope::Whole => &self.whole,
            Scope::Slice => &self.slices[question.slice],
        };
        let response = self
            .authorizer
            .is_authorized(&question.request, set, &self.entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(error.to_string());
        }
        Ok(if response.decision() == Decision::Allow {
            "Allowed"
        } else if response.diagnostics().reason().next().is_some() {
            "ExplicitlyDenied"
        } else {
            "ImplicitlyDenied"
        })
    }

    fn check(&self, index: usize, scope: Scope) -> Result<(), String> {
        let question = &self.questions[index];
        let got = self.decide(question, scope)?;
        if got == question.expected {
            return Ok(());
        }
        let (number, expected) = (index + 1, &question.expected);
        Err(format!(
            "request {number}: Cedar says {got}, Remit {expected}"
        ))
    }

    /// Every verdict, which nobody times: on as many threads as there are processors.
    fn check_all(&self, scope: Scope) -> Result<(), String> {
        let n_threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|threads| {
            let check_from = |first| {
                let mut mine = (first..self.questions.len()).step_by(n_threads);
                mine.try_for_each(|index| self.check(index, scope))
            };
            let threads: Vec<_> = (0..n_threads)
                .map(|first| threads.spawn(move || check_from(first)))
                .collect();
            threads
                .into_iter()
                .try_for_each(|thread| thread.join().map_err(|_| "a thread panicked".to_owned())?)
        })
    }

    /// As policy_bench does: each decision by the clock before and behind it, less what reading
    /// the clock takes; p50 of the best round, p99 over all. A case that is slow has shorter
    /// rounds, and fewer: at least three, until the budget is spent. A decision of more than a
    /// millisecond is timed by the thread's processor time if that is less.
    pub fn measure(&self, options: &Options) -> Result<Measured, Error> {
        let scope = if options.sliced {
            Scope::Slice
        } else {
            Scope::Whole
        };
        self.check_all(if self.whole.policies().count() > WHOLE_MOST {
            Scope::Slice
        } else {
            scope
        })?;
        let step = self.step(scope, options.budget)?;
        let cost = clock_cost();
        let mut all = Vec::new();
        let mut p50 = Duration::MAX;
        let (mut rounds, mut sample) = (0, 0);
        let from = Instant::now();
        while rounds < options.rounds && (rounds < 3 || from.elapsed() < options.budget) {
            let mut round = self.round(scope, rounds % step, step, cost)?;
            p50 = p50.min(percentile(&mut round, 50));
            sample = round.len();
            all.append(&mut round);
            rounds += 1;
        }
        Ok(Measured {
            p50,
            p99: percentile(&mut all, 99),
            compile: self.compile,
            verdicts: self.questions.len(),
            rounds,
            sample,
        })
    }

    /// How many requests a round steps over so that it ends in a fifth of the budget.
    fn step(&self, scope: Scope, budget: Duration) -> Result<usize, String> {
        let n = self.questions.len();
        let some = n.min(20);
        let from = Instant::now();
        (0..some).try_for_each(|index| self.check(index, scope))?;
        let whole = from.elapsed().as_secs_f64() * n as f64 / some as f64;
        let step = (whole * 5.0 / budget.as_secs_f64()) as usize + 1;
        Ok(step.min(n / LEAST_SAMPLE).max(1))
    }

    fn round(
        &self,
        scope: Scope,
        first: usize,
        step: usize,
        cost: Duration,
    ) -> Result<Vec<Duration>, String> {
        (first..self.questions.len())
            .step_by(step)
            .map(|index| {
                let from_cpu = cpu_time();
                let from = Instant::now();
                let checked = self.check(index, scope);
                let took = from.elapsed().saturating_sub(cost);
                // A decision this long is interrupted by whatever else runs here.
                let took = match took {
                    long if long > LONG => long.min(cpu_time() - from_cpu),
                    short => short,
                };
                checked.map(|()| took)
            })
            .collect()
    }
}

fn percentile(samples: &mut [Duration], percent: usize) -> Duration {
    samples.sort_unstable();
    samples[(samples.len() - 1) * percent / 100]
}

fn clock_cost() -> Duration {
    let mut samples: Vec<_> = (0..10001).map(|_| Instant::now().elapsed()).collect();
    percentile(&mut samples, 50)
}

/// What this thread has had of a processor.
fn cpu_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a timespec of ours that outlives the call.
    if unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) } != 0 {
        panic!("no CLOCK_THREAD_CPUTIME_ID");
    }
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
