//! A participant of the benchmark without JavaScript: librdkafka alone, with a record for each message. Does what
//! `bench/participant/calls.js` does, asked over its standard input: `{id, call, argument}`, answered by `{id, result}` or
//! `{id, error}`, a line each. It ends with its parent.

mod clock;
mod failures;
mod node;
mod ping;
mod sending;
mod tally;
mod topic;

use std::io::{self, BufRead, Write};
use std::sync::{Arc, OnceLock};
use std::thread;

use serde_json::{Value, json};

use node::Node;

/// What a call returns; an error is a text for the user.
pub(crate) type Answer = Result<Value, String>;

fn main() -> io::Result<()> {
    let node = Arc::new(OnceLock::new());
    for line in io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let node = Arc::clone(&node);
        // Some calls wait for what others bring about.
        thread::spawn(move || {
            let id = &request["id"];
            let argument = &request["argument"];
            let name = request["call"].as_str().unwrap_or_default();
            let answer = match call(&node, name, argument) {
                Ok(result) => json!({ "id": id, "result": result }),
                Err(error) => json!({ "id": id, "error": error }),
            };
            // Without a parent there is nobody to tell that it is gone.
            let _ = writeln!(io::stdout(), "{answer}");
        });
    }
    Ok(())
}

fn call(place: &OnceLock<Arc<Node>>, name: &str, argument: &Value) -> Answer {
    if name == "connect" {
        let from = clock::now_ms();
        let node = Node::connect(argument)?;
        return match place.set(node) {
            Ok(()) => Ok(json!({ "readyMs": clock::now_ms() - from })),
            Err(_) => Err("connected already".into()),
        };
    }
    let node = place.get().ok_or("not connected")?;
    match name {
        "listen" => node.listen(argument),
        "greet" => ping::probe(node, number(argument, "others")?),
        "expect" => node.expect(argument),
        "arrived" => node.arrived(),
        "sent" => {
            node.sent();
            Ok(Value::Null)
        }
        "flood" => sending::flood(node, argument),
        "pace" => sending::pace(node, argument),
        "roundTrips" => ping::measure(node, number(argument, "count")?),
        "usage" => Ok(json!({ "cpuMicros": clock::cpu_micros(), "atMs": clock::now_ms() })),
        "tally" => Ok(node.tally()),
        "listErrors" => Ok(json!(node.errors())),
        other => Err(format!("there is no call {other}")),
    }
}

/// A whole number of the argument of a call.
pub(crate) fn number(argument: &Value, name: &str) -> Result<u64, String> {
    let missing = || format!("{name} is missing");
    argument[name].as_u64().ok_or_else(missing)
}
