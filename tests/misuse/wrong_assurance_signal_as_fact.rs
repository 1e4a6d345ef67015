//! Giving a risk signal where a fact is wanted must not compile.

use wardkey::assurance::{Facts, Signal};

fn raise(facts: &mut Facts, signal: Signal) {
    facts.signals = vec![signal.clone()];
    facts.user_verification = signal.into();
}

fn main() {}
